import { describe, expect, test } from "vitest";
import { type Level, nearest, secondsOf, textOf } from "../../../src/profile/settings.ts";
import { failureOf } from "../support/failures.ts";

function level(keys: Record<string, string>, flags = {}): Level {
  return { name: "work", keys, flags };
}

describe("the nearest value", () => {
  const region = (levels: Level[]) =>
    nearest(
      levels,
      (flags) => flags.region,
      (its) => textOf(its, "region"),
    );

  test("is the flag beside a profile rather than its key", () => {
    expect(region([level({ region: "key" }, { region: "flag" })])).toBe("flag");
  });

  test("is the first profile's that has one", () => {
    expect(region([level({}), level({ region: "near" }), level({ region: "far" })])).toBe("near");
  });

  test("is not an empty one", () => {
    expect(region([level({ region: "" }), level({ region: "far" })])).toBe("far");
  });

  test("is none where there is none", () => {
    expect(region([level({}), level({})])).toBeUndefined();
  });
});

describe("a time in a profile", () => {
  test.each([
    ["900", 900],
    ["1h30m", 5_400],
    ["43200", 43_200],
  ])("of %s is read", (text, seconds) => {
    expect(secondsOf(level({ duration_seconds: text }), "duration_seconds", 900, 43_200)).toBe(seconds);
  });

  test.each(["899", "43201", "soon", "-900", "12 h"])("of %j is refused, naming key and profile", (text) => {
    const failure = failureOf(() => secondsOf(level({ duration_seconds: text }), "duration_seconds", 900, 43_200));
    expect(failure.status).toBe(3);
    expect(failure.message).toContain(`duration_seconds = ${text} of work`);
  });

  test.each([{}, { duration_seconds: "" }])("that is missing is none: %j", (keys) => {
    expect(secondsOf(level(keys), "duration_seconds", 900, 43_200)).toBeUndefined();
  });
});
