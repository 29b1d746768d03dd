/** Waiting for a lock that may become needless. */

import type { HeldLock } from "../locking/lock.ts";
import { sleep } from "../runtime/abort.ts";
import { steadyMs } from "../runtime/clock.ts";
import type { Context, Waiting } from "../runtime/context.ts";
import { AskonceError } from "../runtime/errors.ts";
import type { Locks } from "./store/locks.ts";

export const POLL_MS = 120;
/** A holder that is killed changes no directory: short enough that it is replaced within a second. */
const LOOK_ANYWAY_MS = 650;

/**
 * Does some work with a lock held, or returns what made it needless. `arrived` is read three times: before the lock, on
 * each wait, after the lock. Rejects when time is up, with what `arrived` and the work throw, and with `locked` where the
 * lock is held and nobody is to wait for it.
 */
export async function underLock<T, R>(
  locks: Locks,
  name: string,
  context: Context,
  { arrived, mayWait = true }: { readonly arrived: () => T | undefined; readonly mayWait?: boolean },
  work: (lock: HeldLock) => Promise<R>,
): Promise<T | R> {
  const turn = waiting(locks, context);
  for (;;) {
    const early = arrived();
    if (early !== undefined) return early;
    const lock = await locks.tryLock(name);
    if (lock !== undefined) {
      try {
        return arrived() ?? (await work(lock));
      } finally {
        await lock.release();
      }
    }
    if (!mayWait) throw heldElsewhere();
    await turn();
  }
}

/** Another process is at it, and this one has something valid to serve meanwhile. */
export function heldElsewhere(): AskonceError {
  return new AskonceError("locked", "another process renews it already", undefined, "lock-held");
}

/**
 * Waits for others: to be made before the first look, and called before each next one. It returns when there may be
 * something new to see, never in step with the others, and rejects when time is up. Two hundred who wait must not keep
 * the machine from the one they wait for: mostly they only look at the times of four directories.
 */
export function waiting(locks: Locks, context: Context): (waitingFor?: Waiting) => Promise<void> {
  let seen = locks.lastChanges();
  return async (waitingFor = "a lock") => {
    context.waiting.for = waitingFor;
    const lookAtMs = steadyMs() + LOOK_ANYWAY_MS;
    for (;;) {
      await sleep(POLL_MS * (0.75 + Math.random() / 2), context.deadline.signal);
      const changes = locks.lastChanges();
      if (changes === seen && steadyMs() < lookAtMs) continue;
      seen = changes;
      return;
    }
  };
}
