/** One call, made again after what may pass: a few times, further and further apart, and never in step with other processes. */

import { sleep } from "../runtime/abort.ts";

const MOST_ATTEMPTS = 3;
const FIRST_PAUSE_MS = 400;

/** Throws what the last attempt threw, or why `signal` was aborted. */
export async function attempts<T>(
  call: () => Promise<T>,
  mayRepeat: (error: unknown) => boolean,
  signal: AbortSignal,
): Promise<T> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await call();
    } catch (error) {
      signal.throwIfAborted();
      if (!mayRepeat(error) || attempt === MOST_ATTEMPTS) throw error;
    }
    await sleep((0.5 + Math.random()) * FIRST_PAUSE_MS * 2 ** (attempt - 1), signal);
  }
}
