/** Waits for a condition. */

import { setTimeout as sleep } from "node:timers/promises";

const WAIT_MS = 10_000;
const POLL_MS = 10;

/** Waits for a condition by looking every ten milliseconds. */
export async function waitUntil(condition: () => boolean, what: () => string, timeoutMs = WAIT_MS): Promise<void> {
  const endsAt = performance.now() + timeoutMs;
  while (!condition()) {
    if (performance.now() > endsAt) throw new Error(`waited ${timeoutMs} ms in vain for ${what()}`);
    await sleep(POLL_MS);
  }
}

/** Waits for a condition by looking each millisecond, for a test that acts in the middle of something. */
export async function waitForMoment(condition: () => boolean, what: string, timeoutMs = 20_000): Promise<void> {
  const endsAt = performance.now() + timeoutMs;
  while (!condition()) {
    if (performance.now() > endsAt) throw new Error(`waited ${timeoutMs} ms in vain for ${what}`);
    await sleep(1);
  }
}
