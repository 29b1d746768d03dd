/**
 * What this process tells the others of its keys while it goes from one lock to the next.
 *
 * `way`: it is on its way to ask, while keys are got and the device is looked up; who can ask nobody waits for it, and would
 * else find nobody to wait for and fail. `code`: it has a code already, for a device that is looked up once more; nobody
 * else asks for another.
 */

import { randomName } from "../../disk/file-names.ts";
import type { HeldLock } from "../../locking/lock.ts";
import type { SessionRequest } from "../../profile/request.ts";
import { keySourceId } from "../../session/identity.ts";
import type { Locks } from "../store/locks.ts";

type News = "way" | "code";

/** None of its steps rejects. */
export interface Announcements {
  announce(news: News): Promise<void>;
  withdraw(...news: News[]): Promise<void>;
  /** Withdraws whatever is announced: who looks whether anybody else is at it would find itself. Returns what announces it again. */
  pause(): Promise<() => Promise<void>>;
}

/** Of this process; nothing is announced yet. */
export function announcementsOf(request: SessionRequest, locks: Locks): Announcements {
  const held = new Map<News, HeldLock>();
  const announce = async (news: News): Promise<void> => {
    if (held.has(news)) return;
    const lock = await locks.tryLock(`${prefixOf(request)}${news}.${randomName()}`);
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

/** True while another process with the same keys has a code. */
export function hasCode(request: SessionRequest, locks: Locks): boolean {
  return isHeld(locks, `${prefixOf(request)}code.`);
}

/**
 * True while somebody asks under a lock whose name begins so, or is on the way to it. The way is looked at first: who is
 * not on it any more has the lock by then.
 */
export function isLed(request: SessionRequest, locks: Locks, asking: string): boolean {
  return isHeld(locks, prefixOf(request)) || isHeld(locks, asking);
}

function isHeld(locks: Locks, prefix: string): boolean {
  return locks.held((name) => name.startsWith(prefix)).length > 0;
}

function prefixOf(request: SessionRequest): string {
  return `${keySourceId(request.keys)}.announced.`;
}
