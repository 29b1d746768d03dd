import { readdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import {
  type CodeNotes,
  forgetCode,
  nextCodeInMs,
  noteCode,
  noteRejectedCode,
  spentCode,
} from "../../../src/mfa/used-codes.ts";
import { failureOf } from "../support/failures.ts";
import { me, modeOf, temporaryDirectory } from "../support/temporary.ts";

const DEVICE = "arn:aws:iam::123456789012:mfa/jane";
/** The first moment of a step. */
const NOW = 1_900_000_020_000;

const at = (ms: number) => ({ wallMs: NOW + ms });
const notesOf = (directory = temporaryDirectory(), device = DEVICE): CodeNotes => ({ directory, device, uid: me });

function notesWith(code: string): CodeNotes {
  const notes = notesOf();
  noteCode(notes, code, at(0));
  return notes;
}

/** What is known of a code so long after. */
const known = (notes: CodeNotes, code: string, ms = 0) => spentCode(notes, code, at(ms), NOW + ms);

/** The one file there is. */
function fileIn({ directory }: CodeNotes): string {
  const [name = ""] = readdirSync(directory);
  return join(directory, name);
}

describe("a code that was sent", () => {
  test.each([0, 1, 30_000, 89_999])("is known %d ms later", (ms) => {
    expect(known(notesWith("123456"), "123456", ms)).toEqual({ was: "used", agoMs: ms });
  });

  test.each([90_000, 3_600_000])("is forgotten %d ms later", (ms) => {
    expect(known(notesWith("123456"), "123456", ms)).toBeUndefined();
  });

  test("is not known of a time to come: the clock was set back, and nothing tells by how much", () => {
    expect(known(notesWith("123456"), "123456", -1)).toBeUndefined();
  });

  test("is known by the time since the machine's start where the clock was set back", () => {
    const notes = notesOf();
    noteCode(notes, "123456", { ...at(0), upMs: 5_000, start: "boot" });
    const later = { ...at(-3_600_000), upMs: 9_000, start: "boot" };
    expect(spentCode(notes, "123456", later, NOW)).toEqual({ was: "used", agoMs: 4_000 });
  });

  test("is not taken for another code, or another device's", () => {
    const notes = notesWith("123456");
    expect(known(notes, "123457")).toBeUndefined();
    expect(known(notesOf(notes.directory, `${DEVICE}2`), "123456")).toBeUndefined();
  });

  test("is known beside the next one, which may be sent before it is over", () => {
    const notes = notesWith("123456");
    noteCode(notes, "654321", at(30_000));
    for (const code of ["123456", "654321"]) expect(known(notes, code, 30_000)).toMatchObject({ was: "used" });
    expect(readdirSync(notes.directory)).toHaveLength(1);
  });

  test("is as good as before where the note is taken back, and others stay known", () => {
    const notes = notesWith("123456");
    noteCode(notes, "654321", at(1));
    forgetCode(notes, "123456", at(2));
    expect(known(notes, "123456", 2)).toBeUndefined();
    expect(known(notes, "654321", 2)).toMatchObject({ was: "used" });
  });

  test("leaves a small file, however many there are", () => {
    const notes = notesOf();
    for (let code = 0; code < 50; code++) noteCode(notes, String(100_000 + code), at(code));
    expect(readFileSync(fileIn(notes), "utf8").length).toBeLessThan(2_000);
    expect(known(notes, "100049", 50)).toMatchObject({ was: "used" });
  });

  test("stands nowhere in the file, nor does the device in its name", () => {
    const path = fileIn(notesWith("123456"));
    expect(readFileSync(path, "utf8")).not.toContain("123456");
    expect(path).toMatch(/\/[0-9a-f]{40}\.used\.json$/);
    expect(modeOf(path)).toBe("0o600");
  });

  test("of any device has a plain file name", () => {
    const notes = notesOf(undefined, "../../etc/passwd\0");
    noteCode(notes, "123456", at(0));
    expect(readdirSync(notes.directory)).toEqual([expect.stringMatching(/^[0-9a-f]{40}\.used\.json$/)]);
  });
});

describe("a code that STS rejected", () => {
  test("would be again until AWS's clock comes to the next step, and then may be right: the device is ahead", () => {
    const notes = notesWith("123456");
    noteRejectedCode(notes, "123456", at(1_000), NOW + 1_000);
    expect(known(notes, "123456", 29_999)).toEqual({ was: "rejected", agoMs: 28_999 });
    expect(known(notes, "123456", 30_000)).toBeUndefined();
  });

  test("goes by AWS's clock, not by ours", () => {
    const notes = notesOf();
    noteRejectedCode(notes, "123456", at(0), NOW + 29_000);
    expect(spentCode(notes, "123456", at(2_000), NOW + 31_000)).toBeUndefined();
  });

  test("does not hide one that was used", () => {
    const notes = notesWith("123456");
    noteRejectedCode(notes, "000000", at(1), NOW + 1);
    expect(known(notes, "123456", 2)).toMatchObject({ was: "used" });
  });
});

test.each([
  "",
  "null",
  "[]",
  "1",
  "{}",
  '{"codes":1}',
  '{"codes":[null,1,{}]}',
  '{"codes":[{"digest":1,"at":{"wallMs":1}}]}',
  '{"codes":[{"digest":"x","at":{"wallMs":"now"}}]}',
  '{"codes":',
])("a file that makes no sense knows of no code, and is replaced: %j", (text) => {
  const notes = notesWith("123456");
  writeFileSync(fileIn(notes), text, { mode: 0o600 });
  expect(known(notes, "123456")).toBeUndefined();
  noteCode(notes, "123456", at(0));
  expect(known(notes, "123456")).toBeDefined();
});

test("a time that is no number knows of no code", () => {
  const notes = notesWith("123456");
  const { codes } = JSON.parse(readFileSync(fileIn(notes), "utf8"));
  writeFileSync(fileIn(notes), JSON.stringify({ codes: [{ ...codes[0], at: { wallMs: "now" } }] }), { mode: 0o600 });
  expect(known(notes, "123456")).toBeUndefined();
});

test("a link in its place is refused", () => {
  const notes = notesOf();
  const name = fileIn(notesWith("123456")).split("/").at(-1) ?? "";
  symlinkSync("/etc/passwd", join(notes.directory, name));
  expect(failureOf(() => known(notes, "123456")).status).toBe(3);
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
