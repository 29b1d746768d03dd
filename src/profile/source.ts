/** The source of a request: what stands at the bottom of the profile's chain and gives the first session. Pure. */

import { refuseSecurityKey } from "../aws-names/mfa-serial.ts";
import type { KeySource } from "../keys/long-term-keys.ts";
import type { RoleRequest } from "./role.ts";
import { type Level, nearest, textOf } from "./settings.ts";

/** Long-term keys, from the AWS files or from a program. With a code they give an MFA session. */
export type SourceRequest = KeySource & {
  readonly mfa: MfaSettings;
  /** `mfa_mode = direct`: the role that is assumed with the keys and the code, in place of an MFA session. */
  readonly direct?: RoleRequest;
};

/** Where the code for an MFA session comes from. */
export interface MfaSettings {
  /** ARN or serial number of the device; undefined when it has to be discovered. */
  readonly serial: string | undefined;
  /** The command of `mfa_process`, which prints a code. */
  readonly program: string | undefined;
}

/** Throws `configuration` for a device that makes no codes. */
export function sourceRequestOf(
  keys: KeySource,
  levels: readonly Level[],
  direct: RoleRequest | undefined,
): SourceRequest {
  const serial = nearest(
    levels,
    (given) => given.mfaSerial,
    (level) => textOf(level, "mfa_serial"),
  );
  if (serial !== undefined) refuseSecurityKey(serial, keys.profile);
  const program = nearest(
    levels,
    (given) => given.mfaProcess,
    (level) => textOf(level, "mfa_process"),
  );
  return { ...keys, mfa: { serial, program }, ...(direct === undefined ? {} : { direct }) };
}

/** The profile whose session the source gives: its own, or the one of a `direct` role. */
export function sessionProfileOf({ profile, direct }: SourceRequest): string {
  return direct?.profile ?? profile;
}
