/** Whether the user's policies ask for MFA: what the keys may do without it, by questions that change nothing. */

import type { IamAnswer } from "../../aws/iam.ts";
import type { AwsAnswer, Facts, ProfileFacts } from "../facts.ts";
import { ok, type Verdict, warn } from "../finding.ts";

export function checkPolicy({ verbs }: Facts, { aws, request }: ProfileFacts): Verdict[] {
  if (aws === undefined || request === undefined) return [];
  const [users, keys] = [saidOf(aws.users), saidOf(aws.accessKeys)];
  // Everybody's users: nobody needs them to sign in. One's own keys may be let through on purpose.
  if (users === "allowed")
    return [
      warn(
        "without MFA these keys may list the account's users: the policy does not ask for MFA",
        verbs.has("policy")
          ? "askonce policy prints one that does"
          : "add a policy that denies all but signing in without aws:MultiFactorAuthPresent",
      ),
    ];
  if (users === "explicitly" || keys === "explicitly") return [ok("denies without MFA what it should")];
  if (users === undefined && keys === undefined) return [];
  if (keys === "allowed") return [ok("without MFA these keys may list themselves, and not the account's users")];
  return [ok("nothing that was tried is allowed without MFA")];
}

function saidOf(answer: AwsAnswer<IamAnswer<unknown>> | undefined): "allowed" | "explicitly" | "silently" | undefined {
  if (answer === undefined || answer.kind === "failed") return undefined;
  return answer.kind === "denied" ? answer.how : "allowed";
}
