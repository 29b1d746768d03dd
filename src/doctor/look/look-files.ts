/** Looks at the AWS files: both as askonce reads them, and each for itself. */

import { lstatSync, readFileSync, realpathSync, statSync } from "node:fs";
import type { Environment } from "../../environment.ts";
import { type AskonceError, asAskonceError } from "../../errors.ts";
import { parseIni } from "../../profile/ini.ts";
import { profilesOf } from "../../profile/profile-map.ts";
import { type ProfileKeys, readSharedFiles, type SharedFiles, sharedPaths } from "../../profile/shared-files.ts";
import type { FileFacts, FilesFacts } from "../facts.ts";

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
  const none = (): ReadonlyMap<string, ProfileKeys> => new Map();
  const inConfig = (text: string) => profilesOf(parseIni(text, configPath), new Map());
  const inCredentials = (text: string) => profilesOf(new Map(), parseIni(text, credentialsPath));
  return {
    config: fileFacts(configPath, configBy, shared === undefined ? none : inConfig),
    credentials: fileFacts(credentialsPath, credentialsBy, shared === undefined ? none : inCredentials),
    shared,
    complaint,
  };
}

function fileFacts(
  path: string,
  setBy: string | undefined,
  profilesIn: (text: string) => ReadonlyMap<string, ProfileKeys>,
): FileFacts {
  try {
    const stats = statSync(path);
    // A FIFO would have us wait.
    const isFile = stats.isFile();
    return {
      path,
      setBy,
      isThere: true,
      mode: isFile ? stats.mode & 0o777 : undefined,
      owner: stats.uid,
      link: lstatSync(path).isSymbolicLink() ? realpathSync(path) : undefined,
      profiles: isFile ? profilesIn(readOr(path)) : new Map(),
    };
  } catch {
    const unknown = { mode: undefined, owner: undefined, link: undefined };
    return { path, setBy, isThere: false, ...unknown, profiles: new Map() };
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
