/**
 * One try for one lock, and the lock while it is held. Everything on disk is a rename, which is done or not done:
 *
 *   register  new-<id>/holder-<id>.json     take     new-<id> -> NAME.lock     release, takeover  NAME.lock -> gone-<id>
 *
 * - A lock appears with its holder file inside and is never empty, so a second take fails (ENOTEMPTY).
 * - Ids are random and never come back. A takeover moves the lock to gone-<judged id>; that name stays, not empty, so a
 *   contender that sleeps between judging and renaming fails instead of moving its successor's lock.
 * - A takeover judges again after registering. `sweep.ts` removes no gone-* while a living contender is registered that
 *   could have seen its lock in place, however long that contender has been stopped.
 * - Both judgements are final. A dead process stays dead. A holder that let LEASE_MS pass between two beats, by either
 *   clock, has lost the lock even if nobody took it: whoever judged it stale meanwhile may still act on that.
 * - Beats and checks go through NAME.lock/holder-<id>.json, so a former holder never touches its successor's times.
 */

import { lstatSync, mkdirSync, renameSync, rmdirSync, rmSync, unlinkSync, utimesSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { randomName } from "../disk/file-names.ts";
import { steadyMs } from "../runtime/clock.ts";
import { holderFileName, inspectLock, STALE_MS } from "./lock-state.ts";
import { currentProcess } from "./process-identity.ts";

/** Shorter than STALE_MS by more than any file system rounds a time. */
const LEASE_MS = STALE_MS - 2_000;

interface Moment {
  readonly wall: number;
  readonly steady: number;
}

export class Claim {
  readonly id: string = randomName();
  readonly lockPath: string;
  readonly #directory: string;
  readonly #newPath: string;
  readonly #holderPath: string;
  readonly #note: Readonly<Record<string, string>>;
  #registered = false;
  #taken = false;
  #lost = false;
  #beatAt: Moment = { wall: 0, steady: 0 };
  #shownMtime = new Date(0);

  constructor(directory: string, name: string, note: Readonly<Record<string, string>>) {
    this.#directory = directory;
    this.#note = note;
    this.lockPath = join(directory, `${name}.lock`);
    this.#newPath = join(directory, `new-${this.id}`);
    this.#holderPath = join(this.lockPath, holderFileName(this.id));
  }

  get isTaken(): boolean {
    return this.#taken;
  }

  /** Puts the lock in place; EEXIST when somebody else's is there. */
  take(): void {
    // A look first: contenders that lose, which is nearly all of them, write nothing.
    if (isThere(this.lockPath)) throw failure("EEXIST", this.lockPath);
    this.#register();
    try {
      renameSync(this.#newPath, this.lockPath);
    } catch (error) {
      const isHeld = ["EEXIST", "ENOTEMPTY", "ENOTDIR"].includes((error as NodeJS.ErrnoException).code ?? "");
      throw isHeld || isThere(this.lockPath) ? failure("EEXIST", this.lockPath) : error;
    }
    this.#taken = true;
  }

  /** When the lock was last kept fresh, 1970 if it may be taken over; for our own lock what `beat` was told last. */
  look(): { mtime: Date } {
    if (this.#taken) {
      if (this.#lost || !isThere(this.#holderPath)) throw failure("ENOENT", this.lockPath);
      return { mtime: this.#shownMtime };
    }
    const state = inspectLock(this.lockPath);
    if (!state) throw failure("ENOENT", this.lockPath);
    return { mtime: new Date(state.verdict === "held" ? state.mtimeMs : 0) };
  }

  /** Moves a dead or stale lock away; leaves any other where it is. */
  clear(): void {
    this.#register();
    const seen = inspectLock(this.lockPath);
    if (!seen || seen.verdict === "held") return;
    try {
      // A living lock is neither a file nor empty, so the first two cannot remove one.
      if (seen.kind === "stray") unlinkSync(this.lockPath);
      else if (seen.kind === "empty") rmdirSync(this.lockPath);
      else renameSync(this.lockPath, join(this.#directory, `gone-${seen.key}`));
    } catch (error) {
      // Somebody was faster, unless the same lock is still there.
      if (inspectLock(this.lockPath)?.key === seen.key) throw error;
    }
  }

  /** Keeps the lock fresh; ENOENT when it is no longer ours. */
  beat(shownMtime: Date): void {
    const now = moment();
    utimesSync(this.#holderPath, now.wall / 1_000, now.wall / 1_000);
    // Measured after the write: until then others read the time before.
    if (isLeaseOver(this.#beatAt)) this.#lost = true;
    if (this.#lost) throw failure("ENOENT", this.lockPath);
    this.#beatAt = now;
    this.#shownMtime = shownMtime;
  }

  /** Whether the lock is ours at this moment; once false, always false. */
  isOurs(): boolean {
    if (!isThere(this.#holderPath) || isLeaseOver(this.#beatAt)) this.#lost = true;
    return this.#taken && !this.#lost;
  }

  /** From now on never ours again. */
  lose(): void {
    this.#lost = true;
  }

  /** Moves our own lock away, if it is there, and marks it as one that its owner is done with. */
  giveUp(): void {
    this.#lost = true;
    const gonePath = join(this.#directory, `gone-${this.id}`);
    if (isThere(this.#holderPath)) renameUnlessThere(this.lockPath, gonePath);
    if (isThere(gonePath)) utimesSync(join(gonePath, holderFileName(this.id)), 0, 0);
  }

  /** Removes what an unsuccessful try left. */
  discard(): void {
    if (this.#registered && !this.#taken) rmSync(this.#newPath, { recursive: true, force: true });
  }

  #register(): void {
    if (this.#registered) return;
    makeDirectory(this.#directory);
    mkdirSync(this.#newPath, { mode: 0o700 });
    this.#registered = true;
    this.#beatAt = moment();
    const content = { identity: currentProcess(), sinceMs: this.#beatAt.wall, note: this.#note };
    const path = join(this.#newPath, holderFileName(this.id));
    writeFileSync(path, `${JSON.stringify(content)}\n`, { flag: "wx", mode: 0o600 });
  }
}

function makeDirectory(path: string): void {
  try {
    mkdirSync(path, { recursive: true, mode: 0o700 });
  } catch (error) {
    // Anything but a directory here is trouble; EEXIST would read as a lock that is held.
    throw (error as NodeJS.ErrnoException).code === "EEXIST" ? failure("ENOTDIR", path) : error;
  }
}

function renameUnlessThere(from: string, to: string): void {
  try {
    renameSync(from, to);
  } catch (error) {
    if (!isThere(to)) throw error;
  }
}

function isThere(path: string): boolean {
  return lstatSync(path, { throwIfNoEntry: false }) !== undefined;
}

function moment(): Moment {
  return { wall: Date.now(), steady: steadyMs() };
}

function isLeaseOver(since: Moment): boolean {
  const now = moment();
  return Math.max(Math.abs(now.wall - since.wall), now.steady - since.steady) > LEASE_MS;
}

function failure(code: string, path: string): Error {
  return Object.assign(new Error(`${code}: ${path}`), { code });
}
