/** The ground that ready files stand on: read with suspicion, written for us alone, nothing of it through a link. */

import {
  closeSync,
  constants,
  fchmodSync,
  fstatSync,
  lstatSync,
  mkdirSync,
  openSync,
  readFileSync,
  rmSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { mendMode } from "../cache/directory.ts";

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

/** The ID that a ready file names; undefined where there is none. */
export function idIn(slot: string): string | undefined {
  return /^[0-9a-f]{18}(?= )/.exec(textIn(slot).split("\n")[1] ?? "")?.[0];
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
  mendMode(path, stats.uid);
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
