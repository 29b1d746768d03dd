/** Reads a lock directory as it stands and judges its holder; never changes anything, never follows a link. */
import { closeSync, constants, fstatSync, lstatSync, openSync, readdirSync, readSync } from "node:fs";
import { join } from "node:path";
import { isAlive, isProcessIdentity, type ProcessIdentity } from "./process-identity.ts";

export const STALE_MS = 10_000;
const LARGEST_HOLDER_FILE = 16_384;

export interface Holder {
  readonly id: string;
  readonly pid: number;
  readonly sinceMs: number;
  readonly note: Readonly<Record<string, string>>;
  readonly identity: ProcessIdentity;
}

export interface LockState {
  /** The holder's id, or a name made from the inode where no holder file tells one. */
  readonly key: string;
  readonly kind: "held" | "empty" | "stray";
  readonly verdict: "held" | "stale" | "dead";
  readonly mtimeMs: number;
  readonly ctimeMs: number;
  readonly holder?: Holder;
}

/** Name of the holder file. It carries the id, so that a path through the lock reaches this holder's lock or nothing. */
export function holderFileName(id: string): string {
  return `holder-${id}.json`;
}

/** What stands at a lock's path now; undefined when nothing does. Throws when it may not be read. */
export function inspectLock(path: string): LockState | undefined {
  const before = Date.now();
  const stat = lstatSync(path, { bigint: true, throwIfNoEntry: false });
  if (!stat) return undefined;
  const found = stat.isDirectory() ? readHolder(path) : {};
  if (!found) return undefined;
  const mtimeMs = found.mtimeMs ?? Number(stat.mtimeMs);
  return {
    key: found.id ?? `x${stat.ino.toString(36)}`,
    kind: !stat.isDirectory() ? "stray" : found.empty ? "empty" : "held",
    verdict: judge(found.holder, mtimeMs, before),
    mtimeMs,
    ctimeMs: Number(stat.ctimeMs),
    ...(found.holder && { holder: found.holder }),
  };
}

/** Who holds the lock now; undefined when it is free, dead or stale, or when its holder file says nothing. */
export function holderOf(directory: string, name: string): Holder | undefined {
  const state = inspectLock(join(directory, `${name}.lock`));
  return state?.verdict === "held" ? state.holder : undefined;
}

/** A lock that is held now, by its name. */
export interface Held {
  readonly name: string;
  readonly holder: Holder;
}

/** Every lock in the directory as it stands, by its name. One that may not be read is left out. */
export function allLocks(directory: string): { readonly name: string; readonly state: LockState }[] {
  return listDirectory(directory)
    .filter((entry) => entry.endsWith(".lock"))
    .flatMap((entry) => {
      try {
        const state = inspectLock(join(directory, entry));
        return state === undefined ? [] : [{ name: entry.slice(0, -".lock".length), state }];
      } catch {
        return [];
      }
    });
}

/** The locks in the directory that are meant by their names and held now. One that may not be read is none of ours. */
export function heldLocks(directory: string, isMeant: (name: string) => boolean): Held[] {
  return listDirectory(directory)
    .filter((entry) => entry.endsWith(".lock"))
    .map((entry) => entry.slice(0, -".lock".length))
    .filter(isMeant)
    .flatMap((name) => {
      const holder = holderUnlessHidden(directory, name);
      return holder === undefined ? [] : [{ name, holder }];
    });
}

function holderUnlessHidden(directory: string, name: string): Holder | undefined {
  try {
    return holderOf(directory, name);
  } catch {
    return undefined;
  }
}

/** The directory's entries; none when it does not exist. */
export function listDirectory(directory: string): string[] {
  return unlessMissing(() => readdirSync(directory)) ?? [];
}

function judge(holder: Holder | undefined, mtimeMs: number, before: number): LockState["verdict"] {
  if (holder && isAlive(holder.identity) === "dead") return "dead";
  // Both clock readings must agree: this process may have slept, or the clock jumped, since the file was looked at.
  // A time far ahead is stale too, else a crash under a wrong clock would lock for as long as the clock was wrong.
  const isStale = [before, Date.now()].every((now) => Math.abs(now - mtimeMs) > STALE_MS);
  return isStale ? "stale" : "held";
}

interface Found {
  readonly id?: string;
  readonly empty?: boolean;
  readonly mtimeMs?: number;
  readonly holder?: Holder;
}

function readHolder(lockPath: string): Found | undefined {
  const entries = unlessMissing(() => readdirSync(lockPath));
  if (!entries) return undefined;
  const name = entries.find((entry) => /^holder-[0-9a-f]+\.json$/.test(entry));
  if (!name) return { empty: entries.length === 0 };
  const id = name.slice("holder-".length, -".json".length);
  const path = join(lockPath, name);
  // Non-blocking, for a pipe in its place would hang the open; one descriptor, so that time and text belong together.
  const descriptor = unlessMissing(() =>
    openSync(path, constants.O_RDONLY | (constants.O_NOFOLLOW ?? 0) | (constants.O_NONBLOCK ?? 0)),
  );
  if (descriptor === undefined) return lstatSync(path, { throwIfNoEntry: false }) ? { id } : undefined;
  try {
    const stat = fstatSync(descriptor);
    if (!stat.isFile()) return { id };
    const buffer = Buffer.alloc(Math.min(stat.size, LARGEST_HOLDER_FILE + 1));
    const holder = parseHolder(id, buffer.toString("utf8", 0, readSync(descriptor, buffer, 0, buffer.length, 0)));
    return { id, mtimeMs: stat.mtimeMs, ...(holder && { holder }) };
  } finally {
    closeSync(descriptor);
  }
}

function parseHolder(id: string, text: string): Holder | undefined {
  if (text.length > LARGEST_HOLDER_FILE) return undefined;
  try {
    const { identity, note, sinceMs } = JSON.parse(text) as Record<string, unknown>;
    if (!isProcessIdentity(identity) || typeof note !== "object" || note === null) return undefined;
    if (typeof sinceMs !== "number" || !Object.values(note).every((value) => typeof value === "string"))
      return undefined;
    return { id, pid: identity.pid, sinceMs, note: note as Record<string, string>, identity };
  } catch {
    return undefined;
  }
}

function unlessMissing<T>(read: () => T): T | undefined {
  try {
    return read();
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code ?? "";
    if (["ENOENT", "ENOTDIR", "ELOOP", "EMLINK", "ENXIO"].includes(code)) return undefined;
    throw error;
  }
}
