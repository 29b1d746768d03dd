/**
 * Writes `~/.aws/config` and `credentials`: as a whole or not at all, with a backup beside each, and only over the text
 * that was read. What the last change did is noted beside them, so that it can be taken back.
 */

import { randomBytes } from "node:crypto";
import {
  closeSync,
  constants,
  fchmodSync,
  fchownSync,
  fsyncSync,
  lstatSync,
  mkdirSync,
  openSync,
  readFileSync,
  readlinkSync,
  realpathSync,
  renameSync,
  type Stats,
  statSync,
  unlinkSync,
  writeFileSync,
} from "node:fs";
import { basename, dirname, join, resolve } from "node:path";
import { removeFile } from "../disk/private-file.ts";
import { AskonceError } from "../runtime/errors.ts";
import type { Reason } from "../runtime/reasons.ts";
import { type NotedChange, noteChanges, notedChanges, textDigest } from "./undo-note.ts";

/** A text in place of another. */
export interface FileChange {
  /** As the user names it; it may be a link, whose target is replaced then. */
  readonly path: string;
  /** The text that was read; undefined where there was no file. */
  readonly before: string | undefined;
  /** undefined removes the file. */
  readonly after: string | undefined;
}

/** A file that was replaced, and where its old text is; undefined where there was none. */
export interface Replaced {
  readonly path: string;
  readonly backup: string | undefined;
}

interface Done {
  readonly change: FileChange;
  readonly replaced: Replaced;
}

const MOST_LINKS = 40;

/**
 * Makes all of these changes, those without a difference left out, and notes in a directory how to undo them. Missing
 * directories are made (0700), new files and backups get 0600, others keep their mode and owner.
 *
 * Throws `configuration` when a text is no longer what was read, or cannot be written: then every file is as it was.
 */
export function replaceSharedFiles(
  changes: readonly FileChange[],
  notesIn: string,
  uid: number | undefined,
  at: Date,
): Replaced[] {
  return replaceAll(changes, at, (done) => noteChanges(notesIn, [...notedChanges(notesIn, uid), asNoted(done)]));
}

/** A change that was taken back, and how many there are before it. */
export interface Undone {
  readonly files: readonly Replaced[];
  readonly left: number;
}

/**
 * Puts back what the last change that is noted in a directory replaced: the texts of its backups, or no file; the texts that
 * go get backups too. Throws `configuration` where there is nothing to undo, where a file was changed since, and as
 * replaceSharedFiles does.
 */
export function undoLastChange(notesIn: string, uid: number | undefined, at: Date): Undone {
  const changes = notedChanges(notesIn, uid);
  const last = changes.at(-1);
  if (last === undefined)
    throw failure(`there is no change of askonce's in ${notesIn} to undo`, "nothing was changed", "nothing-to-undo");
  const before = changes.slice(0, -1);
  const files = replaceAll(last.map(takenBack), at, () => noteChanges(notesIn, before));
  return { files, left: before.length };
}

function takenBack({ path, backup, digest }: NotedChange[number]): FileChange {
  const before = readText(path);
  if (textDigest(before) === digest)
    return { path, before, after: backup === undefined ? undefined : textOfBackup(backup) };
  const hint =
    backup === undefined
      ? "remove what was added by hand"
      : `nothing was changed; the text from before is in ${backup}`;
  throw failure(`${path} was changed since`, hint, "changed-file");
}

/** Makes all of these changes and the note of them, or none. */
function replaceAll(changes: readonly FileChange[], at: Date, note: (done: readonly Done[]) => void): Replaced[] {
  const done: Done[] = [];
  const wanted = changes.filter(({ before, after }) => before !== after);
  try {
    for (const change of wanted) done.push({ change, replaced: replaceOne(change, at) });
    if (done.length > 0) note(done);
  } catch (error) {
    for (const { change, replaced } of done.reverse()) putBack(change, replaced);
    if (error instanceof AskonceError) throw error;
    throw cannotWrite((wanted[done.length] ?? wanted[0])?.path ?? "", error);
  }
  return done.map(({ replaced }) => replaced);
}

function asNoted(done: readonly Done[]): NotedChange {
  return done.map(({ change, replaced }) => ({ ...replaced, digest: textDigest(change.after) }));
}

function replaceOne(change: FileChange, at: Date): Replaced {
  const { path, before, after } = change;
  const target = targetOf(path);
  if (statOf(target)?.isFile() === false)
    throw failure(`${path} is no regular file`, "nothing was changed", "invalid-file");
  for (const one of [path, target]) mkdirSync(dirname(one), { recursive: true, mode: 0o700 });
  mustBeAsRead(change, target);
  const backup = before === undefined ? undefined : writeBackup(path, before, at);
  const temporary = `${target}.${randomBytes(6).toString("hex")}.tmp`;
  try {
    if (after !== undefined) writeNew(temporary, after, statOf(target));
    // Whatever took a while is behind us: what was read is what is replaced.
    mustBeAsRead(change, target);
    if (after === undefined) unlinkSync(target);
    else renameSync(temporary, target);
  } catch (error) {
    removeFile(temporary);
    if (backup !== undefined) removeFile(backup);
    throw error;
  }
  syncDirectory(dirname(target));
  return { path, backup };
}

/** Where the text of a path is in the end, also when nothing is there yet. */
function targetOf(path: string): string {
  let target = path;
  for (let links = 0; links < MOST_LINKS && isLink(target); links++)
    target = resolve(realpathSync(dirname(target)), readlinkSync(target));
  return target;
}

function isLink(path: string): boolean {
  return lstatSync(path, { throwIfNoEntry: false })?.isSymbolicLink() ?? false;
}

function statOf(path: string): Stats | undefined {
  return statSync(path, { throwIfNoEntry: false });
}

function mustBeAsRead({ path, before }: FileChange, target: string): void {
  if (readText(target) === before) return;
  throw failure(`${path} was changed meanwhile`, "nothing was written: run it again", "changed-file");
}

function readText(path: string): string | undefined {
  return statOf(path) === undefined ? undefined : readFileSync(path, "utf8");
}

/** `config.askonce-2026-11-25T09-30-12.bak`, by the user's clock; another one of the same second gets a number. */
function writeBackup(path: string, text: string, at: Date): string {
  const local = new Date(at.getTime() - at.getTimezoneOffset() * 60_000).toISOString();
  const stem = join(dirname(path), `${basename(path)}.askonce-${local.slice(0, 19).replaceAll(":", "-")}`);
  for (let number = 1; ; number++) {
    const backup = `${stem}${number === 1 ? "" : `-${number}`}.bak`;
    try {
      writeNew(backup, text, undefined);
      return backup;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === "EEXIST") continue;
      removeFile(backup);
      throw error;
    }
  }
}

/** Writes a file that is not there yet, with the mode and the owner of the one it is to replace. */
function writeNew(path: string, text: string, old: Stats | undefined): void {
  const file = openSync(path, constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL, 0o600);
  try {
    const own = statSync(path);
    if (old !== undefined && (old.uid !== own.uid || old.gid !== own.gid)) fchownSync(file, old.uid, old.gid);
    fchmodSync(file, old === undefined ? 0o600 : old.mode & 0o7777);
    writeFileSync(file, text);
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
}

function textOfBackup(backup: string): string {
  try {
    return readFileSync(backup, "utf8");
  } catch (error) {
    throw failure(`cannot read ${backup}`, "nothing was changed", "unreadable-file", error);
  }
}

/** Takes a change back whose neighbour failed, unless somebody has changed it meanwhile; the backup stays where it stays. */
function putBack({ path, before, after }: FileChange, { backup }: Replaced): void {
  try {
    const target = targetOf(path);
    if (readText(target) !== after) return;
    if (before === undefined) removeFile(target);
    else {
      const temporary = `${target}.${randomBytes(6).toString("hex")}.tmp`;
      writeNew(temporary, before, statOf(target));
      renameSync(temporary, target);
    }
    if (backup !== undefined) removeFile(backup);
  } catch {
    // The text from before is in the backup.
  }
}

function syncDirectory(path: string): void {
  try {
    const directory = openSync(path, constants.O_RDONLY);
    fsyncSync(directory);
    closeSync(directory);
  } catch {
    // Some systems have no such thing; the file itself is on disk.
  }
}

function cannotWrite(path: string, error: unknown): AskonceError {
  const { code } = error as NodeJS.ErrnoException;
  return failure(
    `cannot write ${path} (${code})`,
    "nothing was changed; look at its mode, its directory and the space on its disk",
    "unwritable-file",
    error,
  );
}

function failure(what: string, hint: string, reason: Reason, cause?: unknown): AskonceError {
  return new AskonceError("configuration", what, hint, reason, { cause });
}
