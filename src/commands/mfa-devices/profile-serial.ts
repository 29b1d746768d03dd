/** mfa_serial in the profile with the keys, where it has to change: the file is edited in place, with a backup. */

import { readFile } from "node:fs/promises";
import { dirname } from "node:path";
import { parseIni } from "../../profile/ini.ts";
import { configHeader, editIni } from "../../profile/ini-edit.ts";
import { replaceSharedFiles } from "../../profile/replace-shared-file.ts";
import type { Owner } from "./owner.ts";

/**
 * Has the profile with the keys name this device, in the file that names one now, else in the config file. Returns the
 * paths of the file and its backup. Throws `configuration` where it cannot be written: it is as it was then.
 */
export async function nameDevice(owner: Owner, serial: string): Promise<{ path: string; backup: string | undefined }> {
  const { files, keys } = owner;
  const credentials = await textOf(files.credentialsPath);
  const isThere =
    parseIni(credentials ?? "", files.credentialsPath)
      .get(keys.profile)
      ?.has("mfa_serial") === true;
  const path = isThere ? files.credentialsPath : files.configPath;
  const before = isThere ? credentials : await textOf(path);
  const section = isThere ? keys.profile : configHeader(keys.profile);
  const after = editIni(before ?? "", [{ kind: "set", section, key: "mfa_serial", value: serial }]);
  const [replaced] = replaceSharedFiles([{ path, before, after }], dirname(files.configPath), new Date());
  return { path, backup: replaced?.backup };
}

async function textOf(path: string): Promise<string | undefined> {
  try {
    return await readFile(path, "utf8");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
    throw error;
  }
}
