/** Whether there is a profile to look at. */

import { hasStaticKeys } from "../../profile/key-source.ts";
import type { Facts } from "../facts.ts";
import { fail, type Verdict } from "../finding.ts";
import { listed } from "../words.ts";

/** Says nothing where there is one. */
export function checkProfiles({ files, subjects, verbs }: Facts): Verdict[] {
  if (files.shared === undefined || subjects.length > 0) return [];
  const names = [...files.shared.profiles].filter(([, keys]) => hasStaticKeys(keys)).map(([name]) => name);
  const setup = verbs.has("setup") ? "askonce setup" : "add credential_process to a profile";
  if (names.length === 0) return [fail("no profile calls askonce, and none has keys", setup)];
  const some = names.length > 6 ? [...names.slice(0, 5), `${names.length - 5} more`] : names;
  return [
    fail(`no profile calls askonce; keys have ${listed(some)}`, `${setup}; askonce doctor NAME looks at one of them`),
  ];
}
