/** Looks how a code could be asked for here and now; shows nothing. */

import type { Surroundings } from "../../dialogs/driver.ts";
import { findDriver } from "../../dialogs/drivers.ts";
import { findProgram, isProgram } from "../../processes/find-program.ts";
import type { SessionRequest } from "../../profile/request.ts";
import type { Environment } from "../../runtime/environment.ts";
import { terminalName, terminalOwnership } from "../../terminal/ownership.ts";
import { splitWords } from "../../text/shell-words.ts";
import type { PromptFacts } from "../facts.ts";

export async function lookAtPrompt(
  request: SessionRequest,
  env: Environment,
  platform: NodeJS.Platform,
  directory: string | undefined,
): Promise<PromptFacts> {
  const { prompt, source } = request;
  const isWindowMeant = prompt !== "terminal" && prompt !== "none" && source.mfa.program === undefined;
  const driver = isWindowMeant ? await findDriver(prompt, { env, platform, directory }, new Set()) : undefined;
  return {
    terminal: terminalOwnership(),
    terminalName: terminalName(),
    driver: driver?.name,
    program: programOf(source.mfa.program, { env, platform, directory }),
  };
}

function programOf(command: string | undefined, here: Surroundings): PromptFacts["program"] {
  const split = command === undefined ? undefined : splitWords(command);
  const [path = ""] = split?.words ?? [];
  if (path === "" || split?.needsShell === true) return undefined;
  const isThere = /[\\/]/.test(path) ? isProgram(path) : findProgram(path, here) !== undefined;
  return { name: path.split(/[\\/]/).at(-1) ?? path, isThere };
}
