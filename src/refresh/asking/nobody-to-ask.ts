/** Why there is nobody, and no program, to give a code to this process; and what its user can do. */

import { DRIVER_NAMES } from "../../profile/prompt-choice.ts";
import type { SessionRequest } from "../../profile/request.ts";
import { AskonceError } from "../../runtime/errors.ts";
import { shellWord } from "../../text/shell-words.ts";
import { formatDuration } from "../../text/times.ts";

/** @param pausedUntilMs when the next window may be shown, in local time; undefined where none is put off */
export function nobodyToAsk({ name, prompt }: SessionRequest, pausedUntilMs?: number): AskonceError {
  return new AskonceError(
    "nobody-to-ask",
    `nobody to ask for the MFA code of ${name}${why(prompt, pausedUntilMs)}`,
    `run \`askonce login ${shellWord(name)}\` in a terminal, then try again`,
    "no-prompt",
  );
}

function why(prompt: SessionRequest["prompt"], pausedUntilMs: number | undefined): string {
  if (prompt === "none") return "";
  if (pausedUntilMs !== undefined && prompt !== "terminal") {
    const left = formatDuration(Math.max(1, Math.ceil((pausedUntilMs - Date.now()) / 1_000)));
    return `: the last question was not answered, and the next comes in ${left} at the earliest`;
  }
  return (DRIVER_NAMES as readonly string[]).includes(prompt) ? `: ${prompt} cannot ask here` : "";
}
