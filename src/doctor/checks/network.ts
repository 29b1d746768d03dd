/** Whether STS answers, by which way, and why it is asked there. */

import type { IamAnswer } from "../../aws/iam.ts";
import type { AskonceError } from "../../runtime/errors.ts";
import type { AwsAnswer, AwsIdentity, Facts, ProfileFacts } from "../facts.ts";
import { fail, ok, type Verdict } from "../finding.ts";

/** Who was not reached has said nothing of keys. */
const NOT_REACHED = new Set(["unreachable", "request-configuration", "configuration", "bug"]);

export function checkNetwork(_: Facts, { aws }: ProfileFacts): Verdict[] {
  if (aws === undefined || aws.keysFailed !== undefined) return [];
  const { identity, host, because, proxy } = aws;
  const way = proxy === undefined ? "" : ` through the proxy ${proxy}`;
  const error = notReached(identity);
  if (error !== undefined) return [fail(`${error.message} (${because})`, error.hint)];
  const ms = aws.answeredInMs;
  const time = ms < 1_000 ? `${Math.round(ms)} ms` : `${(ms / 1000).toFixed(1)} s`;
  return [ok(`${host} answered in ${time}${way} (${because})`)];
}

/** Why AWS was not asked at all; undefined for what it answered, be it a refusal. */
export function notReached(answer: AwsAnswer<AwsIdentity | IamAnswer<unknown>>): AskonceError | undefined {
  return answer.kind === "failed" && NOT_REACHED.has(answer.error.code) ? answer.error : undefined;
}
