/** Where the long-term keys are. */

import type { AskonceError } from "../../runtime/errors.ts";
import type { Facts, ProfileFacts } from "../facts.ts";
import { fail, ok, type Verdict } from "../finding.ts";
import { shownKey, shownPath } from "../wording.ts";

export function checkKeys(facts: Facts, subject: ProfileFacts): Verdict[] {
  const { request, complaint, name } = subject;
  if (complaint !== undefined && isAboutKeys(complaint)) {
    // Keys that shadow the calling profile are the same trouble, and told with its cure.
    const isShadowed =
      complaint.reason === "no-keys" &&
      subject.callers.some(({ profile }) => facts.files.shared?.profiles.get(profile)?.aws_access_key_id);
    return isShadowed ? [] : [fail(complaint.message, complaint.hint)];
  }
  if (request === undefined) return [];
  const { source } = request;
  const { profile } = source;
  const whose = profile === name ? "" : `${name} leads to `;
  if (source.kind === "program") return [ok(`${whose}${profile}: from a program of its own (credential_process)`)];
  const { config, credentials } = facts.files;
  const isIn = (file: typeof config): boolean => file.profiles.get(profile)?.aws_access_key_id !== undefined;
  const file = isIn(credentials) ? credentials : config;
  return [ok(`${whose}${profile}: ${shownKey(source.keys.accessKeyId)} in ${shownPath(file.path, facts.home)}`)];
}

/** No keys, half of them, or those of a session. */
export function isAboutKeys({ reason }: AskonceError): boolean {
  return reason === "no-keys" || reason === "incomplete-keys" || reason === "temporary-keys";
}
