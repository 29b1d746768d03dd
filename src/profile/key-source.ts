/** Where a profile has its long-term keys. Pure. */

import type { ProfileKeys, SharedFiles } from "../aws-files/read.ts";
import { type KeySource, refuseTemporary } from "../keys/long-term-keys.ts";
import { AskonceError } from "../runtime/errors.ts";
import { type Level, textOf } from "./settings.ts";

/** True when a profile has keys of its own in the shared files. */
export function hasStaticKeys(keys: ProfileKeys): boolean {
  return Boolean(keys.aws_access_key_id) || Boolean(keys.aws_secret_access_key);
}

/** The keys of the profile at the bottom of the chain. Throws `configuration` when it has none, or temporary ones. */
export function keySourceOf(level: Level, files: SharedFiles): KeySource {
  const accessKeyId = textOf(level, "aws_access_key_id");
  const secretAccessKey = textOf(level, "aws_secret_access_key");
  const command = textOf(level, "credential_process");
  if (accessKeyId === undefined && secretAccessKey === undefined && command !== undefined)
    return { kind: "program", profile: level.name, command, configPath: files.configPath };
  if (accessKeyId === undefined || secretAccessKey === undefined) {
    const missing = accessKeyId === undefined && secretAccessKey === undefined;
    throw new AskonceError(
      "configuration",
      missing ? `no long-term keys for ${level.name}` : `the keys of ${level.name} are incomplete`,
      `add aws_access_key_id and aws_secret_access_key for ${level.name} to ${files.credentialsPath}`,
      missing ? "no-keys" : "incomplete-keys",
    );
  }
  refuseTemporary(level.name, accessKeyId, textOf(level, "aws_session_token"));
  return {
    kind: "keys",
    profile: level.name,
    keys: { profile: level.name, accessKeyId, secretAccessKey },
  };
}
