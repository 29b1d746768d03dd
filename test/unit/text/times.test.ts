import { describe, expect, test } from "vitest";
import { formatDuration, parseDuration } from "../../../src/text/times.ts";

describe("a duration", () => {
  test.each([
    ["43200", 43_200],
    ["0", 0],
    ["0900", 900],
    ["12h", 43_200],
    ["90m", 5_400],
    ["1h30m", 5_400],
    ["900s", 900],
    ["1h2m3s", 3_723],
    ["1h3s", 3_603],
  ])("is read from %s", (text, seconds) => {
    expect(parseDuration(text)).toBe(seconds);
  });

  test.each([
    "",
    " ",
    "h",
    "hms",
    "12 h",
    "12H",
    "30m1h",
    "1h1h",
    "-1h",
    "+900",
    "1.5h",
    "1e3",
    "0x10",
    "1d",
    "900\n",
    "９００",
    "9".repeat(10),
    `${"9".repeat(7)}h`,
    "Infinity",
    "NaN",
  ])("is not read from %j", (text) => {
    expect(parseDuration(text)).toBeUndefined();
  });
});

describe("a time left", () => {
  test.each([
    [43_200, "12 h"],
    [29_520, "8 h 12 min"],
    [1_140, "19 min"],
    [60, "1 min"],
    [119.9, "1 min"],
    [3_659, "1 h"],
    [40, "40 s"],
    [59.9, "59 s"],
    [0, "0 s"],
    [-5, "0 s"],
    [129_600, "36 h"],
  ])("of %d s reads %s", (seconds, text) => {
    expect(formatDuration(seconds)).toBe(text);
  });
});
