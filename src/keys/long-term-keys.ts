/** The long-term keys of an IAM user, and where they come from: the shared files, or a program. */

import { AskonceError } from "../runtime/errors.ts";

/** Long-term keys, and the profile they stand in. */
export interface LongTermKeys {
  readonly profile: string;
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
}

/** A `credential_process` that is not askonce: it prints the long-term keys of its profile. */
export interface KeyProgram {
  readonly profile: string;
  readonly command: string;
  /** The file the profile was read from: the same name may mean other keys in another. */
  readonly configPath: string;
}

export type KeySource = LongTermKeys | KeyProgram;

/** True when the keys are known from the shared files. */
export function isStatic(source: KeySource): source is LongTermKeys {
  return "accessKeyId" in source;
}

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
