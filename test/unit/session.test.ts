import { describe, expect, test } from "vitest";
import { isFresh, isUsable, isYoungEnough, meets, remainingMs, type Session } from "../../src/session.ts";

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const ISSUED = Date.parse("2030-01-01T00:00:00Z");

function session(lifetimeMs: number, clockOffsetMs = 0): Session {
  return {
    accessKeyId: "ASIA",
    secretAccessKey: "s",
    sessionToken: "t",
    issuedAtMs: ISSUED,
    expiresAtMs: ISSUED + lifetimeMs,
    clockOffsetMs,
  };
}

/** The local time at which so much remains by the server's clock. */
function when(its: Session, remaining: number): number {
  return its.expiresAtMs - its.clockOffsetMs - remaining;
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
    expect(isFresh(its, ISSUED)).toBe(false);
  });
});

test("a session is usable while more than 60 s remain", () => {
  const its = session(HOUR, 5_000);
  expect(isUsable(its, when(its, 60_001))).toBe(true);
  expect(isUsable(its, when(its, 60_000))).toBe(false);
  expect(isUsable(its, when(its, -1))).toBe(false);
});

test("what remains is counted by the server's clock", () => {
  expect(remainingMs(session(HOUR, 10 * MINUTE), ISSUED)).toBe(50 * MINUTE);
});

test("a session is young enough up to the age a profile accepts, by the server's clock", () => {
  const its = session(12 * HOUR, 2 * HOUR);
  const atAge = (ageMs: number): number => ISSUED - 2 * HOUR + ageMs;
  expect(isYoungEnough(its, atAge(HOUR), HOUR)).toBe(true);
  expect(isYoungEnough(its, atAge(HOUR + 1), HOUR)).toBe(false);
});

test("the age of a role's session is no matter: it has a life of its own", () => {
  const its = { ...session(12 * HOUR), role: "arn:aws:iam::123456789012:role/admin" };
  expect(isYoungEnough(its, ISSUED + 11 * HOUR, HOUR)).toBe(true);
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
      expect(meets(its, wish(86_400, true), madeAt, madeAt)).toBe(true);
      expect(meets(its, wish(86_400), madeAt + 1, madeAt + 1)).toBe(false);
      expect(meets(its, wish(0, true), madeAt + 1, madeAt + 1)).toBe(false);
    }
  });
});
