/** How the code would be asked for: here, and by a program that has no terminal. */

import type { DriverName } from "../../profile/prompt-choice.ts";
import { shellWord } from "../../text/shell-words.ts";
import type { Facts, ProfileFacts } from "../facts.ts";
import { fail, ok, type Verdict, warn } from "../finding.ts";

const DRIVERS: Record<DriverName, string> = {
  tmux: "a tmux popup",
  zenity: "a window (zenity)",
  kdialog: "a window (kdialog)",
  osascript: "a window",
  powershell: "a window",
  pinentry: "a window (pinentry)",
};

export function checkPrompt(_: Facts, subject: ProfileFacts): Verdict[] {
  const { request, prompt, name } = subject;
  if (request === undefined || prompt === undefined) return [];
  if (request.source.mfa.program !== undefined) {
    const { program } = prompt;
    if (program?.isThere === false)
      return [fail(`mfa_process runs ${program.name}, which is not there`, "give it the whole path of a program")];
    return [ok(`codes come from mfa_process${program === undefined ? "" : ` (${program.name})`}: nobody is asked`)];
  }
  const login = `askonce login ${shellWord(name)}`;
  if (request.prompt === "none")
    return [warn("nobody is asked (mfa_prompt or ASKONCE_PROMPT is none)", `${login}, each time a session ends`)];
  const window = prompt.driver === undefined ? undefined : DRIVERS[prompt.driver];
  const here = prompt.terminal === "ours" && /^(auto|terminal)$/.test(request.prompt) ? "this terminal" : window;
  if (request.prompt !== "auto" && request.prompt !== "terminal" && window === undefined)
    return [
      warn(`${request.prompt} is to ask, and cannot here`, `mfa_prompt = auto asks by what there is; or ${login}`),
    ];
  if (here === undefined)
    return [warn("there is neither a terminal here nor a window to ask in", `${login} in a terminal, then try again`)];
  const elsewhere = window ?? `only after ${login}`;
  return [ok(`here: ${here} · elsewhere: ${elsewhere}`)];
}
