/** Which of a user's MFA devices STS can take a code of. Pure. */

import { shortName } from "../aws-names/arn.ts";
import { isSecurityKey, refuseSecurityKey } from "../aws-names/mfa-serial.ts";
import { AskonceError } from "../runtime/errors.ts";
import type { Choice } from "../terminal/choice.ts";
import { shellWord } from "../text/shell-words.ts";

/** Those that make codes, one at least. Throws `configuration` when there is none, or only security keys. */
export function codeMakers(serials: readonly string[], keysOf: string): [string, ...string[]] {
  const [first, ...others] = serials.filter((serial) => !isSecurityKey(serial));
  if (first !== undefined) return [first, ...others];
  const [securityKey] = serials;
  if (securityKey !== undefined) refuseSecurityKey(securityKey, keysOf);
  throw new AskonceError(
    "configuration",
    `the user of ${keysOf} has no MFA device`,
    `enrol one: \`askonce mfa enroll ${shellWord(keysOf)}\``,
    "no-device",
  );
}

/** There is a choice to make and nobody to make it. */
export function severalDevices(serials: readonly string[], keysOf: string): AskonceError {
  return new AskonceError(
    "configuration",
    `the user of ${keysOf} has ${serials.length} MFA devices: ${serials.join(", ")}`,
    `name one as mfa_serial of profile ${keysOf}, or run \`askonce login ${shellWord(keysOf)}\` in a terminal to choose`,
    "several-devices",
  );
}

/** The devices as things to choose from: a device is known by its name and by its serial. */
export function deviceChoices(serials: readonly string[]): Choice<string>[] {
  return serials.map((serial) => ({ value: serial, name: shortName(serial), fullName: serial }));
}
