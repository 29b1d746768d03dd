/** mfa_serial in the profile with the keys, where it has to change: the file is edited in place, with a backup. */

import { dirname } from "node:path";
import { parseIni } from "../../aws-files/ini.ts";
import { configHeader, editIni } from "../../aws-files/ini-edit.ts";
import { readSharedTexts } from "../../aws-files/read.ts";
import { replaceSharedFiles } from "../../aws-files/replace.ts";
import type { Owner } from "./owner.ts";

/**
 * Has the profile with the keys name this device, in the file that names one now, else in the config file. Returns the
 * paths of the file and its backup. Throws `configuration` where it cannot be written: it is as it was then.
 */
export async function nameDevice(owner: Owner, serial: string): Promise<{ path: string; backup: string | undefined }> {
  const { context, keys } = owner;
  const { configPath, credentialsPath, config, credentials } = await readSharedTexts(context.env);
  const isThere =
    parseIni(credentials ?? "", credentialsPath)
      .get(keys.profile)
      ?.has("mfa_serial") === true;
  const [path, before] = isThere ? [credentialsPath, credentials] : [configPath, config];
  const section = isThere ? keys.profile : configHeader(keys.profile);
  const after = editIni(before ?? "", [{ kind: "set", section, key: "mfa_serial", value: serial }]);
  const [replaced] = replaceSharedFiles([{ path, before, after }], dirname(configPath), context.uid, new Date());
  return { path, backup: replaced?.backup };
}
