/** The long-term keys of an IAM user, and where they come from: the AWS files, or a program. */

import { AskonceError } from "../runtime/errors.ts";

/** Long-term keys and the profile that has them. */
export interface LongTermKeys {
  readonly profile: string;
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
}

/** A `credential_process` that is not askonce: it prints the long-term keys of its profile. */
export interface KeyProgram {
  readonly profile: string;
  readonly command: string;
  /** The file the profile was read from: in another file the same name may mean other keys. */
  readonly configPath: string;
}

/** Where a profile's long-term keys come from. */
export type KeySource =
  | { readonly kind: "keys"; readonly profile: string; readonly keys: LongTermKeys }
  | ({ readonly kind: "program" } & KeyProgram);

/** Throws `configuration` for keys of a session: only long-term keys can ask for another. Temporary ones begin with ASIA and come with a token. */
export function refuseTemporary(profile: string, accessKeyId: string, sessionToken: string | undefined): void {
  if (sessionToken === undefined && !accessKeyId.startsWith("ASIA")) return;
  throw new AskonceError(
    "configuration",
    `the keys of ${profile} are temporary ones, and STS gives an MFA session for long-term keys only`,
    `give profile ${profile} the IAM user's own access key, without a session token`,
    "temporary-keys",
  );
}
