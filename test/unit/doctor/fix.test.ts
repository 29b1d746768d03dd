import { chmodSync, mkdirSync, readFileSync, statSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import type { Finding, Fix } from "../../../src/doctor/finding.ts";
import { warn } from "../../../src/doctor/finding.ts";
import { applyFixes, fixesOf, fixText } from "../../../src/doctor/fix.ts";
import { factsOf } from "../support/doctor-facts.ts";
import { failureOf } from "../support/failures.ts";
import { temporaryDirectory } from "../support/temporary.ts";

const KEYS = "aws_access_key_id = AKIAX\naws_secret_access_key = s/+=\n";

/** Applies fixes to a file with this text; returns the text then, and what was said. */
function mend(text: string, fix: (path: string) => Fix[]): { text: string; done: string[] } {
  const directory = temporaryDirectory();
  const path = join(directory, "file");
  writeFileSync(path, text, { mode: 0o600 });
  const done = applyFixes(fix(path), factsAt(directory), new Date());
  return { text: readFileSync(path, "utf8"), done };
}

function factsAt(directory: string) {
  const facts = factsOf({ uid: process.geteuid?.() });
  const config = { ...facts.files.config, path: join(directory, "config") };
  return { ...facts, files: { ...facts.files, config } };
}

const move = (path: string, isThere = false): Fix[] => [
  { kind: "move-keys", from: "work", to: "work-keys", path, isThere },
];

describe("keys that shadow a profile", () => {
  test.each([
    ["have their section renamed", `[work]\n${KEYS}`, `[work-keys]\n${KEYS}`],
    [
      "leave what else is there",
      `[work]\nregion = x\n${KEYS}\n[b]\n`,
      `[work]\nregion = x\n\n[b]\n\n[work-keys]\n${KEYS}`,
    ],
    ["go into the section that is there", `[work-keys]\n\n[work] # mine\n${KEYS}`, `[work-keys]\n${KEYS}\n`],
    [
      "keep a secret with signs in it",
      `[work]\n${KEYS.replace("s/+=", "a=b:c/+==")}`,
      `[work-keys]\n${KEYS.replace("s/+=", "a=b:c/+==")}`,
    ],
  ])("%s", (_, before, after) => {
    const { text, done } = mend(before, move);
    expect(text).toBe(after);
    expect(done).toEqual([
      expect.stringMatching(/^move the keys of \[work\] in .* to \[work-keys\]$/),
      expect.stringContaining(".bak"),
    ]);
    expect(done.join()).not.toContain("s/+=");
  });

  test("go away where the other profile has the same", () => {
    expect(mend(`[work]\n${KEYS}\n[work-keys]\n${KEYS}`, (path) => move(path, true)).text).toBe(`[work-keys]\n${KEYS}`);
  });

  test("stay where half of them is missing: nothing is written", () => {
    const directory = temporaryDirectory();
    const path = join(directory, "file");
    const text = "[work]\nregion = x\naws_access_key_id = AKIAX\n";
    writeFileSync(path, text);
    expect(failureOf(() => applyFixes(move(path), factsAt(directory), new Date())).message).toMatch(
      /cannot be changed safely/,
    );
    expect(readFileSync(path, "utf8")).toBe(text);
  });
});

test.each(["[profile work]", '[profile "work"]', "[profile\twork] # x"])(
  "a command under %s is replaced, and nothing else",
  (header) => {
    const fix = (path: string): Fix[] => [
      { kind: "command", profile: "work", path, was: "askonce get k", now: "/opt/askonce-get k" },
    ];
    const before = `[other]\r\ncredential_process = askonce get k\r\n${header}\r\ncredential_process=askonce get k\r\n`;
    expect(mend(before, fix).text).toBe(before.replace("process=askonce get k", "process=/opt/askonce-get k"));
  },
);

test("two changes of one file are one change of it", () => {
  const { text, done } = mend(`[work]\n${KEYS}credential_process = askonce get work-keys\n`, (path) => [
    ...move(path),
    { kind: "command", profile: "work", path, was: "askonce get work-keys", now: "/opt/askonce-get work-keys" },
  ]);
  expect(text).toBe(`[work]\ncredential_process = /opt/askonce-get work-keys\n\n[work-keys]\n${KEYS}`);
  expect(done.filter((line) => line.includes(".bak"))).toHaveLength(1);
});

describe("a mode", () => {
  test("is changed of our own file, and of no link", () => {
    const directory = temporaryDirectory();
    const path = join(directory, "file");
    writeFileSync(path, "");
    chmodSync(path, 0o644);
    symlinkSync(path, join(directory, "link"));
    const of = (name: string): Fix[] => [{ kind: "mode", path: join(directory, name), mode: 0o600 }];
    expect(() => applyFixes(of("link"), factsAt(directory), new Date())).toThrow();
    expect(statSync(path).mode & 0o777).toBe(0o644);
    expect(applyFixes(of("file"), factsAt(directory), new Date())).toEqual([`chmod 600 ${path}`]);
    expect(statSync(path).mode & 0o777).toBe(0o600);
  });

  test("of another user's file is left alone", () => {
    const directory = temporaryDirectory();
    mkdirSync(join(directory, "d"));
    const facts = { ...factsAt(directory), uid: 12_345 };
    const fix: Fix[] = [{ kind: "mode", path: join(directory, "d"), mode: 0o700 }];
    expect(failureOf(() => applyFixes(fix, facts, new Date())).message).toMatch(/belongs to another user/);
  });
});

test("what several findings want is done once, and said in one line each", () => {
  const fix: Fix = { kind: "locks", directory: "/x" };
  const finding: Finding = { check: "cache", ...warn("x", "y", fix) };
  expect(fixesOf([finding, { check: "files", ...warn("z") }, { ...finding, profile: "b" }])).toEqual([fix]);
  expect(fixText(fix, "/home/jane")).toBe("take away the locks of processes that are gone");
});
