import { readdirSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { readClockOffset, writeClockOffset } from "../../../src/cache/endpoint-clock-file.ts";
import { failureOf } from "../support/failures.ts";
import { me, modeOf, temporaryDirectory } from "../support/temporary.ts";

const HOUR = 3_600_000;

test("an offset is known for its endpoint and for no other", () => {
  const notes = temporaryDirectory();
  writeClockOffset(notes, "https://sts.example.com", 7 * HOUR, me);
  writeClockOffset(notes, "AWS", -HOUR, me);
  expect(readClockOffset(notes, "https://sts.example.com", me)).toBe(7 * HOUR);
  expect(readClockOffset(notes, "AWS", me)).toBe(-HOUR);
  expect(readClockOffset(notes, "https://sts.example.org", me)).toBe(0);
  for (const name of readdirSync(notes)) expect(modeOf(join(notes, name))).toBe("0o600");
});

test("a clock with our time has no file, nor has one that is set right again", () => {
  const notes = temporaryDirectory();
  writeClockOffset(notes, "AWS", 2_000, me);
  expect(readdirSync(notes)).toEqual([]);
  writeClockOffset(notes, "AWS", HOUR, me);
  writeClockOffset(notes, "AWS", 0, me);
  expect(readdirSync(notes)).toEqual([]);
});

test("a second or two more or less is not written", () => {
  const notes = temporaryDirectory();
  writeClockOffset(notes, "AWS", HOUR, me);
  writeClockOffset(notes, "AWS", HOUR + 1_500, me);
  expect(readClockOffset(notes, "AWS", me)).toBe(HOUR);
  writeClockOffset(notes, "AWS", HOUR + 2_500, me);
  expect(readClockOffset(notes, "AWS", me)).toBe(HOUR + 2_500);
});

test.each(["", "null", "{}", '{"offsetMs":"1"}', '{"offsetMs":1e300}', '{"offsetMs":'])(
  "a file that makes no sense tells nothing: %j",
  (text) => {
    const notes = temporaryDirectory();
    writeClockOffset(notes, "AWS", HOUR, me);
    writeFileSync(join(notes, readdirSync(notes)[0] ?? ""), text, { mode: 0o600 });
    expect(readClockOffset(notes, "AWS", me)).toBe(0);
  },
);

test("a link in its place is refused", () => {
  const notes = temporaryDirectory();
  writeClockOffset(notes, "AWS", HOUR, me);
  const elsewhere = temporaryDirectory();
  symlinkSync("/etc/passwd", join(elsewhere, readdirSync(notes)[0] ?? ""));
  expect(failureOf(() => readClockOffset(elsewhere, "AWS", me)).status).toBe(3);
});
