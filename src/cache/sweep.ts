/** Removes what nobody needs any more: expired sessions, old notes, temporary files of writers that were killed. */

import { lstatSync } from "node:fs";
import { join } from "node:path";
import { namesIn } from "../disk/private-directory.ts";
import { readRecord, removeFile, writeRecord } from "../disk/private-file.ts";
import { steadyMs } from "../runtime/clock.ts";
import type { UsableCache } from "./directory.ts";
import { CLOCK_SUFFIX } from "./endpoint-clock-file.ts";
import { readListed, sessionFiles } from "./session-list.ts";

const EVERY_MS = 10 * 60_000;
/** Longer than any note is read for, and than any writer lives between creating a file and renaming it. */
const OLD_MS = 60 * 60_000;
/** A clock that is wrong today must not cost a session that is good. */
const GRACE_MS = 24 * 60 * 60_000;
/** Whoever reads our answer may wait for our end. */
const LONGEST_MS = 20;

/**
 * Sweeps at most once in ten minutes; false when it was not time. Never throws: what cannot be removed now is tried again later.
 *
 * @param sweepReady removes what is out of date of one entry of the room for ready answers; never throws
 */
export function sweepCache(
  cache: UsableCache,
  uid: number | undefined,
  sweepReady: (room: string, name: string, nowMs: number) => void,
): boolean {
  const nowMs = Date.now();
  try {
    const stamp = join(cache.notes, "swept.json");
    const last = (readRecord(stamp, uid) as { atMs?: unknown } | undefined)?.atMs;
    if (typeof last === "number" && last <= nowMs && nowMs - last < EVERY_MS) return false;
    writeRecord(stamp, { atMs: nowMs });
  } catch {
    return false;
  }
  for (const file of someOf(sessionFiles(cache.sessions))) {
    const session = readListed(cache.sessions, file, uid);
    if (session !== undefined && session.expiresAtMs + GRACE_MS < nowMs + session.clockOffsetMs)
      removeFile(join(cache.sessions, file));
  }
  removeOld(cache.notes, nowMs, (name) => name !== "swept.json" && !name.endsWith(CLOCK_SUFFIX));
  for (const directory of [cache.sessions, cache.users]) removeOld(directory, nowMs, (name) => name.endsWith(".tmp"));
  for (const name of someOf(namesIn(cache.ready))) sweepReady(cache.ready, name, nowMs);
  return true;
}

/** As many as there is time for, beginning anywhere: what is left out is looked at another time. */
function* someOf(files: readonly string[]): Generator<string> {
  const endsAtMs = steadyMs() + LONGEST_MS;
  const first = Math.floor(Math.random() * files.length);
  for (const file of [...files.slice(first), ...files.slice(0, first)]) {
    if (steadyMs() > endsAtMs) return;
    yield file;
  }
}

function removeOld(directory: string, nowMs: number, isMeant: (name: string) => boolean): void {
  for (const name of namesIn(directory).filter(isMeant)) {
    const path = join(directory, name);
    try {
      if (nowMs - lstatSync(path).mtimeMs > OLD_MS) removeFile(path);
    } catch {
      // Somebody else was faster.
    }
  }
}
