/** Waiting for a lock that may become needless. */

import { type Context, sleep } from "../context.ts";
import { AskonceError } from "../errors.ts";
import type { HeldLock } from "../locking/lock.ts";
import type { Store } from "./store.ts";

/** Short enough that a killed holder is replaced well within a second, long enough that a hundred waiters cost little. */
export const POLL_MS = 120;

/**
 * Does some work with a lock held, or returns what made it needless. `arrived` is read three times: before the lock, on
 * each wait, after the lock. Rejects when time is up, with what `arrived` and the work throw, and with `locked` where the
 * lock is held and nobody is to wait for it.
 */
export async function underLock<T, R>(
  store: Store,
  name: string,
  context: Context,
  { arrived, mayWait = true }: { readonly arrived: () => T | undefined; readonly mayWait?: boolean },
  work: (lock: HeldLock) => Promise<R>,
): Promise<T | R> {
  for (;;) {
    const early = arrived();
    if (early !== undefined) return early;
    const lock = await store.lock(name);
    if (lock !== undefined) {
      try {
        return arrived() ?? (await work(lock));
      } finally {
        await lock.release();
      }
    }
    if (!mayWait) throw heldElsewhere();
    await poll(context);
  }
}

/** Another process is at it, and this one has something valid to serve meanwhile. */
export function heldElsewhere(): AskonceError {
  return new AskonceError("locked", "another process renews it already");
}

/** Waits for the next look, never in step with the others. Rejects when time is up. */
export async function poll(context: Context): Promise<void> {
  context.waitingFor = "a lock";
  await sleep(POLL_MS * (0.75 + Math.random() / 2), context.signal);
}
