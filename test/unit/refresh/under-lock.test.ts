import { expect, it } from "vitest";
import type { Locks } from "../../../src/refresh/store/locks.ts";
import { waiting } from "../../../src/refresh/under-lock.ts";
import type { Context } from "../../../src/runtime/context.ts";

/** Locks that tell the changes given, and how often they were asked. */
function locksWith(changes: () => string): { locks: Locks; reads: () => number } {
  let reads = 0;
  const counted = (): string => {
    reads++;
    return changes();
  };
  return { locks: { lastChanges: counted } as Locks, reads: () => reads };
}

const contextUntil = (signal: AbortSignal): Context =>
  ({ deadline: { signal }, waiting: { for: "nothing" } }) as Context;
const forEver = (): Context => contextUntil(new AbortController().signal);

it("waiting goes on while nothing changes, until it is time to look anyway", async () => {
  const { locks, reads } = locksWith(() => "same");
  const turn = waiting(locks, forEver());
  await turn();
  // The first before anything was looked at; each other one after a pause of 90 to 150 ms.
  expect(reads()).toBeGreaterThanOrEqual(5);
});

it("waiting ends with the first change, also one from before it began", async () => {
  let changes = "before the first look";
  const { locks, reads } = locksWith(() => changes);
  const turn = waiting(locks, forEver());
  changes = "while looking";
  await turn();
  expect(reads()).toBe(2);
});

it("waiting rejects when time is up", async () => {
  const { locks } = locksWith(() => "same");
  const timeIsUp = new AbortController();
  const turn = waiting(locks, contextUntil(timeIsUp.signal))();
  timeIsUp.abort(new Error("time is up"));
  await expect(turn).rejects.toThrow("time is up");
});
