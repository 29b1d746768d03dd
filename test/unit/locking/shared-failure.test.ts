/** src/locking/shared-failure.ts */
import { chmodSync, chownSync, existsSync, readdirSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import {
  clearFailures,
  findNoCode,
  findRefusal,
  recordNoCode,
  recordRefusal,
} from "../../../src/locking/shared-failure.ts";
import { AskonceError } from "../../../src/runtime/errors.ts";
import { asOtherUser } from "../support/as-other-user.ts";
import { failureOf } from "../support/failures.ts";
import { isRoot, me, modeOf, temporaryDirectory } from "../support/temporary.ts";

const ID = "a".repeat(40);
const COMMAND = "c".repeat(40);
const NOW = 1_900_000_000_000;
const CANCELLED = new AskonceError("no-code", "it was cancelled", "try again", "prompt-cancelled");
const REFUSED = new AskonceError("refused", "AWS refused", "check it", "keys-rejected");

function notesAfter(record: (notes: string) => void): string {
  const notes = temporaryDirectory();
  record(notes);
  return notes;
}

describe("no code", () => {
  const cancelled = () => notesAfter((notes) => recordNoCode(notes, ID, COMMAND, CANCELLED, NOW));
  const find = (notes: string, nowMs: number) => findNoCode(notes, ID, COMMAND, nowMs, me);

  test("is found by the command that met it, as it was", () => {
    expect(find(cancelled(), NOW)).toMatchObject({ code: "no-code", message: "it was cancelled", hint: "try again" });
  });

  test("is found with its reason, also when it was repeated", () => {
    const notes = cancelled();
    for (const ms of [0, 1_000, 2_000]) expect(find(notes, NOW + ms)?.reason).toBe("prompt-cancelled");
  });

  test("is found for five seconds", () => {
    expect(find(cancelled(), NOW + 5_000)).toBeDefined();
    expect(find(cancelled(), NOW + 5_001)).toBeUndefined();
  });

  test("is found for five seconds more each time it is repeated, a minute at most", () => {
    const notes = cancelled();
    for (let ms = 4_000; ms <= 60_000; ms += 4_000) expect(find(notes, NOW + ms)).toBeDefined();
    expect(find(notes, NOW + 60_001)).toBeUndefined();
  });

  test("met anew lasts anew", () => {
    const notes = cancelled();
    recordNoCode(notes, ID, COMMAND, CANCELLED, NOW + 59_000);
    expect(find(notes, NOW + 63_000)).toBeDefined();
  });

  test("is not found before it was met: the clock was set back", () => {
    expect(find(cancelled(), NOW - 1)).toBeUndefined();
  });

  test("is not found by another command, nor for another session", () => {
    const notes = cancelled();
    expect(findNoCode(notes, ID, "d".repeat(40), NOW, me)).toBeUndefined();
    expect(findNoCode(notes, "b".repeat(40), COMMAND, NOW, me)).toBeUndefined();
  });

  test("is kept in a private file", () => {
    const notes = cancelled();
    for (const name of readdirSync(notes)) expect(modeOf(join(notes, name))).toBe("0o600");
  });

  test.runIf(isRoot)("is found also where its repetition cannot be noted", () => {
    const notes = temporaryDirectory();
    recordNoCode(notes, ID, COMMAND, CANCELLED, NOW);
    for (const name of readdirSync(notes)) chownSync(join(notes, name), 65_534, 65_534);
    chownSync(notes, 65_534, 65_534);
    chmodSync(notes, 0o500);
    const told = asOtherUser(
      `import { findNoCode } from "./src/locking/shared-failure.ts";
       report(outcome(() => findNoCode(process.argv[2], "${ID}", "${COMMAND}", ${NOW}, 65534)?.message));`,
      notes,
    );
    expect(told).toEqual({ value: "it was cancelled" });
  });
});

describe("AWS's refusal", () => {
  const refused = () => notesAfter((notes) => recordRefusal(notes, ID, REFUSED, NOW));

  test("is found by everybody who was there when it came", () => {
    for (const sinceMs of [NOW - 60_000, NOW])
      expect(findRefusal(refused(), ID, sinceMs, me)).toMatchObject({ code: "refused", message: "AWS refused" });
  });

  test("is found with its reason", () => {
    expect(findRefusal(refused(), ID, NOW, me)?.reason).toBe("keys-rejected");
  });

  test("is not found by who came later", () => {
    expect(findRefusal(refused(), ID, NOW + 1, me)).toBeUndefined();
  });

  test("is not found for another session", () => {
    expect(findRefusal(refused(), "b".repeat(40), 0, me)).toBeUndefined();
  });
});

test("clearing forgets all failures of one session and nothing else", () => {
  const notes = temporaryDirectory();
  recordNoCode(notes, ID, COMMAND, CANCELLED, NOW);
  recordNoCode(notes, ID, "d".repeat(40), CANCELLED, NOW);
  recordRefusal(notes, ID, REFUSED, NOW);
  recordRefusal(notes, "b".repeat(40), REFUSED, NOW);
  writeFileSync(join(notes, `${ID}.declined.json`), "{}");
  clearFailures(notes, ID);
  expect(readdirSync(notes).sort()).toEqual([`${ID}.declined.json`, `${"b".repeat(40)}.refusal.json`]);
});

test("clearing is content without a directory, and removes a link rather than what it leads to", () => {
  expect(() => clearFailures("/nowhere/at/all", ID)).not.toThrow();
  const notes = temporaryDirectory();
  const target = join(temporaryDirectory(), "target");
  writeFileSync(target, "");
  symlinkSync(target, join(notes, `${ID}.refusal.json`));
  clearFailures(notes, ID);
  expect([readdirSync(notes), existsSync(target)]).toEqual([[], true]);
});

describe("a file that makes no sense", () => {
  const sound = { code: "no-code", message: "m", hint: "h", firstAtMs: NOW, lastAtMs: NOW };
  const findIn = (text: string) => {
    const notes = temporaryDirectory();
    writeFileSync(join(notes, `${ID}.${COMMAND}.no-code.json`), text, { mode: 0o600 });
    return findNoCode(notes, ID, COMMAND, NOW, me);
  };

  test.each([
    "",
    "null",
    "[]",
    "1",
    '{"code":',
    JSON.stringify({ ...sound, code: 1 }),
    JSON.stringify({ ...sound, message: {} }),
    JSON.stringify({ ...sound, firstAtMs: "now" }),
    JSON.stringify({ ...sound, lastAtMs: null }),
    `{"__proto__":${JSON.stringify(sound)}}`,
  ])("is no failure: %j", (text) => {
    expect(findIn(text)).toBeUndefined();
  });

  test.each(["__proto__", "constructor", "of-a-newer-askonce"])("with an unknown code %s is still no code", (code) => {
    expect(findIn(JSON.stringify({ ...sound, code }))).toMatchObject({ code: "no-code", status: 4 });
  });

  test.each([undefined, 5, "", "__proto__", "length", "of-a-newer-askonce", ["no-keys"]])(
    "with the reason %j has none, and is a failure all the same",
    (reason) => {
      expect(findIn(JSON.stringify({ ...sound, reason }))).toMatchObject({ message: "m", reason: undefined });
    },
  );

  test("without a hint has none", () => {
    expect(findIn(JSON.stringify({ ...sound, hint: 5 }))?.hint).toBeUndefined();
  });

  test("cannot drive the terminal its text is shown on", () => {
    expect(findIn(JSON.stringify({ ...sound, message: "\u001b[2J\nx" }))?.line).not.toMatch(/\p{Cc}/u);
  });
});

test("a link in its place is refused", () => {
  const notes = temporaryDirectory();
  symlinkSync("/etc/passwd", join(notes, `${ID}.refusal.json`));
  expect(failureOf(() => findRefusal(notes, ID, 0, me)).status).toBe(3);
});
