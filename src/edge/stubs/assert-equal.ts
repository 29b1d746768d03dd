/**
 * In the bundle this takes the place of `assert`, of which signal-exit, below proper-lockfile, uses this much. Node's own
 * opens the standard streams to see whether it may use colours.
 */

/** Throws what is said where both differ. */
export function equal(actual: unknown, expected: unknown, said: string): void {
  if (actual !== expected) throw new TypeError(said);
}
