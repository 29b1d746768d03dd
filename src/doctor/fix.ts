/** What `doctor --fix` does: said before, done, said after. Nothing else in this room changes anything. */

import { closeSync, constants, fchmodSync, fstatSync, openSync, readFileSync } from "node:fs";
import { dirname } from "node:path";
import { parseIni } from "../aws-files/ini.ts";
import { editIni, type IniEdit } from "../aws-files/ini-edit.ts";
import { profilesOf } from "../aws-files/profile-map.ts";
import { replaceSharedFiles } from "../aws-files/replace.ts";
import { clearGoneLocks } from "../locking/sweep.ts";
import { AskonceError } from "../runtime/errors.ts";
import type { Facts } from "./facts.ts";
import type { Finding, Fix } from "./finding.ts";
import { octal, shownPath } from "./wording.ts";

type FileFix = Extract<Fix, { kind: "move-keys" | "command" }>;

const KEYS = ["aws_access_key_id", "aws_secret_access_key"];

/** What can be done about these findings, each thing once. */
export function fixesOf(findings: readonly Finding[]): Fix[] {
  const byText = new Map(
    findings.flatMap(({ fix }) => (fix === undefined ? [] : [[JSON.stringify(fix), fix] as const])),
  );
  return [...byText.values()];
}

/** One line about a fix, as an order. */
export function fixText(fix: Fix, home: string): string {
  switch (fix.kind) {
    case "mode":
      return `chmod ${octal(fix.mode)} ${shownPath(fix.path, home)}`;
    case "locks":
      return "take away the locks of processes that are gone";
    case "move-keys":
      return fix.isThere
        ? `take the keys out of [${fix.from}] in ${shownPath(fix.path, home)}: [${fix.to}] has them too`
        : `move the keys of [${fix.from}] in ${shownPath(fix.path, home)} to [${fix.to}]`;
    case "command":
      return `credential_process of ${fix.profile} = ${fix.now}`;
  }
}

/** Does all of it; returns a line about each thing done. Throws `configuration` for what cannot be written: files are then as they were. */
export function applyFixes(fixes: readonly Fix[], { home, files, uid }: Facts, at: Date): string[] {
  const done: string[] = [];
  for (const fix of fixes) {
    if (fix.kind === "mode") changeMode(fix.path, fix.mode, uid);
    else if (fix.kind === "locks") clearGoneLocks(fix.directory);
    else continue;
    done.push(fixText(fix, home));
  }
  const inFiles = fixes.filter((fix): fix is FileFix => fix.kind === "move-keys" || fix.kind === "command");
  // All of one file in one go: one backup, and one step back.
  const paths = [...new Set(inFiles.map(({ path }) => path))];
  const changes = paths.map((path) => {
    const before = readFileSync(path, "utf8");
    const own = inFiles.filter((fix) => fix.path === path);
    return { path, before, after: own.reduce(edited, before) };
  });
  const replaced = replaceSharedFiles(changes, dirname(files.config.path), uid, at);
  done.push(...inFiles.map((fix) => fixText(fix, home)));
  for (const { path, backup } of replaced)
    if (backup !== undefined) done.push(`${shownPath(path, home)} as it was is in ${shownPath(backup, home)}`);
  return done;
}

function changeMode(path: string, mode: number, uid: number | undefined): void {
  const file = openSync(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
  try {
    if (uid !== undefined && fstatSync(file).uid !== uid)
      throw new AskonceError("configuration", `${path} belongs to another user`, "nothing was changed", "foreign-file");
    fchmodSync(file, mode);
  } finally {
    closeSync(file);
  }
}

function edited(text: string, fix: FileFix): string {
  const after = editIni(text, fix.kind === "command" ? commandEdits(text, fix) : moveEdits(text, fix));
  const profiles = (some: string) => profilesOf(new Map(), parseIni(some, fix.path));
  if (fix.kind === "move-keys") {
    const [was, is] = [profiles(text), profiles(after)];
    const isMoved = KEYS.every((key) => is.get(fix.to)?.[key] === was.get(fix.from)?.[key] || fix.isThere);
    // Whoever loses a secret key cannot get it back: nothing is written that would not be read again.
    if (!isMoved || KEYS.some((key) => is.get(fix.from)?.[key] !== undefined)) throw notUnderstood(fix.path);
  }
  return after;
}

function moveEdits(text: string, fix: Extract<Fix, { kind: "move-keys" }>): IniEdit[] {
  const sections = parseIni(text, fix.path);
  const own = sections.get(fix.from) ?? new Map();
  const isAllKeys = [...own.keys()].every((key) => KEYS.includes(key));
  if (!fix.isThere && isAllKeys && !sections.has(fix.to))
    return [{ kind: "rename-section", section: fix.from, to: fix.to }];
  const removed: IniEdit[] = isAllKeys
    ? [{ kind: "remove-section", section: fix.from }]
    : KEYS.map((key) => ({ kind: "remove", section: fix.from, key }));
  if (fix.isThere) return removed;
  const added = KEYS.map((key): IniEdit => {
    const value = own.get(key);
    if (typeof value !== "string" || value === "") throw notUnderstood(fix.path);
    return { kind: "set", section: fix.to, key, value };
  });
  return [...added, ...removed];
}

function commandEdits(text: string, { profile, path, was, now }: Extract<Fix, { kind: "command" }>): IniEdit[] {
  const header = [...parseIni(text, path)].find(
    ([name, section]) =>
      section.get("credential_process") === was &&
      (name === profile || profilesOf(new Map([[name, section]]), new Map()).has(profile)),
  )?.[0];
  if (header === undefined) throw notUnderstood(path);
  return [{ kind: "set", section: header, key: "credential_process", value: now }];
}

function notUnderstood(path: string): AskonceError {
  return new AskonceError(
    "configuration",
    `${path} cannot be changed safely`,
    "edit it by hand; nothing was changed",
    "unsafe-edit",
  );
}
