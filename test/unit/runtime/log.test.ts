import { execFileSync } from "node:child_process";
import { chmodSync, existsSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { openLog } from "../../../src/runtime/log.ts";
import { modeOf, temporaryDirectory } from "../support/temporary.ts";

test("an event is one line with its time, process and fields", () => {
  const path = join(temporaryDirectory(), "log");
  openLog(path, Date.now(), process.geteuid?.())("served", { profile: "work", count: 2, yes: true, none: undefined });
  expect(readFileSync(path, "utf8")).toMatch(
    new RegExp(
      `^\\d{4}-\\d\\d-\\d\\dT[\\d:.]+Z pid=${process.pid} \\+\\d+ms served profile="work" count=2 yes=true\\n$`,
    ),
  );
});

test("events are appended", () => {
  const path = join(temporaryDirectory(), "log");
  writeFileSync(path, "before\n");
  openLog(path, Date.now(), process.geteuid?.())("one");
  openLog(path, Date.now(), process.geteuid?.())("two");
  expect(
    readFileSync(path, "utf8")
      .split("\n")
      .map((line) => line.split(" ").at(-1)),
  ).toEqual(["before", "one", "two", ""]);
});

test("a field with line ends makes no line of its own", () => {
  const path = join(temporaryDirectory(), "log");
  openLog(path, Date.now(), process.geteuid?.())("failed", { message: "a\nforged line\u001b[2J" });
  const text = readFileSync(path, "utf8");
  expect(text.split("\n")).toHaveLength(2);
  expect(text).not.toContain("\u001b");
});

test("a new log is private, whatever the umask", () => {
  const path = join(temporaryDirectory(), "log");
  const before = process.umask(0);
  openLog(path, Date.now(), process.geteuid?.())("one");
  process.umask(before);
  expect(modeOf(path)).toBe("0o600");
});

test.each([undefined, ""])("without a file there is no log: %j", (path) => {
  expect(() => openLog(path, 0, process.geteuid?.())("one")).not.toThrow();
});

test("a link in its place is not followed", () => {
  const directory = temporaryDirectory();
  symlinkSync(join(directory, "target"), join(directory, "log"));
  openLog(join(directory, "log"), Date.now(), process.geteuid?.())("one");
  expect(existsSync(join(directory, "target"))).toBe(false);
});

test("a FIFO that nobody reads delays nothing", () => {
  const path = join(temporaryDirectory(), "log");
  execFileSync("mkfifo", [path]);
  const startedAtMs = Date.now();
  openLog(path, Date.now(), process.geteuid?.())("one");
  expect(Date.now() - startedAtMs).toBeLessThan(500);
});

test("what cannot be written is dropped", () => {
  const directory = temporaryDirectory();
  mkdirSync(join(directory, "sub"));
  chmodSync(join(directory, "sub"), 0o500);
  for (const path of [directory, join(directory, "none", "log"), join(directory, "a\0b"), "/dev/full"])
    expect(() => openLog(path, Date.now(), process.geteuid?.())("one", { a: 1 })).not.toThrow();
});
