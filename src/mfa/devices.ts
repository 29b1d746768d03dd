/** Which of a user's MFA devices STS can take a code of. Pure. */

import { AskonceError } from "../errors.ts";
import { isSecurityKey, refuseSecurityKey } from "../security-key.ts";

/** The single device that makes codes. Throws `configuration` when there is none, only security keys, or a choice to make. */
export function chooseDevice(serials: readonly string[], keysOf: string): string {
  const codeMakers = serials.filter((serial) => !isSecurityKey(serial));
  const [first, second] = codeMakers;
  if (first !== undefined && second === undefined) return first;
  if (first === undefined) {
    const [securityKey] = serials;
    if (securityKey !== undefined) refuseSecurityKey(securityKey, keysOf);
    throw new AskonceError(
      "configuration",
      `the user of ${keysOf} has no MFA device`,
      "add one in the IAM console under Security credentials, then try again",
    );
  }
  throw new AskonceError(
    "configuration",
    `the user of ${keysOf} has ${codeMakers.length} MFA devices: ${codeMakers.join(", ")}`,
    `name one as mfa_serial of profile ${keysOf}, or with --mfa-serial`,
  );
}
