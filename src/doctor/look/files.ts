/** Looks at the AWS files: both as askonce reads them, and each for itself. */

import { lstatSync, readFileSync, readlinkSync, realpathSync, statSync } from "node:fs";
import { dirname } from "node:path";
import { parseIni, type Section } from "../../aws-files/ini.ts";
import { profileInHeader, profilesOf } from "../../aws-files/profile-map.ts";
import { readSharedFiles, type SharedFiles, sharedPaths } from "../../aws-files/read.ts";
import type { Environment } from "../../runtime/environment.ts";
import { type AskonceError, asAskonceError } from "../../runtime/errors.ts";
import type { FileFacts, FilesFacts, Stray } from "../facts.ts";

/** What makes a section one of a profile, and a profile one that programs are meant to use. */
const OF_PROFILES = ["region", "output", "mfa_serial", "source_profile", "role_arn", "sso_session"];
const OF_CALLS = ["credential_process", "aws_access_key_id"];
/** Sections of the CLI's own. */
const OTHER_SECTIONS = ["plugins", "preview"];

type Contents = Pick<FileFacts, "profiles" | "strays">;

/** Never rejects: what cannot be read is a fact. */
export async function lookAtFiles(env: Environment): Promise<FilesFacts> {
  const { configPath, credentialsPath } = sharedPaths(env);
  let shared: SharedFiles | undefined;
  let complaint: AskonceError | undefined;
  try {
    shared = await readSharedFiles(env);
  } catch (error) {
    complaint = asAskonceError(error);
  }
  const configBy = env.AWS_CONFIG_FILE ? "AWS_CONFIG_FILE" : undefined;
  const credentialsBy = env.AWS_SHARED_CREDENTIALS_FILE ? "AWS_SHARED_CREDENTIALS_FILE" : undefined;
  // What cannot be read as a whole is not looked into.
  const none = (): Contents => ({ profiles: new Map(), strays: [] });
  const inConfig = (text: string): Contents => {
    const sections = parseIni(text, configPath);
    const isStray = (header: string): boolean =>
      profileInHeader(header) === undefined && !/\s/.test(header) && !OTHER_SECTIONS.includes(header);
    return {
      profiles: profilesOf(sections, new Map()),
      strays: straysOf(sections, isStray, (header) => `profile ${header}`),
    };
  };
  const inCredentials = (text: string): Contents => {
    const sections = parseIni(text, credentialsPath);
    const isStray = (header: string): boolean => /^profile\s/.test(header);
    return {
      profiles: profilesOf(new Map(), sections),
      strays: straysOf(sections, isStray, (header) => header.slice(8).trim()),
    };
  };
  return {
    config: fileFacts(configPath, configBy, shared === undefined ? none : inConfig),
    credentials: fileFacts(credentialsPath, credentialsBy, shared === undefined ? none : inCredentials),
    shared,
    complaint,
  };
}

/** Sections whose header is of the other file. */
function straysOf(
  sections: ReadonlyMap<string, Section>,
  isStray: (header: string) => boolean,
  meant: (header: string) => string,
): Stray[] {
  return [...sections].flatMap(([header, section]) => {
    const isCall = OF_CALLS.some((key) => section.has(key));
    if (!isStray(header) || !(isCall || OF_PROFILES.some((key) => section.has(key)))) return [];
    return [{ header, meant: meant(header), isCall }];
  });
}

function fileFacts(path: string, setBy: string | undefined, contentsOf: (text: string) => Contents): FileFacts {
  const none = { hasMark: false, profiles: new Map(), strays: [] };
  try {
    const stats = statSync(path);
    // A FIFO would have us wait.
    const isFile = stats.isFile();
    const text = isFile ? readOr(path) : undefined;
    return {
      path,
      setBy,
      isThere: true,
      mode: isFile ? stats.mode & 0o777 : undefined,
      owner: stats.uid,
      directory: directoryOf(path),
      link: lstatSync(path).isSymbolicLink() ? realpathSync(path) : undefined,
      ...(text === undefined ? none : { hasMark: text.startsWith("\uFEFF"), ...contentsOf(text) }),
    };
  } catch {
    return {
      path,
      setBy,
      isThere: false,
      mode: undefined,
      owner: undefined,
      directory: directoryOf(path),
      link: linkAt(path),
      ...none,
    };
  }
}

function directoryOf(file: string): FileFacts["directory"] {
  try {
    const path = realpathSync(dirname(file));
    const { mode, uid: owner } = statSync(path);
    return { path, mode: mode & 0o1777, owner };
  } catch {
    return undefined;
  }
}

/** Where a link leads that leads nowhere. */
function linkAt(path: string): string | undefined {
  try {
    return readlinkSync(path);
  } catch {
    return undefined;
  }
}

/** Nothing of what may not be read: the complaint says so. */
function readOr(path: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return "";
  }
}
