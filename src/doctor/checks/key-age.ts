/** How old the access key is, and whether the user has another. */

import { shellWord } from "../../text/shell-words.ts";
import type { Facts, ProfileFacts } from "../facts.ts";
import { ok, type Verdict, warn } from "../finding.ts";
import { shownKey } from "../wording.ts";

const OLD_DAYS = 90;
const DAY_MS = 24 * 3_600_000;

export function checkKeyAge({ nowMs, verbs }: Facts, { aws, request }: ProfileFacts): Verdict[] {
  if (aws === undefined || request === undefined) return [];
  const lists = [aws.accessKeys, aws.accessKeysBySession].flatMap((answer) =>
    answer?.kind === "allowed" ? [answer.value] : [],
  );
  const keys = lists[0];
  const profile = shellWord(request.source.profile);
  if (keys === undefined) {
    // Most policies tell it with MFA only; where nothing was asked, the network is what is wrong.
    if (aws.accessKeys === undefined || aws.accessKeys.kind === "failed") return [];
    return [ok(`told with MFA only: sign in (askonce login ${profile}) and look again`)];
  }
  const own = keys.find(({ id }) => id === aws.accessKeyId);
  const days = own?.createdAtMs === undefined ? undefined : Math.floor((nowMs - own.createdAtMs) / DAY_MS);
  const found: Verdict[] = [];
  if (days !== undefined && days > OLD_DAYS)
    found.push(
      warn(
        `${shownKey(own?.id)} is ${days} days old`,
        verbs.has("keys") ? `askonce keys rotate ${profile}` : "make another in the IAM console, then delete this one",
      ),
    );
  for (const { id, isActive } of keys) {
    if (id === aws.accessKeyId) continue;
    found.push(
      warn(
        `this user has a second key, ${shownKey(id)}, which is ${isActive ? "active" : "inactive"}`,
        "delete it in the IAM console if nothing uses it",
      ),
    );
  }
  return found.length > 0 || days === undefined ? found : [ok(`${shownKey(own?.id)} is ${days} days old`)];
}
