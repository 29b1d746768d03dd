/** Looks at the cache: what it is on, what is in it, who holds what. Nothing is created; a loose mode is mended, as each call does. */

import { accessSync, constants, readFileSync, statfsSync, statSync } from "node:fs";
import { dirname, join } from "node:path";
import { type CacheDirectory, cacheRoot, lookAtCache, type UsableCache } from "../../cache/directory.ts";
import { listSessions } from "../../cache/session-list.ts";
import { namesIn, statsOf } from "../../disk/private-directory.ts";
import { allLocks } from "../../locking/lock-state.ts";
import { launcherTellsTime } from "../../ready/file.ts";
import { now } from "../../runtime/clock.ts";
import type { Environment } from "../../runtime/environment.ts";
import { type AskonceError, asAskonceError } from "../../runtime/errors.ts";
import { isUsable } from "../../session/session.ts";
import type { CacheFacts } from "../facts.ts";

/** By the number that statfs(2) has for them; FUSE has many faces, which the table of mounts tells. */
const NETWORK: Readonly<Record<number, string>> = {
  26985: "NFS",
  4283649346: "CIFS",
  4266872130: "SMB",
  20859: "SMB",
  16914839: "9p",
  1397113167: "AFS",
  12805120: "Ceph",
  198183888: "Lustre",
};
const FUSE = 0x65735546;

export function lookAtCacheDirectory(
  env: Environment,
  uid: number | undefined,
): { readonly facts: CacheFacts; readonly cache: CacheDirectory | undefined } {
  const root = cacheRoot(env);
  const stats = statsOf(root);
  let cache: CacheDirectory | undefined;
  let complaint: AskonceError | undefined;
  try {
    cache = lookAtCache(root, uid);
  } catch (error) {
    complaint = asAskonceError(error);
  }
  const usable = cache?.usable ? cache : undefined;
  const locks = usable === undefined ? [] : allLocks(usable.locks);
  const facts: CacheFacts = {
    root,
    isThere: stats !== undefined,
    mode: uid === undefined || stats === undefined ? undefined : stats.mode & 0o777,
    why: cache?.usable === false ? cache.why : undefined,
    complaint,
    closed: usable === undefined ? undefined : closedIn(usable),
    foreign: usable === undefined || uid === undefined ? undefined : foreignIn(usable, uid),
    ...diskOf(root),
    sessions:
      usable === undefined
        ? 0
        : listSessions(usable.sessions, uid).filter((session) => isUsable(session, now())).length,
    locks: locks.map(({ name, state }) => ({
      name,
      verdict: state.verdict,
      pid: state.holder?.pid,
      ageMs: Math.max(0, Date.now() - (state.holder?.sinceMs ?? state.mtimeMs)),
    })),
    locksDirectory: usable?.locks,
    tellsTime: usable === undefined ? undefined : launcherTellsTime(usable.ready),
  };
  return { facts, cache };
}

/** The first place where something would have to be written and cannot be. */
function closedIn({ root, sessions, users, locks, notes }: UsableCache): string | undefined {
  const there = [root, sessions, users, locks, notes].filter((path) => statsOf(path) !== undefined);
  return (there.length > 0 ? there : [nearestOf(root)]).find((path) => !isOpen(path));
}

/** What is there of a path. */
function nearestOf(path: string): string {
  return statsOf(path) !== undefined || path === dirname(path) ? path : nearestOf(dirname(path));
}

function isOpen(path: string): boolean {
  try {
    accessSync(path, constants.W_OK | constants.X_OK);
    return statSync(path).isDirectory();
  } catch {
    return false;
  }
}

function foreignIn({ sessions, users }: UsableCache, uid: number): string | undefined {
  return [sessions, users]
    .flatMap((room) => namesIn(room).map((name) => join(room, name)))
    .find((path) => (statsOf(path)?.uid ?? uid) !== uid);
}

/** Of the directory, or of the nearest above it that is there. */
function diskOf(root: string): Pick<CacheFacts, "network" | "freeBytes"> {
  for (let path = root; ; path = dirname(path)) {
    try {
      const { type, bavail, blocks, bsize } = statfsSync(path);
      // One without blocks does not say.
      return { network: networkOf(path, type), freeBytes: blocks === 0 ? undefined : bavail * bsize };
    } catch {
      if (path === dirname(path)) return { network: undefined, freeBytes: undefined };
    }
  }
}

function networkOf(path: string, type: number): string | undefined {
  // It is a signed number on some systems.
  const kind = type >>> 0;
  return kind === FUSE ? fuseOf(path) : NETWORK[kind];
}

/** `fuse.sshfs`, `fuse.s3fs`, ... of the mount that the path is below. */
function fuseOf(path: string): string | undefined {
  try {
    const mounts = readFileSync("/proc/self/mountinfo", "utf8")
      .split("\n")
      .flatMap((line) => {
        const [before = "", after = ""] = line.split(" - ");
        const point = before.split(" ")[4] ?? "";
        const [kind = ""] = after.split(" ");
        return kind.startsWith("fuse") && (path === point || path.startsWith(`${point}/`)) ? [{ point, kind }] : [];
      });
    const nearest = mounts.toSorted((one, other) => other.point.length - one.point.length)[0];
    return nearest !== undefined && /ssh|s3|gcs|dav|nfs|smb|rclone/.test(nearest.kind) ? nearest.kind : undefined;
  } catch {
    return undefined;
  }
}
