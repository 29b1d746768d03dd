import { describe, expect, test } from "vitest";
import type { Moment } from "../../../src/runtime/clock.ts";
import { isFresh, isUsable, isYoungEnough, meets, remainingMs, type Session } from "../../../src/session/session.ts";

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const ISSUED = Date.parse("2030-01-01T00:00:00Z");

function session(lifetimeMs: number, clockOffsetMs = 0): Session {
  return {
    issuedAtMs: ISSUED,
    expiresAtMs: ISSUED + lifetimeMs,
    clockOffsetMs,
  };
}

const at = (wallMs: number): Moment => ({ wallMs });

/** The moment at which so much remains by the server's clock. */
function when(its: Session, remaining: number): Moment {
  return at(its.expiresAtMs - its.clockOffsetMs - remaining);
}

describe("a session is fresh", () => {
  test.each([
    ["12 h", 12 * HOUR, 16 * MINUTE],
    ["64 min", 64 * MINUTE, 16 * MINUTE],
    ["1 h", HOUR, 15 * MINUTE],
    ["15 min", 15 * MINUTE, 3.75 * MINUTE],
    ["2 min, of which a quarter is less than can be served", 2 * MINUTE, MINUTE],
  ])("of %s while more than its window remains", (_, lifetimeMs, windowMs) => {
    const its = session(lifetimeMs);
    expect(isFresh(its, when(its, windowMs + 1))).toBe(true);
    expect(isFresh(its, when(its, windowMs))).toBe(false);
  });

  test("by the server's clock, not by ours", () => {
    for (const offset of [-3 * HOUR, 3 * HOUR]) {
      const its = session(HOUR, offset);
      expect(isFresh(its, when(its, 30 * MINUTE))).toBe(true);
      expect(isFresh(its, when(its, 5 * MINUTE))).toBe(false);
    }
  });

  test("never when it expired before it was issued", () => {
    const its = session(-HOUR);
    expect(isFresh(its, at(ISSUED))).toBe(false);
  });
});

test("a session is usable while more than 60 s remain", () => {
  const its = session(HOUR, 5_000);
  expect(isUsable(its, when(its, 60_001))).toBe(true);
  expect(isUsable(its, when(its, 60_000))).toBe(false);
  expect(isUsable(its, when(its, -1))).toBe(false);
});

test("what remains is counted by the server's clock", () => {
  expect(remainingMs(session(HOUR, 10 * MINUTE), at(ISSUED))).toBe(50 * MINUTE);
});

test("a session is young enough up to the age a profile accepts, by the server's clock", () => {
  const its = session(12 * HOUR, 2 * HOUR);
  const atAge = (ageMs: number): Moment => at(ISSUED - 2 * HOUR + ageMs);
  expect(isYoungEnough(its, atAge(HOUR), HOUR)).toBe(true);
  expect(isYoungEnough(its, atAge(HOUR + 1), HOUR)).toBe(false);
});

test("the age of a role's session is no matter: it has a life of its own", () => {
  const its = { ...session(12 * HOUR), role: "arn:aws:iam::123456789012:role/admin" };
  expect(isYoungEnough(its, at(ISSUED + 11 * HOUR), HOUR)).toBe(true);
});

describe("what a caller may wish", () => {
  const its = session(HOUR);
  const wish = (minRemainingSeconds: number, isForced = false) => ({ minRemainingSeconds, isForced });
  const later = ISSUED + 1;

  test("is met by what remains long enough, to the second", () => {
    expect(meets(its, wish(1800), later, when(its, 30 * MINUTE))).toBe(true);
    expect(meets(its, wish(1800), later, when(its, 30 * MINUTE - 1))).toBe(false);
    expect(meets(its, wish(0), later, when(its, MINUTE))).toBe(true);
  });

  test("is met by anything that was made since, by our own clock", () => {
    for (const offset of [-3 * HOUR, 0, 3 * HOUR]) {
      const its = session(HOUR, offset);
      const madeAt = ISSUED - offset;
      expect(meets(its, wish(86_400, true), madeAt, at(madeAt))).toBe(true);
      expect(meets(its, wish(86_400), madeAt + 1, at(madeAt + 1))).toBe(false);
      expect(meets(its, wish(0, true), madeAt + 1, at(madeAt + 1))).toBe(false);
    }
  });
});

describe("a session that was made at a known moment", () => {
  const START = "boot 1";
  /** Made when our clock was so far ahead of the server's. */
  const made = (aheadMs: number): Session => ({
    ...session(HOUR, -aheadMs),
    madeAt: { wallMs: ISSUED + aheadMs, upMs: 5 * MINUTE, start: START },
  });
  /** So long after it was made, with our clock so far ahead of the server's by then. */
  const later = (ms: number, aheadMs: number, start = START): Moment => ({
    wallMs: ISSUED + ms + aheadMs,
    upMs: 5 * MINUTE + ms,
    start,
  });

  test.each([
    ["was right and is right", 0, 0],
    ["was ahead and still is", 10 * HOUR, 10 * HOUR],
    ["was ahead and is right", 10 * HOUR, 0],
    ["was right and is behind", 0, -10 * HOUR],
    ["was ahead and is behind", HOUR, -HOUR],
  ])("is judged by the true time where our clock %s", (_, then, today) => {
    expect(remainingMs(made(then), later(20 * MINUTE, today))).toBe(40 * MINUTE);
    expect(isUsable(made(then), later(HOUR - MINUTE, today))).toBe(false);
  });

  test("is given up too early rather than too late where our clock was behind and is right: the machine may have been paused", () => {
    const its = made(-50 * MINUTE);
    expect(remainingMs(its, later(5 * MINUTE, 0))).toBe(5 * MINUTE);
    const paused = { ...later(0, 0), wallMs: ISSUED + 50 * MINUTE };
    expect(remainingMs(made(0), paused)).toBe(10 * MINUTE);
  });

  test("is judged by the wall clock after a new start, or on another machine that has the same files", () => {
    const elsewhere = { ...later(20 * MINUTE, 0, "boot 2"), upMs: 900 * HOUR };
    expect(remainingMs(made(0), elsewhere)).toBe(40 * MINUTE);
    expect(remainingMs(made(0), { wallMs: ISSUED + 20 * MINUTE })).toBe(40 * MINUTE);
  });

  test("is not served where our clock is from before it was made, and nothing else tells", () => {
    expect(isUsable(made(0), later(HOUR, -2 * HOUR, "boot 2"))).toBe(false);
    // Another machine's clock may be a little behind.
    expect(isUsable(made(0), later(MINUTE, -5 * MINUTE, "boot 2"))).toBe(true);
  });

  test("is not taken for one of this run where the clock was set back before the run", () => {
    const run = later(30 * MINUTE, -HOUR);
    expect(meets(made(0), { minRemainingSeconds: 0, isForced: true }, run.wallMs - 1_000, run)).toBe(false);
    expect(meets(made(0), { minRemainingSeconds: 0, isForced: true }, ISSUED, later(1_000, 0))).toBe(true);
  });
});
