import { expect, it } from "vitest";
import type { Store } from "../../../src/refresh/store.ts";
import { waiting } from "../../../src/refresh/under-lock.ts";
import type { Context } from "../../../src/runtime/context.ts";

/** How often the stamp was read, and what it is. */
function storeWith(stamp: () => string): { store: Store; reads: () => number } {
  let reads = 0;
  const counted = (): string => {
    reads++;
    return stamp();
  };
  return { store: { stamp: counted } as Store, reads: () => reads };
}

const contextUntil = (signal: AbortSignal): Context =>
  ({ deadline: { signal }, waiting: { for: "nothing" } }) as Context;
const forEver = (): Context => contextUntil(new AbortController().signal);

it("waiting goes on while nothing changes, until it is time to look anyway", async () => {
  const { store, reads } = storeWith(() => "same");
  const turn = waiting(store, forEver());
  await turn();
  // The first before anything was looked at; each other one after a pause of 90 to 150 ms.
  expect(reads()).toBeGreaterThanOrEqual(5);
});

it("waiting ends with the first change, also one from before it began", async () => {
  let stamp = "before the first look";
  const { store, reads } = storeWith(() => stamp);
  const turn = waiting(store, forEver());
  stamp = "while looking";
  await turn();
  expect(reads()).toBe(2);
});

it("waiting rejects when time is up", async () => {
  const { store } = storeWith(() => "same");
  const timeIsUp = new AbortController();
  const turn = waiting(store, contextUntil(timeIsUp.signal))();
  timeIsUp.abort(new Error("time is up"));
  await expect(turn).rejects.toThrow("time is up");
});
