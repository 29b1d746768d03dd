/** Whose keys they are. */

import { shortName } from "../../aws-names/arn.ts";
import type { Facts, ProfileFacts } from "../facts.ts";
import { fail, ok, type Verdict, warn } from "../finding.ts";
import { notReached } from "./network.ts";

export function checkIdentity({ verbs }: Facts, { aws, request }: ProfileFacts): Verdict[] {
  if (aws?.keysFailed !== undefined) return [fail(aws.keysFailed.message, aws.keysFailed.hint)];
  if (aws === undefined || notReached(aws.identity) !== undefined) return [];
  if (aws.identity.kind === "failed") return [fail(aws.identity.error.message, aws.identity.error.hint)];
  const { account, arn } = aws.identity;
  if (/:root$/.test(arn))
    return [
      warn(
        `these are the keys of account ${account}'s root user: no policy holds it back`,
        "make an IAM user, and delete the root user's keys in the console",
      ),
    ];
  if (!/:user\//.test(arn))
    return [
      fail(
        `these are keys of ${shortName(arn)} (${arn.split(":").slice(2).join(":")}), which is no IAM user: STS gives it no MFA session`,
        verbs.has("keys") ? `askonce keys add ${request?.source.profile}` : "give the profile an IAM user's access key",
      ),
    ];
  return [ok(`user ${shortName(arn)} of account ${account}`)];
}
