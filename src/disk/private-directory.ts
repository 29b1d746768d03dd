/** Directories and files for this user alone: read with suspicion, written with private modes, never through a link. */

import {
  closeSync,
  constants,
  fchmodSync,
  fstatSync,
  lstatSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  rmSync,
  type Stats,
  utimesSync,
  writeFileSync,
} from "node:fs";

/** The text of a file; empty for what is none. */
export function textIn(path: string): string {
  try {
    // A FIFO in its place must not hang us, nor a link show what is elsewhere.
    const file = openSync(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
    try {
      return fstatSync(file).isFile() ? readFileSync(file, "utf8") : "";
    } finally {
      closeSync(file);
    }
  } catch {
    return "";
  }
}

/** What is in a directory; empty where there is none. */
export function namesIn(path: string): string[] {
  try {
    return readdirSync(path);
  } catch {
    return [];
  }
}

/** What lstat tells; undefined where there is nothing, or nothing that this user may look at. */
export function statsOf(path: string): Stats | undefined {
  try {
    return lstatSync(path);
  } catch {
    return undefined;
  }
}

/** In milliseconds since 1970; Infinity for what is not there. */
export function changedAtMs(path: string): number {
  return lstatSync(path, { throwIfNoEntry: false })?.mtimeMs ?? Number.POSITIVE_INFINITY;
}

/** A directory of ours alone. Throws the system's error, and one for a link in its place. */
export function makePrivate(path: string): void {
  mkdirSync(path, { recursive: true, mode: 0o700 });
  const stats = lstatSync(path);
  if (!stats.isDirectory()) throw Object.assign(new Error("not a directory"), { code: "ENOTDIR" });
  correctMode(path, stats.uid);
}

/** Changes a directory of this user to mode 0700, if that can be done. */
export function correctMode(path: string, uid: number | undefined): void {
  const stats = statsOf(path);
  if (uid === undefined || stats === undefined || (stats.mode & 0o777) === 0o700) return;
  try {
    // Through a link that replaces it at this moment, another directory would get this mode.
    const directory = openSync(path, constants.O_RDONLY | constants.O_DIRECTORY | constants.O_NOFOLLOW);
    try {
      fchmodSync(directory, 0o700);
    } finally {
      closeSync(directory);
    }
  } catch {
    // A read-only file system: the files in it are protected by their own modes.
  }
}

/** A new file, which at this time, in seconds since 1970, was changed last. Throws the system's error. */
export function writePrivate(path: string, content: string | Uint8Array, seconds?: number): void {
  const file = openSync(path, constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL, 0o600);
  try {
    fchmodSync(file, 0o600);
    writeFileSync(file, content);
  } finally {
    closeSync(file);
  }
  if (seconds !== undefined) utimesSync(path, seconds, seconds);
}

/** Removes a directory with all in it, or a file; a link and not what it leads to. Throws the system's error. */
export function forget(path: string): void {
  // A writer may put one more file into it meanwhile.
  rmSync(path, { recursive: true, force: true, maxRetries: 3, retryDelay: 10 });
}
