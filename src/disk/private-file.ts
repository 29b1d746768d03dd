/** Small private files, JSON mostly: read with suspicion, replaced atomically. */

import {
  closeSync,
  constants,
  fchmodSync,
  fstatSync,
  fsyncSync,
  lstatSync,
  openSync,
  readSync,
  renameSync,
  rmdirSync,
  unlinkSync,
  writeFileSync,
} from "node:fs";
import { AskonceError } from "../runtime/errors.ts";
import { randomName } from "./file-names.ts";

/** No record is near this: session tokens are typically under 4 KiB. */
export const MOST_BYTES = 64 * 1024;

/**
 * The JSON value in a file of our own; undefined when there is none or when it is not JSON, which counts as a miss.
 * Throws `configuration` when the file is a link, has a second name, or belongs to another user, and for a directory with
 * something in it. A loose mode is mended, an empty directory removed.
 */
export function readRecord(path: string, uid: number | undefined): unknown {
  let file: number;
  try {
    // A FIFO in its place must not hang us: O_NONBLOCK opens it at once, and it is no regular file.
    file = openSync(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === "ELOOP") throw linked(path);
    if (code === "EACCES" && isForeign(path, uid)) throw foreignOwner(path);
    return undefined;
  }
  try {
    const stats = fstatSync(file);
    if (stats.isDirectory()) clearDirectory(path);
    if (!stats.isFile()) return undefined;
    if (uid !== undefined && stats.uid !== uid) throw foreignOwner(path);
    // No name left: it was replaced since it was opened, and what it holds is whole.
    if (stats.nlink > 1) throw linked(path);
    if (uid !== undefined && (stats.mode & 0o077) !== 0) tighten(file);
    if (stats.size === 0 || stats.size > MOST_BYTES) return undefined;
    const bytes = Buffer.alloc(stats.size);
    const length = readSync(file, bytes, 0, stats.size, 0);
    return parseJson(bytes.toString("utf8", 0, length));
  } finally {
    closeSync(file);
  }
}

/** Replaces a file with a JSON value. Throws the system's error. */
export function writeRecord(path: string, value: unknown): void {
  replaceFile(path, JSON.stringify(value));
}

/**
 * The same for what is true for minutes only. It is not forced to the disk: a power cut may leave none of it, and by the time
 * the machine is up again it would not count. Throws the system's error.
 */
export function writeNote(path: string, value: unknown): void {
  replaceFile(path, JSON.stringify(value), { isForced: false });
}

/** Replaces a file as a whole: a reader sees the old text or the new one, and a crash leaves one of the two. Throws the system's error. */
export function replaceFile(path: string, text: string, { isForced = true } = {}): void {
  const temporary = `${path}.${process.pid}.${randomName()}.tmp`;
  const file = openSync(temporary, constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL, 0o600);
  try {
    try {
      fchmodSync(file, 0o600);
      // It goes on after a short write; a disk that is full throws before the old record is touched.
      writeFileSync(file, text);
      if (isForced) fsyncSync(file);
    } finally {
      closeSync(file);
    }
    renameSync(temporary, path);
  } catch (error) {
    removeFile(temporary);
    throw error;
  }
}

/** Removes a file; one that is not there is fine. */
export function removeFile(path: string): void {
  try {
    unlinkSync(path);
  } catch {
    // Gone already, or not ours to remove: reading it decides what that means.
  }
}

/** The error for a file or directory of askonce's that somebody else owns. */
export function foreignOwner(path: string): AskonceError {
  return new AskonceError(
    "configuration",
    `${path} belongs to another user`,
    "remove it, or set ASKONCE_CACHE_DIR to a directory of your own",
    "cache-refused",
  );
}

/** A container that is told to mount a file that is not there makes an empty directory of its name. */
function clearDirectory(path: string): void {
  try {
    rmdirSync(path);
  } catch (error) {
    // Gone by now, or on a disk that takes nothing: no record is there either way.
    if (!["ENOTEMPTY", "EEXIST", "EBUSY"].includes((error as NodeJS.ErrnoException).code ?? "")) return;
    throw new AskonceError(
      "configuration",
      `${path} is a directory, which askonce never makes`,
      "remove it with what is in it, and try again",
      "cache-refused",
    );
  }
}

function tighten(file: number): void {
  try {
    fchmodSync(file, 0o600);
  } catch {
    // A read-only file system: whoever could read it has read it.
  }
}

function isForeign(path: string, uid: number | undefined): boolean {
  try {
    return uid !== undefined && lstatSync(path).uid !== uid;
  } catch {
    return false;
  }
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function linked(path: string): AskonceError {
  return new AskonceError(
    "configuration",
    `${path} is a link or has a second name, which askonce never makes`,
    "remove it and try again",
    "cache-refused",
  );
}
