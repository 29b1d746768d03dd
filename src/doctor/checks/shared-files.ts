/** The two AWS files: readable by askonce, and by nobody else. */

import type { Facts, FileFacts } from "../facts.ts";
import { fail, ok, type Verdict, warn } from "../finding.ts";
import { octal, shownPath } from "../wording.ts";

/** What others may not do with a file that holds keys, and with one that names programs to run. */
const NOT_FOR_OTHERS = { credentials: 0o077, config: 0o002 } as const;

export function checkSharedFiles(facts: Facts): Verdict[] {
  const { config, credentials, complaint } = facts.files;
  const found = [modeOf("credentials", credentials, facts), modeOf("config", config, facts)].flat();
  // Mostly they are in one.
  const directories = new Map([config, credentials].map((file) => [file.directory?.path, file] as const));
  found.push(...[...directories.values()].flatMap((file) => directoryOf(file, facts)));
  found.push(...[config, credentials].flatMap((file) => misread(file, facts)));
  if (complaint !== undefined) return [fail(complaint.message, ownerCure(facts) ?? complaint.hint), ...found];
  const there = [config, credentials].filter((file) => file.isThere);
  const absent = [config, credentials].flatMap((file) => missing(file, facts));
  if (there.length === 0 && absent.length > 0) return absent;
  if (there.length === 0) {
    const cure = facts.verbs.has("setup") ? "askonce setup" : "aws configure";
    return [fail(`neither ${shown(config, facts)} nor ${shown(credentials, facts)} is there`, cure)];
  }
  if (found.length + absent.length > 0) return [...absent, ...found];
  const names = there.map((file) => shown(file, facts)).join(", ");
  return [ok(`${names} read${facts.uid === undefined ? "" : "; modes fine"}`)];
}

/** Of a file that may not be read since it is somebody else's, mostly root's: one that was written with sudo. */
function ownerCure({ files: { config, credentials, complaint }, uid, home }: Facts): string | undefined {
  if (complaint?.reason !== "unreadable-file") return undefined;
  const { code, path: refused } = complaint.cause as NodeJS.ErrnoException;
  const file = [config, credentials].find(
    ({ path, isThere, owner }) => isThere && owner !== uid && code === "EACCES" && path === refused,
  );
  return file && uid !== undefined ? `sudo chown ${uid} ${shownPath(file.path, home)}` : undefined;
}

/** Whoever may write there may put files of his own there, which name programs to run. */
function directoryOf(file: FileFacts, { uid, home }: Facts): Verdict[] {
  const { directory } = file;
  if (directory === undefined || uid === undefined || (directory.mode & 0o1002) !== 0o002) return [];
  const path = shownPath(directory.path, home);
  const mode = directory.mode & 0o755;
  const fix = directory.owner === uid ? ({ kind: "mode", path: directory.path, mode } as const) : undefined;
  return [
    fail(
      `everybody on this machine may replace what is in ${path} (mode ${octal(directory.mode)})`,
      `chmod ${octal(mode)} ${path}`,
      fix,
    ),
  ];
}

/** What is not where it should be; a file that is not there at its usual place is none too many. */
function missing({ path, link, setBy, isThere }: FileFacts, { home }: Facts): Verdict[] {
  const file = shownPath(path, home);
  if (isThere) return [];
  if (link !== undefined)
    return [fail(`${file} is a link to ${shownPath(link, home)}, which is not there`, `ls -l ${file}`)];
  return setBy === undefined ? [] : [fail(`${setBy} names ${file}, which is not there`, `unset ${setBy}`)];
}

/** What askonce reads and others do not, or nobody does. */
function misread({ path, hasMark, strays }: FileFacts, { home }: Facts): Verdict[] {
  const file = shownPath(path, home);
  const found = strays.map(({ header, meant, isCall }) =>
    (isCall ? fail : warn)(`[${header}] in ${file} is read by nobody: there it is [${meant}]`, `write [${meant}]`),
  );
  if (hasMark)
    found.push(
      fail(`${file} begins with a byte order mark: the AWS CLI cannot read it`, "save it as UTF-8 without BOM"),
    );
  return found;
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
  const chmod = `chmod ${octal(mode)} ${path}`;
  // Root's would be nobody else's to read then.
  const cure = file.owner === facts.uid ? chmod : `sudo chown ${facts.uid} ${path}, then ${chmod}`;
  const fix = file.owner === facts.uid ? ({ kind: "mode", path: file.link ?? file.path, mode } as const) : undefined;
  if ((file.mode & 0o002) !== 0)
    return [fail(`everybody on this machine may write to ${path} (mode ${octal(file.mode)})`, cure, fix)];
  return [warn(`others on this machine may read ${path} (mode ${octal(file.mode)})`, cure, fix)];
}
