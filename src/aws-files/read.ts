/** `~/.aws/config` and `~/.aws/credentials`, read as the AWS CLI reads them. */

import { isUtf8 } from "node:buffer";
import { closeSync, constants, fstatSync, openSync, readFileSync, statSync } from "node:fs";
import { devNull } from "node:os";
import { join, resolve } from "node:path";
import { homeDirectory } from "../disk/home.ts";
import type { Environment } from "../runtime/environment.ts";
import { AskonceError } from "../runtime/errors.ts";
import { parseIni } from "./ini.ts";
import { type ProfileKeys, profilesOf, type Services, servicesOf } from "./profile-map.ts";

export type { ProfileKeys } from "./profile-map.ts";

export interface SharedFiles {
  readonly profiles: ReadonlyMap<string, ProfileKeys>;
  readonly services: Services;
  readonly configPath: string;
  readonly credentialsPath: string;
}

/** Ten thousand profiles have less. */
const MOST_BYTES = 16 * 2 ** 20;

/** Both files as they are on disk. */
export interface SharedTexts {
  readonly configPath: string;
  readonly credentialsPath: string;
  /** undefined where there is no file. */
  readonly config: string | undefined;
  readonly credentials: string | undefined;
}

/** Reads both files; a missing one is empty. Throws `configuration` for one that is there and cannot be read or parsed. */
export async function readSharedFiles(env: Environment): Promise<SharedFiles> {
  return parseSharedFiles(await readSharedTexts(env));
}

/** Reads both files without parsing them. Throws `configuration` for one that is there and cannot be read. */
export async function readSharedTexts(env: Environment): Promise<SharedTexts> {
  const { configPath, credentialsPath } = sharedPaths(env);
  return { configPath, credentialsPath, config: readText(configPath), credentials: readText(credentialsPath) };
}

/** What both texts say. Throws `configuration` for one that cannot be parsed. */
export function parseSharedFiles(texts: SharedTexts): SharedFiles {
  const { configPath, credentialsPath } = texts;
  const config = parseIni(texts.config ?? "", configPath);
  const credentials = parseIni(texts.credentials ?? "", credentialsPath);
  return { profiles: profilesOf(config, credentials), services: servicesOf(config), configPath, credentialsPath };
}

/** Where both files are, or would be. */
export function sharedPaths(env: Environment): Pick<SharedFiles, "configPath" | "credentialsPath"> {
  return {
    configPath: pathOf(env.AWS_CONFIG_FILE, "config", env),
    credentialsPath: pathOf(env.AWS_SHARED_CREDENTIALS_FILE, "credentials", env),
  };
}

/** Variables and a leading ~ are put in, as botocore does (configloader.py, raw_config_parse); a variable that is not there stays as it is. */
function pathOf(given: string | undefined, file: string, env: Environment): string {
  if (given === undefined || given === "") return join(homeDirectory(), ".aws", file);
  const path = given.replace(/\$(?:(\w+)|\{([^}]*)\})/g, (text, plain?: string, braced?: string) => {
    return env[plain ?? braced ?? ""] ?? text;
  });
  // Absolute, since it is part of what a program's key id is remembered under: the same words mean other files elsewhere.
  return resolve(path === "~" || path.startsWith("~/") ? join(homeDirectory(), path.slice(1)) : path);
}

/** The text of a file, undefined when there is none. Throws `configuration` for what cannot be read, or is no UTF-8. */
function readText(path: string): string | undefined {
  const bytes = readBytes(path);
  if (bytes === undefined) return undefined;
  const text = bytes.toString("utf8");
  if (isUtf8(bytes)) return text;
  const line = text.slice(0, text.indexOf("\ufffd")).split("\n").length;
  throw new AskonceError(
    "configuration",
    `${path}, line ${line}: this is not UTF-8`,
    "save the file as UTF-8",
    "invalid-file",
  );
}

function readBytes(path: string): Buffer | undefined {
  let file: number | undefined;
  try {
    // A FIFO would have us wait for its writer, beyond every deadline.
    file = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
    mustEnd(path, file);
    return readFileSync(file);
  } catch (error) {
    if (error instanceof AskonceError) throw error;
    const { code } = error as NodeJS.ErrnoException;
    if (code === "ENOENT" || code === "ENOTDIR") return undefined;
    if (code === "ENXIO") throw noFile(path);
    const hint = "check what it is, who owns it and its mode";
    throw new AskonceError("configuration", `cannot read ${path} (${code})`, hint, "unreadable-file", { cause: error });
  } finally {
    if (file !== undefined) closeSync(file);
  }
}

/** Throws `configuration` for what may have no end: a FIFO, a socket, a device but for /dev/null; and for a file without measure. */
function mustEnd(path: string, file: number): void {
  const stats = fstatSync(file);
  if (stats.isFile() && stats.size > MOST_BYTES) {
    const most = `${MOST_BYTES / 2 ** 20} MB`;
    throw new AskonceError(
      "configuration",
      `${path} is larger than ${most}`,
      "put the profiles into a file of their own",
      "invalid-file",
    );
  }
  if (stats.isFile() || stats.isDirectory()) return;
  const isNull = stats.isCharacterDevice() && statSync(devNull).rdev === stats.rdev;
  if (!isNull) throw noFile(path);
}

function noFile(path: string): AskonceError {
  return new AskonceError(
    "configuration",
    `${path} is no regular file`,
    "put the profiles into a file",
    "invalid-file",
  );
}
