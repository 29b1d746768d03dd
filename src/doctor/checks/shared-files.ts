/** The two AWS files: readable by askonce, and by nobody else. */

import type { Facts, FileFacts } from "../facts.ts";
import { fail, ok, type Verdict, warn } from "../finding.ts";
import { octal, shownPath } from "../words.ts";

/** What others may not do with a file that holds keys, and with one that names programs to run. */
const NOT_FOR_OTHERS = { credentials: 0o077, config: 0o002 } as const;

export function checkSharedFiles(facts: Facts): Verdict[] {
  const { config, credentials, complaint } = facts.files;
  const found = [modeOf("credentials", credentials, facts), modeOf("config", config, facts)].flat();
  if (complaint !== undefined) return [fail(complaint.message, complaint.hint), ...found];
  const there = [config, credentials].filter((file) => file.isThere);
  const missing = [config, credentials].filter((file) => !file.isThere && file.setBy !== undefined);
  const absent = missing.map((file) =>
    fail(`${file.setBy} names ${shownPath(file.path, facts.home)}, which is not there`, `unset ${file.setBy}`),
  );
  if (there.length === 0) {
    const cure = facts.verbs.has("setup") ? "askonce setup" : "aws configure";
    return [...absent, fail(`neither ${shown(config, facts)} nor ${shown(credentials, facts)} is there`, cure)];
  }
  if (found.length + absent.length > 0) return [...absent, ...found];
  const names = there.map((file) => shown(file, facts)).join(", ");
  return [ok(`${names} read${facts.uid === undefined ? "" : "; modes fine"}`)];
}

function shown({ path, link, setBy }: FileFacts, { home }: Facts): string {
  const leads = link === undefined ? "" : ` (a link to ${shownPath(link, home)})`;
  return `${shownPath(path, home)}${leads}${setBy === undefined ? "" : ` of ${setBy}`}`;
}

function modeOf(kind: keyof typeof NOT_FOR_OTHERS, file: FileFacts, facts: Facts): Verdict[] {
  if (!file.isThere || file.mode === undefined || facts.uid === undefined) return [];
  const path = shownPath(file.path, facts.home);
  if (file.owner !== facts.uid && file.owner !== 0)
    return [warn(`${path} belongs to another user, who may change it`, `sudo chown ${facts.uid} ${path}`)];
  const tooMuch = file.mode & NOT_FOR_OTHERS[kind];
  if (tooMuch === 0) return [];
  const mode = kind === "credentials" ? 0o600 : file.mode & ~0o022;
  const cure = `chmod ${octal(mode)} ${path}`;
  const fix = file.owner === facts.uid ? ({ kind: "mode", path: file.link ?? file.path, mode } as const) : undefined;
  if ((file.mode & 0o002) !== 0)
    return [fail(`everybody on this machine may write to ${path} (mode ${octal(file.mode)})`, cure, fix)];
  return [warn(`others on this machine may read ${path} (mode ${octal(file.mode)})`, cure, fix)];
}
