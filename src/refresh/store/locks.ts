/** The locks of a refresh, and what a process that waits for one watches. */

import type { UsableCache } from "../../cache/directory.ts";
import { lastChanges } from "../../cache/look.ts";
import { type Held, type HeldLock, heldLocks, tryLock } from "../../locking/lock.ts";
import type { Context } from "../../runtime/context.ts";

export interface Locks {
  /** One try; undefined while another process holds the lock. */
  tryLock(name: string, note?: Record<string, string>): Promise<HeldLock | undefined>;
  /** The locks that are held now and whose names match. */
  held(isMeant: (name: string) => boolean): Held[];
  /** A text that differs after a session, user, lock or note was created or removed; one that is replaced in place leaves it unchanged. */
  lastChanges(): string;
}

export function locksOnDisk(cache: UsableCache, context: Context): Locks {
  return {
    tryLock: async (name, note) => {
      try {
        return await tryLock(cache.locks, name, note);
      } catch (error) {
        // Without a place for locks this process cannot coordinate with others: going on alone is better than giving nothing.
        context.log("cannot lock", { name, error: (error as NodeJS.ErrnoException).code ?? (error as Error).name });
        return ALONE;
      }
    },
    held: (isMeant) => heldLocks(cache.locks, isMeant),
    lastChanges: () => lastChanges(cache),
  };
}

/** Every try succeeds. */
export function noLocks(): Locks {
  return { tryLock: async () => ALONE, held: () => [], lastChanges: () => "" };
}

const ALONE: HeldLock = { id: "alone", stillOurs: async () => true, release: async () => {} };
