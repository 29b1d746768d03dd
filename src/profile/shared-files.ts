/** `~/.aws/config` and `~/.aws/credentials` as the AWS SDK's own loader reads them. */

import { readFile, stat } from "node:fs/promises";
import { homedir, userInfo } from "node:os";
import { isAbsolute, join } from "node:path";
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
  for (const path of [configPath, credentialsPath]) await mustEnd(path);
  const { configFile, credentialsFile } = await loadSharedConfigFiles({
    configFilepath: configPath,
    filepath: credentialsPath,
    ignoreCache: true,
  });
  // The loader takes a file it cannot read or parse for an empty one; the user would be told that the profile does not exist.
  if (Object.keys(configFile).length === 0) await mustBeEmpty(configPath, /^\s*\[\s*(default|profile\s.*)\]/m);
  if (Object.keys(credentialsFile).length === 0) await mustBeEmpty(credentialsPath, /^\s*\[.+\]/m);
  const profiles = new Map<string, ProfileKeys>();
  for (const file of [configFile, credentialsFile]) {
    for (const [name, keys] of Object.entries(file)) profiles.set(name, { ...profiles.get(name), ...keys });
  }
  return { profiles, configPath, credentialsPath };
}

function inHome(given: string | undefined, file: string): string {
  if (given === undefined || given === "") return join(home(), ".aws", file);
  return given === "~" || given.startsWith("~/") ? join(home(), given.slice(1)) : given;
}

/** An empty or relative HOME would have the directory we are in say which programs are run. */
function home(): string {
  return isAbsolute(homedir()) ? homedir() : userInfo().homedir;
}

/** Throws `configuration` for a FIFO or socket: a read of it would wait for a writer, beyond every deadline. */
async function mustEnd(path: string): Promise<void> {
  const stats = await stat(path).catch(() => undefined);
  if (stats === undefined || !(stats.isFIFO() || stats.isSocket())) return;
  throw new AskonceError("configuration", `${path} is no regular file`, "put the profiles into a file");
}

/** Throws `configuration` when the file holds what should have been a profile with keys, or cannot be read. */
async function mustBeEmpty(path: string, section: RegExp): Promise<void> {
  let text: string;
  try {
    text = await readFile(path, "utf8");
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === "ENOENT" || code === "ENOTDIR") return;
    throw new AskonceError(
      "configuration",
      `cannot read ${path} (${code})`,
      "check what it is, who owns it and its mode",
      {
        cause: error,
      },
    );
  }
  if (!section.test(text) || !/=\s*\S/.test(text)) return;
  throw new AskonceError(
    "configuration",
    `the AWS SDK cannot parse ${path}`,
    "look for a profile with an impossible name in it",
  );
}
