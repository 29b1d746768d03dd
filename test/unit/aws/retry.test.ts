import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { attempts } from "../../../src/aws/retry.ts";

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

/** The times between the attempts at a call that never succeeds. */
async function pauses(mayRepeat: (error: unknown) => boolean = () => true): Promise<number[]> {
  const at: number[] = [];
  const failed = attempts(
    async () => {
      at.push(Date.now());
      throw new Error(`attempt ${at.length}`);
    },
    mayRepeat,
    new AbortController().signal,
  ).catch((error: Error) => error.message);
  await vi.runAllTimersAsync();
  expect(await failed).toBe(`attempt ${at.length}`);
  return at.slice(1).map((time, index) => time - (at[index] ?? 0));
}

test("a call is made three times, further and further apart, and never in step with others", async () => {
  const all = await Promise.all(Array.from({ length: 100 }, () => pauses()));
  const [first, second] = [0, 1].map((index) => all.map((one) => one[index] ?? Number.NaN)) as [number[], number[]];
  expect(new Set(all.map((one) => one.length))).toEqual(new Set([2]));
  expect([Math.min(...first) >= 200, Math.max(...first) <= 600]).toEqual([true, true]);
  expect([Math.min(...second) >= 400, Math.max(...second) <= 1_200]).toEqual([true, true]);
  for (const them of [first, second]) expect(new Set(them.map(Math.round)).size).toBeGreaterThan(50);
});

test("a call that may not be repeated is made once", async () => {
  expect(await pauses(() => false)).toEqual([]);
});

test("a call that succeeds at last is no failure", async () => {
  let calls = 0;
  const result = attempts(
    async () => {
      if (++calls < 3) throw new Error("not yet");
      return calls;
    },
    () => true,
    new AbortController().signal,
  );
  await vi.runAllTimersAsync();
  expect(await result).toBe(3);
});

test("the end of the time ends the pause, and nothing is called after it", async () => {
  const controller = new AbortController();
  const call = vi.fn(async () => Promise.reject(new Error("not yet")));
  const result = attempts(call, () => true, controller.signal).catch((error: unknown) => error);
  await vi.advanceTimersByTimeAsync(50);
  controller.abort("time is up");
  expect(await result).toBe("time is up");
  await vi.runAllTimersAsync();
  expect(call).toHaveBeenCalledTimes(1);
});
