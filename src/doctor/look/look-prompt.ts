/** Looks how a code could be asked for here and now; shows nothing. */

import { findDriver } from "../../dialogs/drivers.ts";
import type { Environment } from "../../environment.ts";
import { terminalName, terminalOwnership } from "../../mfa/terminal-ownership.ts";
import type { SessionRequest } from "../../profile/request.ts";
import type { PromptFacts } from "../facts.ts";

export async function lookAtPrompt(
  request: SessionRequest,
  env: Environment,
  platform: NodeJS.Platform,
  directory: string | undefined,
): Promise<PromptFacts> {
  const { prompt } = request;
  const isWindowMeant = prompt !== "terminal" && prompt !== "none" && request.mfaProcess === undefined;
  const driver = isWindowMeant ? await findDriver(prompt, { env, platform, directory }, new Set()) : undefined;
  return { terminal: terminalOwnership(), terminalName: terminalName(), driver: driver?.name };
}
