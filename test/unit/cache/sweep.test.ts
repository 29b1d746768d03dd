import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { type CacheDirectory, lookAtCache } from "../../../src/cache/directory.ts";
import { makeCache } from "../../../src/cache/make-directory.ts";
import { writeSession } from "../../../src/cache/session-file.ts";
import { sweepCache } from "../../../src/cache/sweep.ts";
import { sweepReady } from "../../../src/ready/sweep.ts";
import { me, temporaryDirectory } from "../support/temporary.ts";

type Cache = Extract<CacheDirectory, { usable: true }>;

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;

function newCache(): Cache {
  return makeCache(lookAtCache(join(temporaryDirectory(), "cache"), me) as Cache, me) as Cache;
}

function keep(cache: Cache, letter: string, expiresAtMs: number, clockOffsetMs = 0): void {
  const session = {
    id: letter.repeat(40),
    accessKeyId: "ASIA",
    secretAccessKey: "s",
    sessionToken: "t",
    profile: "work",
    issuedAtMs: expiresAtMs - 12 * HOUR_MS,
    expiresAtMs,
    clockOffsetMs,
  };
  writeSession(cache.sessions, session, session);
}

function plant(path: string, ageMs: number): void {
  writeFileSync(path, "{}", { mode: 0o600 });
  age(path, ageMs);
}

function age(path: string, ageMs: number): void {
  const then = (Date.now() - ageMs) / 1_000;
  utimesSync(path, then, then);
}

const initials = (directory: string): string =>
  readdirSync(directory)
    .map((name) => name[0])
    .join("");

test("sessions go a day after they expired", () => {
  const cache = newCache();
  keep(cache, "a", Date.now() - DAY_MS - HOUR_MS);
  keep(cache, "b", Date.now() - DAY_MS + HOUR_MS);
  keep(cache, "c", Date.now() + HOUR_MS);
  expect(sweepCache(cache, me, sweepReady)).toBe(true);
  expect(initials(cache.sessions)).toBe("bc");
});

test("thousands of sessions are swept in several goes, so that nobody waits for it, and none is spared for ever", () => {
  const cache = newCache();
  keep(cache, "a", Date.now() - 2 * DAY_MS);
  const text = readFileSync(join(cache.sessions, `${"a".repeat(40)}.json`), "utf8");
  for (let number = 0; number < 5_000; number++) {
    const id = String(number).padStart(40, "0");
    writeFileSync(join(cache.sessions, `${id}.json`), text.replace("a".repeat(40), id), { mode: 0o600 });
  }
  const left = (): number => readdirSync(cache.sessions).length;
  const counts = [left()];
  while (left() > 0 && counts.length < 1_000) {
    sweepCache(cache, me, sweepReady);
    rmSync(join(cache.notes, "swept.json"), { force: true });
    counts.push(left());
  }
  expect(counts.at(-1)).toBe(0);
  // A machine that reads a file in four microseconds would do it in one.
  expect(counts.length).toBeGreaterThan(2);
});

test("sessions expire by the server's clock", () => {
  const cache = newCache();
  keep(cache, "a", Date.now() - DAY_MS - HOUR_MS, -2 * HOUR_MS);
  keep(cache, "b", Date.now() - DAY_MS + HOUR_MS, 2 * HOUR_MS);
  sweepCache(cache, me, sweepReady);
  expect(initials(cache.sessions)).toBe("a");
});

test("notes and the temporary files of killed writers go after an hour", () => {
  const cache = newCache();
  for (const [name, ageMs] of [
    ["old", 2 * HOUR_MS],
    ["young", 0],
  ] as const) {
    plant(join(cache.notes, `${name}.said`), ageMs);
    plant(join(cache.sessions, `${name}.json.1.x.tmp`), ageMs);
    plant(join(cache.users, `${name}.json.1.x.tmp`), ageMs);
  }
  sweepCache(cache, me, sweepReady);
  expect(readdirSync(cache.notes).sort()).toEqual(["swept.json", "young.said"]);
  expect(readdirSync(cache.sessions)).toEqual(["young.json.1.x.tmp"]);
  expect(readdirSync(cache.users)).toEqual(["young.json.1.x.tmp"]);
});

test("what is known of an endpoint's clock is kept: the next session comes hours later", () => {
  const cache = newCache();
  plant(join(cache.notes, `${"a".repeat(40)}.clock.json`), 400 * DAY_MS);
  sweepCache(cache, me, sweepReady);
  expect(initials(cache.notes)).toBe("as");
});

test("users are kept, however old", () => {
  const cache = newCache();
  plant(join(cache.users, `${"a".repeat(40)}.json`), 400 * DAY_MS);
  sweepCache(cache, me, sweepReady);
  expect(initials(cache.users)).toBe("a");
});

test("what is not of its making is left, also a directory among the notes", () => {
  const cache = newCache();
  mkdirSync(join(cache.notes, "directory"));
  age(join(cache.notes, "directory"), DAY_MS);
  plant(join(cache.sessions, "README"), DAY_MS);
  plant(join(cache.root, "README"), DAY_MS);
  sweepCache(cache, me, sweepReady);
  expect(readdirSync(cache.notes)).toContain("directory");
  expect(existsSync(join(cache.sessions, "README")) && existsSync(join(cache.root, "README"))).toBe(true);
});

test("it is done once in ten minutes", () => {
  const cache = newCache();
  expect(sweepCache(cache, me, sweepReady)).toBe(true);
  keep(cache, "a", 0);
  expect(sweepCache(cache, me, sweepReady)).toBe(false);
  expect(initials(cache.sessions)).toBe("a");
  writeFileSync(join(cache.notes, "swept.json"), JSON.stringify({ atMs: Date.now() - 11 * 60_000 }));
  expect(sweepCache(cache, me, sweepReady)).toBe(true);
  expect(initials(cache.sessions)).toBe("");
});

test.each(["", "nonsense", "null", "{}", '{"atMs":"now"}', `{"atMs":${Date.now() + DAY_MS}}`])(
  "a stamp that makes no sense, or is of the future, does not stop it: %s",
  (stamp) => {
    const cache = newCache();
    writeFileSync(join(cache.notes, "swept.json"), stamp, { mode: 0o600 });
    expect(sweepCache(cache, me, sweepReady)).toBe(true);
    expect(sweepCache(cache, me, sweepReady)).toBe(false);
  },
);

test("it never throws, whatever it meets", () => {
  const cache = newCache();
  for (const room of [cache.sessions, cache.notes, cache.users])
    symlinkSync("/etc/passwd", join(room, `${"b".repeat(40)}.json`));
  expect(() => sweepCache(cache, me, sweepReady)).not.toThrow();
  expect(() => sweepCache({ ...cache, notes: "/nowhere", sessions: "/nowhere" }, me, sweepReady)).not.toThrow();
});

test("one file that it cannot judge does not keep it from the others", () => {
  const cache = newCache();
  symlinkSync("/etc/passwd", join(cache.sessions, `${"a".repeat(40)}.json`));
  symlinkSync("/nowhere", join(cache.notes, "a-dangling-link"));
  keep(cache, "b", 0);
  plant(join(cache.notes, "old.said"), 2 * HOUR_MS);
  sweepCache(cache, me, sweepReady);
  expect(existsSync(join(cache.sessions, `${"b".repeat(40)}.json`))).toBe(false);
  expect(existsSync(join(cache.notes, "old.said"))).toBe(false);
});
