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
    const cure = near === undefined ? "aws configure list-profiles" : `askonce doctor ${shellWord(near)}`;
    return [fail(`there is no profile ${name}${meant(near)}`, cure)];
  }
  if (complaint !== undefined) {
    // The shadowing of a calling profile is the same trouble, and has the cure.
    const holder = subject.callers.find(
      (caller) => facts.files.shared?.profiles.get(caller.profile)?.aws_access_key_id,
    );
    const isSame = holder !== undefined && /^no long-term keys/.test(complaint.message);
    return [fail(complaint.message, isSame ? `they are in [${holder.profile}]: see below` : complaint.hint)];
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
