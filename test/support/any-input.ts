/** Tries code with any input: each case gives a value or one clear error, soon. */

import fc from "fast-check";
import { expect } from "vitest";
import { AskonceError } from "../../src/runtime/errors.ts";
import type { Row } from "./guarantee.ts";

/** A secret that no error may show. */
export const SECRET = "wJalrXUtnFEMIK7MDENGbPxRfiCYEXAMPLEKEY";

export const of = fc.constantFrom;

/** Calls `act` and returns its value or its error; throws an error that is a bug. */
export function outcomeOf<T>(act: () => T): T | AskonceError {
  try {
    return act();
  } catch (error) {
    if (!(error instanceof AskonceError) || error.code === "bug") throw error;
    return error;
  }
}

const PROTOTYPE = Object.getOwnPropertyNames(Object.prototype).join();

/** Tries as many cases as the row has rounds, and notes the slowest. */
export function tryAll<T>(row: Row, cases: fc.Arbitrary<T>, act: (value: T) => void): void {
  let slowestMs = 0;
  const property = fc.property(cases, (value) => {
    const startedAtMs = performance.now();
    act(value);
    slowestMs = Math.max(slowestMs, performance.now() - startedAtMs);
  });
  const found = fc.check(property, { numRuns: row.rounds });
  row.worst = found.failed ? `after ${found.numRuns} cases` : `${slowestMs.toFixed(1)} ms for a case`;
  if (found.failed) throw new Error(fc.defaultReportMessage(found));
  expect(Object.getOwnPropertyNames(Object.prototype).join()).toBe(PROTOTYPE);
  expect(slowestMs).toBeLessThan(2_000);
}
