/** `~/.aws/config` and `~/.aws/credentials`, read as the AWS CLI reads them. */

import { isUtf8 } from "node:buffer";
import { readFile, stat } from "node:fs/promises";
import { homedir, userInfo } from "node:os";
import { isAbsolute, join, resolve } from "node:path";
import type { Environment } from "../environment.ts";
import { AskonceError } from "../errors.ts";
import { parseIni } from "./ini.ts";
import { type ProfileKeys, profilesOf, type Services, servicesOf } from "./profile-map.ts";

export type { ProfileKeys } from "./profile-map.ts";

export interface SharedFiles {
  readonly profiles: ReadonlyMap<string, ProfileKeys>;
  readonly services: Services;
  readonly configPath: string;
  readonly credentialsPath: string;
}

/** Reads both files; a missing one is empty. Throws `configuration` for one that is there and cannot be read or parsed. */
export async function readSharedFiles(env: Environment): Promise<SharedFiles> {
  const configPath = pathOf(env.AWS_CONFIG_FILE, "config", env);
  const credentialsPath = pathOf(env.AWS_SHARED_CREDENTIALS_FILE, "credentials", env);
  const [configText, credentialsText] = await Promise.all([readText(configPath), readText(credentialsPath)]);
  const config = parseIni(configText, configPath);
  const credentials = parseIni(credentialsText, credentialsPath);
  return { profiles: profilesOf(config, credentials), services: servicesOf(config), configPath, credentialsPath };
}

/** Variables and a leading ~ are put in, as botocore does (configloader.py, raw_config_parse); a variable that is not there stays as it is. */
function pathOf(given: string | undefined, file: string, env: Environment): string {
  if (given === undefined || given === "") return join(home(), ".aws", file);
  const path = given.replace(/\$(?:(\w+)|\{([^}]*)\})/g, (text, plain?: string, braced?: string) => {
    return env[plain ?? braced ?? ""] ?? text;
  });
  // Absolute, since it is part of what a program's key id is remembered under: the same words mean other files elsewhere.
  return resolve(path === "~" || path.startsWith("~/") ? join(home(), path.slice(1)) : path);
}

/** An empty or relative HOME would have the directory we are in say which programs are run. */
function home(): string {
  return isAbsolute(homedir()) ? homedir() : userInfo().homedir;
}

/** The text of a file, empty when there is none. Throws `configuration` for what cannot be read, or is no UTF-8. */
async function readText(path: string): Promise<string> {
  await mustEnd(path);
  let bytes: Buffer;
  try {
    bytes = await readFile(path);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === "ENOENT" || code === "ENOTDIR") return "";
    const hint = "check what it is, who owns it and its mode";
    throw new AskonceError("configuration", `cannot read ${path} (${code})`, hint, { cause: error });
  }
  const text = bytes.toString("utf8");
  if (isUtf8(bytes)) return text;
  const line = text.slice(0, text.indexOf("\ufffd")).split("\n").length;
  throw new AskonceError("configuration", `${path}, line ${line}: this is not UTF-8`, "save the file as UTF-8");
}

/** Throws `configuration` for a FIFO or socket: a read of it would wait for a writer, beyond every deadline. */
async function mustEnd(path: string): Promise<void> {
  const stats = await stat(path).catch(() => undefined);
  if (stats === undefined || !(stats.isFIFO() || stats.isSocket())) return;
  throw new AskonceError("configuration", `${path} is no regular file`, "put the profiles into a file");
}
