import { expect, test } from "vitest";
import { isOwnDeadline } from "../../../../src/refresh/asking/ask-code.ts";
import type { Context } from "../../../../src/runtime/context.ts";

/** A run that may take so many seconds, with so many of them left. */
function runOf(seconds: number, left: number): Context {
  const endsAtMs = Date.now() + left * 1000;
  return { startedAtMs: endsAtMs - seconds * 1000, deadline: { endsAtMs } } as Context;
}

test.each([
  ["the usual time, over", 55, 1.5, false],
  ["a longer time, over", 300, 1.5, false],
  ["no end at all", Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY, false],
  ["a short time, over", 20, 1.5, true],
  ["a short time, not over: the question was cancelled", 20, 15, false],
] as const)("a question that ends with %s is one process's own trouble or is not", (_, seconds, left, isOwn) => {
  expect(isOwnDeadline(runOf(seconds, left))).toBe(isOwn);
});
