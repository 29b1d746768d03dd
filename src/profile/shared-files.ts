/** `~/.aws/config` and `~/.aws/credentials` as the AWS SDK's own loader reads them. */

import { constants } from "node:fs";
import { access } from "node:fs/promises";
import { homedir } from "node:os";
import { join } from "node:path";
import { loadSharedConfigFiles } from "@smithy/core/config";
import type { Environment } from "../environment.ts";
import { AskonceError } from "../errors.ts";

/** The keys of one profile; a key of the credentials file stands above the same key of the config file, as in botocore. */
export type ProfileKeys = Readonly<Record<string, string | undefined>>;

export interface SharedFiles {
  readonly profiles: ReadonlyMap<string, ProfileKeys>;
  readonly configPath: string;
  readonly credentialsPath: string;
}

/** Reads both files; a missing one is empty. Throws `configuration` for one that is there and cannot be read. */
export async function readSharedFiles(env: Environment): Promise<SharedFiles> {
  const configPath = inHome(env.AWS_CONFIG_FILE, "config");
  const credentialsPath = inHome(env.AWS_SHARED_CREDENTIALS_FILE, "credentials");
  const { configFile, credentialsFile } = await loadSharedConfigFiles({
    configFilepath: configPath,
    filepath: credentialsPath,
    ignoreCache: true,
  });
  // The loader takes an unreadable file for an empty one; the user would be told that the profile does not exist.
  if (Object.keys(configFile).length === 0) await mustBeReadable(configPath);
  if (Object.keys(credentialsFile).length === 0) await mustBeReadable(credentialsPath);
  const profiles = new Map<string, ProfileKeys>();
  for (const file of [configFile, credentialsFile]) {
    for (const [name, keys] of Object.entries(file)) profiles.set(name, { ...profiles.get(name), ...keys });
  }
  return { profiles, configPath, credentialsPath };
}

function inHome(given: string | undefined, file: string): string {
  if (given === undefined || given === "") return join(homedir(), ".aws", file);
  return given === "~" || given.startsWith("~/") ? join(homedir(), given.slice(1)) : given;
}

async function mustBeReadable(path: string): Promise<void> {
  try {
    await access(path, constants.R_OK);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === "ENOENT" || code === "ENOTDIR") return;
    throw new AskonceError("configuration", `cannot read ${path} (${code})`, "check who owns it and its mode", {
      cause: error,
    });
  }
}
