/** Removes what nobody needs any more: expired sessions, old notes, temporary files of writers that were killed. */

import { readdirSync, statSync } from "node:fs";
import { join } from "node:path";
import type { CacheDirectory } from "./directory.ts";
import { readRecord, removeFile, writeRecord } from "./record-file.ts";
import { listSessions } from "./session-file.ts";

const EVERY_MS = 10 * 60_000;
/** Longer than any note is read for, and than any writer lives between creating a file and renaming it. */
const OLD_MS = 60 * 60_000;

/** Sweeps at most once in ten minutes; false when it was not time. Never throws: what cannot be removed now is tried again later. */
export function sweepCache(cache: Extract<CacheDirectory, { usable: true }>, uid: number | undefined): boolean {
  const nowMs = Date.now();
  const stamp = join(cache.notes, "swept.json");
  try {
    const last = (readRecord(stamp, uid) as { atMs?: unknown } | undefined)?.atMs;
    if (typeof last === "number" && last <= nowMs && nowMs - last < EVERY_MS) return false;
    writeRecord(stamp, { atMs: nowMs });
    for (const session of listSessions(cache.sessions, uid)) {
      // A day of grace: a clock that is wrong today must not cost a session that is good.
      if (session.expiresAtMs + 24 * 60 * 60_000 < nowMs + session.clockOffsetMs)
        removeFile(join(cache.sessions, `${session.id}.json`));
    }
    for (const name of readdirSync(cache.notes)) if (name !== "swept.json") removeOld(join(cache.notes, name), nowMs);
    for (const directory of [cache.sessions, cache.users]) {
      for (const name of readdirSync(directory)) if (name.endsWith(".tmp")) removeOld(join(directory, name), nowMs);
    }
  } catch {
    // The next sweep finds it.
  }
  return true;
}

function removeOld(path: string, nowMs: number): void {
  if (nowMs - statSync(path).mtimeMs > OLD_MS) removeFile(path);
}
