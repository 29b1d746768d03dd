import { readdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { nextCodeInMs, rememberUsedCode, usedAgoMs } from "../../../src/mfa/used-codes.ts";
import { failureOf } from "../support/failures.ts";
import { me, modeOf, temporaryDirectory } from "../support/temporary.ts";

const DEVICE = "arn:aws:iam::123456789012:mfa/jane";
const NOW = 1_900_000_000_000;

function notesWith(code: string): string {
  const notes = temporaryDirectory();
  rememberUsedCode(notes, DEVICE, code, NOW);
  return notes;
}

/** The one file there is. */
function fileIn(notes: string): string {
  const [name = ""] = readdirSync(notes);
  return join(notes, name);
}

describe("a used code", () => {
  test.each([0, 1, 30_000, 89_999])("is known %d ms later", (ms) => {
    expect(usedAgoMs(notesWith("123456"), DEVICE, "123456", NOW + ms, me)).toBe(ms);
  });

  test.each([90_000, 3_600_000])("is forgotten %d ms later", (ms) => {
    expect(usedAgoMs(notesWith("123456"), DEVICE, "123456", NOW + ms, me)).toBeUndefined();
  });

  test("is not known of a time to come: the clock was set back", () => {
    expect(usedAgoMs(notesWith("123456"), DEVICE, "123456", NOW - 1, me)).toBeUndefined();
  });

  test("is not taken for another code, or another device's", () => {
    const notes = notesWith("123456");
    expect(usedAgoMs(notes, DEVICE, "123457", NOW, me)).toBeUndefined();
    expect(usedAgoMs(notes, `${DEVICE}2`, "123456", NOW, me)).toBeUndefined();
  });

  test("gives way to the next one", () => {
    const notes = notesWith("123456");
    rememberUsedCode(notes, DEVICE, "654321", NOW + 30_000);
    expect(usedAgoMs(notes, DEVICE, "654321", NOW + 30_000, me)).toBe(0);
    expect(readdirSync(notes)).toHaveLength(1);
  });

  test("stands nowhere in the file, nor does the device in its name", () => {
    const path = fileIn(notesWith("123456"));
    expect(readFileSync(path, "utf8")).not.toContain("123456");
    expect(path).toMatch(/\/[0-9a-f]{40}\.used\.json$/);
    expect(modeOf(path)).toBe("0o600");
  });

  test("of any device has a plain file name", () => {
    const notes = temporaryDirectory();
    rememberUsedCode(notes, "../../etc/passwd\0", "123456", NOW);
    expect(readdirSync(notes)).toEqual([expect.stringMatching(/^[0-9a-f]{40}\.used\.json$/)]);
  });
});

test.each(["", "null", "[]", "1", "{}", '{"digest":1,"usedAtMs":1}', '{"digest":'])(
  "a file that makes no sense knows of no code: %j",
  (text) => {
    const notes = notesWith("123456");
    writeFileSync(fileIn(notes), text, { mode: 0o600 });
    expect(usedAgoMs(notes, DEVICE, "123456", NOW, me)).toBeUndefined();
  },
);

test("a time that is no number knows of no code", () => {
  const notes = notesWith("123456");
  const record = JSON.parse(readFileSync(fileIn(notes), "utf8"));
  writeFileSync(fileIn(notes), JSON.stringify({ ...record, usedAtMs: "now" }), { mode: 0o600 });
  expect(usedAgoMs(notes, DEVICE, "123456", NOW, me)).toBeUndefined();
});

test("a link in its place is refused", () => {
  const notes = temporaryDirectory();
  const name = fileIn(notesWith("123456")).split("/").at(-1) ?? "";
  symlinkSync("/etc/passwd", join(notes, name));
  expect(failureOf(() => usedAgoMs(notes, DEVICE, "123456", NOW, me)).status).toBe(3);
});

test.each([
  [0, 30_000],
  [1, 29_999],
  [29_999, 1],
  [30_000, 30_000],
  [45_500, 14_500],
])("at %d ms the next code comes in %d ms", (nowMs, inMs) => {
  expect(nextCodeInMs(nowMs)).toBe(inMs);
});
