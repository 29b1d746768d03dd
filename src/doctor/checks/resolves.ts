/** Whether the profile is there, and leads somewhere: what every command would say of it, but for its keys. */

import { promptChoiceOf } from "../../profile/prompt-choice.ts";
import { textOf } from "../../profile/settings.ts";
import { nonEmpty } from "../../runtime/environment.ts";
import type { AskonceError } from "../../runtime/errors.ts";
import { shellWord } from "../../text/shell-words.ts";
import type { Facts, ProfileFacts } from "../facts.ts";
import { fail, type Verdict } from "../finding.ts";
import { meant } from "../wording.ts";
import { isAboutKeys } from "./keys.ts";

/** Says nothing of one that is in order. */
export function checkWay(facts: Facts, subject: ProfileFacts): Verdict[] {
  const { complaint, missing, name } = subject;
  if (missing !== undefined) {
    const { near } = missing;
    // Without NAME it is AWS_PROFILE's.
    if (facts.asked === undefined && facts.env.AWS_PROFILE !== undefined)
      return [
        fail(
          `AWS_PROFILE is ${name}, and there is no such profile${meant(near)}`,
          near === undefined ? "unset AWS_PROFILE" : `export AWS_PROFILE=${shellWord(near)}`,
        ),
      ];
    const first = facts.verbs.has("setup") ? "askonce setup" : "aws configure";
    const list = facts.files.shared?.profiles.size === 0 ? first : "aws configure list-profiles";
    const cure = near === undefined ? list : `askonce doctor ${shellWord(near)}`;
    return [fail(`there is no profile ${name}${meant(near)}`, cure)];
  }
  if (complaint === undefined || isAboutKeys(complaint) || isToldElsewhere(complaint, facts, subject)) return [];
  return [fail(complaint.message, complaint.hint)];
}

/** Each failure is told once, beside its cure: that of a command line, or of a variable. */
function isToldElsewhere(complaint: AskonceError, { env }: Facts, { callers, levels }: ProfileFacts): boolean {
  const { code, reason, meant: missing } = complaint;
  if (reason === "unknown-prompt") {
    const prompt = nonEmpty(env.ASKONCE_PROMPT);
    const isOfProfile = levels.some((level) => level.flags.prompt ?? textOf(level, "mfa_prompt"));
    return !isOfProfile && prompt !== undefined && promptChoiceOf(prompt) === undefined;
  }
  return callers.some(({ complaint: own, name }) => {
    if (own !== undefined) return own.code === code && own.reason === reason;
    return reason === "no-such-profile" && name !== undefined && name === missing?.word;
  });
}
