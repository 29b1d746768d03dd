import { execFileSync } from "node:child_process";
import { once } from "node:events";
import {
  chmodSync,
  chownSync,
  existsSync,
  linkSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { createServer } from "node:net";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { describe, expect, onTestFinished, test, vi } from "vitest";
import { readRecord, removeFile, writeRecord } from "../../../src/disk/private-file.ts";
import { asOtherUser, bundleProgram, onFullDisk, startProgram } from "../support/as-other-user.ts";
import { failureOf } from "../support/failures.ts";
import { isRoot, me, modeOf, somebodyElse, temporaryDirectory } from "../support/temporary.ts";

const READ = `import { readRecord } from "./src/disk/private-file.ts";
  report(outcome(() => readRecord(process.argv[2], 65534) ?? "a miss"));`;
const WRITE = `import { writeRecord } from "./src/disk/private-file.ts";
  report(outcome(() => writeRecord(process.argv[2], { pad: "x".repeat(6000) })));`;
/** Rewrites a record for ever; each is of one number, repeated. */
const WRITER = `import { writeRecord } from "./src/disk/private-file.ts";
  for (let n = 0; ; n++) writeRecord(process.argv[2], Array.from({ length: 50 + (n % 1500) }, () => n));`;

/** A path in a new directory, with a file of this text if one is given. */
function recordPath(text?: string | Buffer, mode = 0o600): string {
  const path = join(temporaryDirectory(), "record.json");
  if (text !== undefined) writeFileSync(path, text, { mode });
  return path;
}

function isWhole(record: unknown): boolean {
  return Array.isArray(record) && record.length >= 50 && record.every((n) => n === record[0]);
}

describe("reading a record", () => {
  test("gives back what was written", () => {
    const path = recordPath();
    const value = { a: [1, "é🔑", null], nested: { b: true } };
    writeRecord(path, value);
    expect(readRecord(path, me)).toEqual(value);
  });

  test.each([
    ["nothing", ""],
    ["blanks", " \n\t"],
    ["half a record", '{"version":1,"accessKeyId":"ASIA'],
    ["a record and a half", '{"a":1}{"a"'],
    ["no JSON", "[profile work]\nregion = x\n"],
    ["binary", Buffer.from([0, 255, 254, 123, 0, 128])],
    ["UTF-16", Buffer.from('{"a":1}', "utf16le")],
    ["a byte order mark", '\ufeff{"a":1}'],
    ["a great many brackets", "[".repeat(60_000)],
    ["more than any record has", JSON.stringify("x".repeat(64 * 1024))],
    ["a hundred megabytes of nothing", "sparse"],
  ])("of %s is a miss", (what, text) => {
    const path = recordPath(text);
    if (what.startsWith("a hundred")) execFileSync("truncate", ["-s", "100M", path]);
    expect(readRecord(path, me)).toBeUndefined();
  });

  test("of a file that is not there is a miss", () => {
    expect(readRecord(recordPath(), me)).toBeUndefined();
    expect(readRecord("/dev/null/x", me)).toBeUndefined();
    expect(readRecord(join(temporaryDirectory(), "n".repeat(5_000)), me)).toBeUndefined();
  });

  test("sets no prototype, whatever the keys", () => {
    const record = readRecord(recordPath('{"__proto__":{"accessKeyId":"ASIA"},"constructor":1}'), me);
    expect((record as { accessKeyId?: string }).accessKeyId).toBeUndefined();
    expect(({} as { accessKeyId?: string }).accessKeyId).toBeUndefined();
  });

  test("refuses a link, also one to a record of our own", () => {
    const target = recordPath("{}");
    const path = recordPath();
    symlinkSync(target, path);
    const failure = failureOf(() => readRecord(path, me));
    expect(failure.status).toBe(3);
    expect(failure.message).toContain(path);
  });

  test("refuses a link to nowhere", () => {
    const path = recordPath();
    symlinkSync("/nowhere/at/all", path);
    expect(failureOf(() => readRecord(path, me)).code).toBe("configuration");
  });

  test("refuses a file with a second name", () => {
    const path = recordPath("{}");
    linkSync(path, `${path}.second`);
    expect(failureOf(() => readRecord(path, me)).status).toBe(3);
  });

  test("refuses another user's file and does not say what is in it", () => {
    const failure = failureOf(() => readRecord(recordPath('{"accessKeyId":"ASIASECRET"}'), somebodyElse));
    expect(failure.status).toBe(3);
    expect(failure.line).toContain("another user");
    expect(failure.line).not.toContain("ASIASECRET");
  });

  test.runIf(isRoot)("as root refuses another user's file", () => {
    const path = recordPath("{}");
    chownSync(path, 65_534, 65_534);
    expect(failureOf(() => readRecord(path, 0)).message).toContain("another user");
  });

  test.runIf(isRoot).each([0o644, 0o600])("as a plain user refuses root's file of mode %o", (mode) => {
    const path = recordPath("{}", mode);
    chownSync(join(path, ".."), 65_534, 65_534);
    expect(asOtherUser(READ, path)).toMatchObject({ failure: "configuration", isAskonce: true });
  });

  test.runIf(isRoot)("of its own file that it may not read is a miss", () => {
    const path = recordPath("{}", 0);
    chownSync(join(path, ".."), 65_534, 65_534);
    chownSync(path, 65_534, 65_534);
    expect(asOtherUser(READ, path).value).toBe("a miss");
  });

  test.each([0o644, 0o666, 0o660, 0o604, 0o777])("mends a loose mode of its own: %o", (mode) => {
    const path = recordPath('{"a":1}');
    chmodSync(path, mode);
    expect(readRecord(path, me)).toEqual({ a: 1 });
    expect(modeOf(path)).toBe("0o600");
  });

  test("mends the mode also of a file that makes no sense", () => {
    const path = recordPath("nonsense");
    chmodSync(path, 0o644);
    readRecord(path, me);
    expect(modeOf(path)).toBe("0o600");
  });

  test("is not stopped by a mode that cannot be mended", ({ skip }) => {
    const path = recordPath('{"a":1}');
    chmodSync(path, 0o644);
    try {
      // Immutable, as on a file system that is mounted read-only.
      execFileSync("chattr", ["+i", path], { stdio: "ignore" });
    } catch {
      skip("chattr is not to be had here");
    }
    onTestFinished(() => void execFileSync("chattr", ["-i", path]));
    expect(readRecord(path, me)).toEqual({ a: 1 });
  });

  test("asks no owner and no mode where files have none (Windows)", () => {
    const path = recordPath('{"a":1}');
    chmodSync(path, 0o644);
    expect(readRecord(path, undefined)).toEqual({ a: 1 });
    expect(modeOf(path)).toBe("0o644");
  });

  test("takes a directory in its place for a miss", () => {
    const path = recordPath();
    mkdirSync(path);
    expect(readRecord(path, me)).toBeUndefined();
  });

  test("takes a FIFO in its place for a miss, at once", () => {
    const path = recordPath();
    execFileSync("mkfifo", [path]);
    const startedAtMs = Date.now();
    expect(readRecord(path, me)).toBeUndefined();
    expect(Date.now() - startedAtMs).toBeLessThan(500);
  });

  test("takes a socket in its place for a miss", async () => {
    const path = recordPath();
    const server = createServer().listen(path);
    onTestFinished(() => void server.close());
    await once(server, "listening");
    expect(readRecord(path, me)).toBeUndefined();
  });

  test("holds no file open, whatever it met", () => {
    const paths = [recordPath(""), recordPath("{}"), recordPath("nonsense")];
    const linked = recordPath("{}");
    linkSync(linked, `${linked}.second`);
    const open = (): number => readdirSync("/proc/self/fd").length;
    const before = open();
    for (let i = 0; i < 50; i++) {
      for (const path of paths) readRecord(path, me);
      failureOf(() => readRecord(linked, me));
    }
    expect(open()).toBeLessThan(before + 10);
  });
});

describe("writing a record", () => {
  test("makes it private, whatever the umask", () => {
    const path = recordPath();
    for (const umask of [0, 0o777]) {
      const before = process.umask(umask);
      writeRecord(path, {});
      process.umask(before);
      expect(modeOf(path)).toBe("0o600");
    }
  });

  test("leaves no temporary file", () => {
    const path = recordPath("{}");
    writeRecord(path, { a: 1 });
    expect(readdirSync(join(path, ".."))).toEqual(["record.json"]);
  });

  test("replaces a link and leaves alone what it led to", () => {
    const target = recordPath("target");
    const path = recordPath();
    symlinkSync(target, path);
    writeRecord(path, { a: 1 });
    expect(readFileSync(target, "utf8")).toBe("target");
    expect(readRecord(path, me)).toEqual({ a: 1 });
  });

  test("replaces one of a file's two names and leaves the other", () => {
    const path = recordPath("old");
    linkSync(path, `${path}.second`);
    writeRecord(path, { a: 1 });
    expect(readFileSync(`${path}.second`, "utf8")).toBe("old");
    expect(readRecord(path, me)).toEqual({ a: 1 });
  });

  test("replaces a FIFO, at once", () => {
    const path = recordPath();
    execFileSync("mkfifo", [path]);
    writeRecord(path, { a: 1 });
    expect(readRecord(path, me)).toEqual({ a: 1 });
  });

  test("that fails throws the system's error and leaves nothing behind", () => {
    const path = recordPath();
    mkdirSync(join(path, "full"), { recursive: true });
    expect(() => writeRecord(path, { a: 1 })).toThrow(/EISDIR|ENOTEMPTY|EEXIST/);
    expect(readdirSync(join(path, ".."))).toEqual(["record.json"]);
    expect(() => writeRecord("/nowhere/at/all.json", {})).toThrow(/ENOENT/);
  });

  test("never writes through a link that lies in wait for its temporary file, nor removes another's", () => {
    const path = recordPath('{"old":true}');
    vi.useFakeTimers({ toFake: ["Date"], now: 1_900_000_000_000 });
    onTestFinished(() => void vi.useRealTimers());
    const temporary = `${path}.${process.pid}.${(1_900_000_000_000).toString(36)}.tmp`;
    const target = recordPath("target");
    symlinkSync(target, temporary);
    try {
      writeRecord(path, { a: 1 });
    } catch {
      // Whether it gives up or finds another name is its own affair.
    }
    expect(readFileSync(target, "utf8")).toBe("target");
    // Another container's process can have this number, and be between creating its file and renaming it.
    expect(readlinkSync(temporary)).toBe(target);
  });

  test.runIf(process.platform === "linux")("on a disk that fills up leaves the old record", () => {
    const path = recordPath('{"old":true}');
    const told = onFullDisk(2_000, WRITE, path);
    expect(told.failure).toBeDefined();
    expect(readFileSync(path, "utf8")).toBe('{"old":true}');
    expect(readdirSync(join(path, ".."))).toEqual(["record.json"]);
  });

  test("killed before its last step leaves the old record", () => {
    const path = recordPath('{"old":true}');
    writeFileSync(`${path}.4711.abc.tmp`, '{"new":');
    expect(readRecord(path, me)).toEqual({ old: true });
  });

  test("killed at any moment leaves a whole record", async () => {
    const path = recordPath();
    const program = bundleProgram(WRITER);
    for (let round = 0; round < 3; round++) {
      const writer = startProgram(program, path);
      onTestFinished(() => void writer.kill("SIGKILL"));
      const ended = once(writer, "exit");
      const before = existsSync(path) ? readFileSync(path, "utf8") : "";
      while (!existsSync(path) || readFileSync(path, "utf8") === before) await sleep(5);
      await sleep(Math.random() * 30);
      writer.kill("SIGKILL");
      await ended;
      expect(isWhole(readRecord(path, me))).toBe(true);
    }
  });

  test("is seen by a reader as the old record or the new one, never as half of each", async () => {
    const path = recordPath();
    writeRecord(
      path,
      Array.from({ length: 50 }, () => -1),
    );
    const writer = startProgram(bundleProgram(WRITER), path);
    onTestFinished(() => void writer.kill("SIGKILL"));
    const seen = new Set<unknown>();
    let torn = 0;
    const whileMs = Date.now() + 10_000;
    while (seen.size < 60 && Date.now() < whileMs) {
      for (let i = 0; i < 100; i++) {
        const record = readRecord(path, me);
        if (!isWhole(record)) torn++;
        else seen.add((record as unknown[])[0]);
      }
      await sleep(0);
    }
    expect(torn).toBe(0);
    expect(seen.size).toBeGreaterThan(20);
  });
});

describe("removing a file", () => {
  test("removes it, and a link rather than what it leads to", () => {
    const target = recordPath("target");
    const path = recordPath();
    symlinkSync(target, path);
    removeFile(path);
    removeFile(target);
    expect([existsSync(path), existsSync(target)]).toEqual([false, false]);
  });

  test("is content when there is none, or when it cannot be", () => {
    const path = recordPath();
    expect(() => removeFile(path)).not.toThrow();
    mkdirSync(path);
    utimesSync(path, 0, 0);
    expect(() => removeFile(path)).not.toThrow();
  });
});
