/** Where the long-term keys are. */

import { shellWord } from "../../context.ts";
import { isStatic } from "../../long-term-keys.ts";
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
    const cure = near === undefined ? "aws configure list-profiles" : `askonce doctor ${shellWord(near)}`;
    return [fail(`there is no profile ${name}${meant(near)}`, cure)];
  }
  if (complaint !== undefined) {
    // Keys that shadow the calling profile are the same trouble, and told with its cure.
    const holder = subject.callers.find(
      (caller) => facts.files.shared?.profiles.get(caller.profile)?.aws_access_key_id,
    );
    const isSame = holder !== undefined && /^no long-term keys/.test(complaint.message);
    return isSame ? [] : [fail(complaint.message, complaint.hint)];
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
