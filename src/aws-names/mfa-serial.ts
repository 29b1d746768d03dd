import { AskonceError } from "../runtime/errors.ts";
import { shellWord } from "../text/shell-words.ts";

/** True for the ARN of a FIDO or U2F device. */
export function isSecurityKey(serial: string): boolean {
  return /^arn:[^:]*:iam::\d*:(u2f|fido)\//.test(serial);
}

/** Throws `configuration` for a security key: it works in the console, but STS checks six-digit codes only (IAM User Guide, "MFA in IAM"). */
export function refuseSecurityKey(serial: string, keysOf: string): void {
  if (!isSecurityKey(serial)) return;
  throw new AskonceError(
    "configuration",
    `${serial} is a security key and STS takes six-digit codes only`,
    `enrol an authenticator app with \`askonce mfa enroll ${shellWord(keysOf)}\``,
    "security-key",
  );
}
