/**
 * What this process announces to other processes with the same source while it holds no lock for the session yet.
 *
 * `will-ask`: it is getting the keys or looking up the device and will then ask for a code. A process that cannot ask waits
 * for it instead of failing. `has-code`: it has a code and looks up the device once more. Other processes do not ask then.
 */

import { randomName } from "../../disk/file-names.ts";
import type { HeldLock } from "../../locking/lock.ts";
import { announcementLock, announcementPrefix, type News } from "../lock-names.ts";
import type { Locks } from "../store/locks.ts";

/** No method rejects. */
export interface Announcements {
  announce(news: News): Promise<void>;
  withdraw(...news: News[]): Promise<void>;
  /** Withdraws everything, so that `isBeingAsked` does not find this process itself. Returns a function that announces it again. */
  pause(): Promise<() => Promise<void>>;
}

/** The announcements of this process, none at first. */
export function announcementsOf(sourceId: string, locks: Locks): Announcements {
  const held = new Map<News, HeldLock>();
  const announce = async (news: News): Promise<void> => {
    if (held.has(news)) return;
    const lock = await locks.tryLock(announcementLock(sourceId, news, randomName()));
    if (lock !== undefined) held.set(news, lock);
  };
  const withdraw = async (...all: News[]): Promise<void> => {
    for (const news of all) {
      await held.get(news)?.release();
      held.delete(news);
    }
  };
  return {
    announce,
    withdraw,
    pause: async () => {
      const all = [...held.keys()];
      await withdraw(...all);
      return async () => {
        for (const news of all) await announce(news);
      };
    },
  };
}

/** True while another process with the same source has a code. */
export function hasCode(sourceId: string, locks: Locks): boolean {
  return isHeld(locks, announcementPrefix(sourceId, "has-code"));
}

/**
 * True while another process asks under a lock whose name begins with `askPrefix`, or has announced that it will.
 * Announcements are read first: a process withdraws its own only after it has the lock.
 */
export function isBeingAsked(sourceId: string, locks: Locks, askPrefix: string): boolean {
  return isHeld(locks, announcementPrefix(sourceId)) || isHeld(locks, askPrefix);
}

function isHeld(locks: Locks, prefix: string): boolean {
  return locks.held((name) => name.startsWith(prefix)).length > 0;
}
