import { describe, expect, test } from "vitest";
import { elapsedMs, isMoment, type Moment, now } from "../../../src/runtime/clock.ts";

const HOUR = 3_600_000;
const then: Moment = { wallMs: 1_900_000_000_000, upMs: 50_000, start: "boot" };

/** So long after, by the wall clock and by the other. */
const later = (wallMs: number, upMs: number, start = "boot"): Moment => ({
  wallMs: then.wallMs + wallMs,
  upMs: 50_000 + upMs,
  start,
});

describe("the time from one moment to another", () => {
  test.each([
    ["is the wall clock's where both tell the same, about", later(5_000, 5_900), 5_000],
    ["is the other's where the wall clock was set back", later(-10 * HOUR, 5_000), 5_000],
    ["is the wall clock's where a virtual machine was paused", later(10 * HOUR, 5_000), 10 * HOUR],
    ["is the wall clock's after a new start", later(5_000, 900 * HOUR, "another boot"), 5_000],
    ["is the wall clock's where nothing else tells", { wallMs: then.wallMs - HOUR }, -HOUR],
  ])("%s", (_, at, ms) => {
    expect(elapsedMs(then, at)).toBe(ms);
  });

  test("is the wall clock's from a moment that a file tells wrongly", () => {
    const odd = { ...then, upMs: "soon" as unknown as number };
    expect(elapsedMs(odd, later(5_000, 10 * HOUR))).toBe(5_000);
    const noneAtAll = { wallMs: then.wallMs };
    expect(elapsedMs(noneAtAll, { wallMs: then.wallMs + 1 })).toBe(1);
  });
});

test("this moment has both clocks, which go on", async () => {
  const first = now();
  expect(first).toEqual({ wallMs: expect.any(Number), upMs: expect.any(Number), start: expect.stringMatching(/./) });
  await new Promise((resolve) => setTimeout(resolve, 60));
  const second = now();
  expect(second.start).toBe(first.start);
  expect((second.upMs ?? 0) - (first.upMs ?? 0)).toBeGreaterThanOrEqual(40);
  expect(elapsedMs(first, second)).toBe(second.wallMs - first.wallMs);
});

test.each([undefined, null, 1, "now", {}, { wallMs: "1" }, { wallMs: Number.NaN }])("%j is no moment", (value) => {
  expect(isMoment(value)).toBe(false);
  expect(isMoment(then)).toBe(true);
});
