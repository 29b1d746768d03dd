/** What a policy denied: the error for it, and how its callers tell it from others. */

import { AskonceError } from "../runtime/errors.ts";

/** The error for an action of IAM that AWS denied. The caller may know what to do without it, and say so instead. */
export function deniedAction(action: string, keysOf: string, cause: unknown): AskonceError {
  return new AskonceError(
    "configuration",
    `the user of ${keysOf} may not do this: AWS denies iam:${action}`,
    `have its policy allow iam:${action}`,
    "aws-denied",
    { cause },
  );
}

/** True where a policy is why AWS refused. */
export function isDenied(error: unknown): boolean {
  return error instanceof AskonceError && error.reason === "aws-denied";
}

/** The name that AWS gave the failure behind an error of ours; undefined where the failure was not AWS's. */
export function awsErrorName(error: unknown): string | undefined {
  const cause = error instanceof AskonceError ? error.cause : undefined;
  return cause instanceof Error ? cause.name : undefined;
}
