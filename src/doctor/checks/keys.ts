/** Where the long-term keys are. */

import { shellWord } from "../../context.ts";
import { nonEmpty } from "../../environment.ts";
import type { AskonceError } from "../../errors.ts";
import { isStatic } from "../../long-term-keys.ts";
import { promptChoiceOf } from "../../prompt-choice.ts";
import type { Facts, Subject } from "../facts.ts";
import { fail, ok, type Verdict } from "../finding.ts";
import { meant, shownKey, shownPath } from "../words.ts";

export function checkKeys(facts: Facts, subject: Subject): Verdict[] {
  const { request, complaint, missing, name } = subject;
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
  if (complaint !== undefined) {
    return isToldElsewhere(complaint, facts, subject) ? [] : [fail(complaint.message, complaint.hint)];
  }
  if (request === undefined) return [];
  const { keys } = request;
  const whose = keys.profile === name ? "" : `${name} leads to `;
  if (!isStatic(keys)) return [ok(`${whose}${keys.profile}: from a program of its own (credential_process)`)];
  const { config, credentials } = facts.files;
  const isIn = (file: typeof config): boolean => file.profiles.get(keys.profile)?.aws_access_key_id !== undefined;
  const file = isIn(credentials) ? credentials : config;
  return [ok(`${whose}${keys.profile}: ${shownKey(keys.accessKeyId)} in ${shownPath(file.path, facts.home)}`)];
}

/** Each trouble is told once, beside its cure: of a command line, of keys that shadow the calling profile, of a variable. */
function isToldElsewhere({ message }: AskonceError, { env, files }: Facts, { callers }: Subject): boolean {
  const profiles = files.shared?.profiles;
  const isOfCommand = callers.some(
    ({ complaint, name }) =>
      complaint?.message === message ||
      (name !== undefined && !profiles?.has(name) && message.startsWith(`there is no profile ${name}`)),
  );
  const isShadowed =
    /^no long-term keys/.test(message) && callers.some(({ profile }) => profiles?.get(profile)?.aws_access_key_id);
  const prompt = nonEmpty(env.ASKONCE_PROMPT);
  const isOfPrompt =
    prompt !== undefined && promptChoiceOf(prompt) === undefined && message.endsWith(` to ask named ${prompt}`);
  return isOfCommand || isShadowed || isOfPrompt;
}
