/**
 * What a refresh keeps and shares with the user's other processes, one part per file.
 *
 * Each part has a version on disk, and one in memory for a cache directory that cannot be used: the session is then printed uncached.
 */

import type { Clocks } from "../../aws/endpoint-clock.ts";
import type { CacheDirectory, UsableCache } from "../../cache/directory.ts";
import { makeCache } from "../../cache/make-directory.ts";
import { sweepCache } from "../../cache/sweep.ts";
import { requesterOf } from "../../caller/requester.ts";
import { sweepLocks } from "../../locking/lock.ts";
import { isFirstToSay } from "../../locking/once-per-command.ts";
import { sweepReady } from "../../ready/sweep.ts";
import type { Context } from "../../runtime/context.ts";
import { clocksInMemory, clocksOnDisk } from "./clocks.ts";
import { type Codes, codesOnDisk, noCodes } from "./codes.ts";
import { type Failures, failuresOnDisk, noFailures } from "./failures.ts";
import { type Locks, locksOnDisk, noLocks } from "./locks.ts";
import { type Sessions, sessionsInMemory, sessionsOnDisk } from "./sessions.ts";
import { type Users, usersInMemory, usersOnDisk } from "./users.ts";
import { noWindows, type Windows, windowsOnDisk } from "./windows.ts";

export interface Store {
  readonly sessions: Sessions;
  readonly users: Users;
  readonly locks: Locks;
  readonly failures: Failures;
  readonly codes: Codes;
  readonly windows: Windows;
  readonly clocks: Clocks;
  /** True for the first process of this command that asks: what is said once on a terminal. */
  isFirstToSay(words: string): boolean;
  /** Removes what is out of date. */
  sweep(): Promise<void>;
}

/** The store for a cache directory; creates it and corrects its mode first. Throws `configuration` when a link or another user's file is in its place. */
export function openStore(found: CacheDirectory, context: Context): Store {
  const cache = found.usable ? makeCache(found, context.uid) : found;
  if (cache.usable) return storeOnDisk(cache, context);
  context.log("not cached", { why: cache.why });
  return storeInMemory();
}

function storeOnDisk(cache: UsableCache, context: Context): Store {
  return {
    sessions: sessionsOnDisk(cache, context),
    users: usersOnDisk(cache, context),
    locks: locksOnDisk(cache, context),
    failures: failuresOnDisk(cache, context),
    codes: codesOnDisk(cache, context),
    windows: windowsOnDisk(cache, context),
    clocks: clocksOnDisk(cache, context),
    isFirstToSay: (words) => isFirstToSay(cache.notes, requesterOf(context).commandId, words),
    sweep: async () => {
      if (sweepCache(cache, context.uid, sweepReady)) await sweepLocks(cache.locks);
    },
  };
}

function storeInMemory(): Store {
  return {
    sessions: sessionsInMemory(),
    users: usersInMemory(),
    locks: noLocks(),
    failures: noFailures(),
    codes: noCodes(),
    windows: noWindows(),
    clocks: clocksInMemory(),
    isFirstToSay: () => true,
    sweep: async () => {},
  };
}
