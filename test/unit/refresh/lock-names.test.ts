import { describe, expect, test } from "vitest";
import {
  announcementLock,
  announcementPrefix,
  askLock,
  askPrefix,
  chooseLock,
  choosePrefix,
  exchangeLock,
  keysLock,
  lookUpLock,
  parseAskLock,
  parseStepLock,
} from "../../../src/refresh/lock-names.ts";

const ID = "0123456789abcdef0123456789abcdef01234567";
const OTHER = "f".repeat(40);

/** One name of each kind, all of the same id. */
const NAMES = {
  ask: askLock(ID, "terminal-pts-3"),
  exchange: exchangeLock(ID),
  lookUp: lookUpLock(ID),
  choose: chooseLock(ID, "terminal-pts-3"),
  keys: keysLock(ID),
  willAsk: announcementLock(ID, "will-ask", "x1"),
  hasCode: announcementLock(ID, "has-code", "x1"),
};

test("locks of different kinds never share a name", () => {
  expect(new Set(Object.values(NAMES)).size).toBe(Object.keys(NAMES).length);
});

test("every lock name is a plain file name", () => {
  for (const name of Object.values(NAMES)) expect(name).toMatch(/^[\w.-]+$/);
});

describe("the lock under which a code is asked for", () => {
  test("is parsed into the session and the place", () => {
    expect(parseAskLock(NAMES.ask)).toEqual({ sessionId: ID, place: "terminal-pts-3" });
  });

  test("is parsed although the id of the place has dots", () => {
    expect(parseAskLock(askLock(ID, "terminal-a.b.1"))).toEqual({ sessionId: ID, place: "terminal-a.b.1" });
  });

  test.each(["", "window", `${ID}.ask.`, `${ID}.ask`, "short.ask.window", ...Object.values(NAMES).slice(1)])(
    "is not %s",
    (name) => {
      expect(parseAskLock(name)).toBeUndefined();
    },
  );

  test("is found by the prefix of its session only", () => {
    expect(NAMES.ask.startsWith(askPrefix(ID))).toBe(true);
    expect(NAMES.ask.startsWith(askPrefix(OTHER))).toBe(false);
  });
});

describe("the lock of a step", () => {
  test.each([
    [NAMES.exchange, "exchange"],
    [NAMES.lookUp, "find"],
    [NAMES.choose, "choose"],
    [NAMES.keys, "keys"],
  ])("%s is parsed as %s", (name, step) => {
    expect(parseStepLock(name)).toEqual({ id: ID, step });
  });

  test.each(["", "window", NAMES.ask, NAMES.willAsk, NAMES.hasCode, `${ID}.exchanged`, "short.keys"])(
    "is not %s",
    (name) => {
      expect(parseStepLock(name)).toBeUndefined();
    },
  );
});

test("the prefix of device choices matches those of the user only", () => {
  expect(NAMES.choose.startsWith(choosePrefix(ID))).toBe(true);
  expect(NAMES.choose.startsWith(choosePrefix(OTHER))).toBe(false);
});

describe("the prefix of announcements", () => {
  const matching = (prefix: string) => Object.values(NAMES).filter((name) => name.startsWith(prefix));

  test("matches both kinds of the same source", () => {
    expect(matching(announcementPrefix(ID))).toEqual([NAMES.willAsk, NAMES.hasCode]);
  });

  test("matches one kind if that is given", () => {
    expect(matching(announcementPrefix(ID, "has-code"))).toEqual([NAMES.hasCode]);
  });

  test("matches none of another source", () => {
    expect(matching(announcementPrefix(OTHER))).toEqual([]);
  });
});
