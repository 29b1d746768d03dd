/** Links and damage planted in the cache and the AWS files: nothing outside is touched or printed, and nothing ends as a bug. */

import { type ChildProcess, spawn } from "node:child_process";
import {
  cpSync,
  linkSync,
  lstatSync,
  lutimesSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { dirname, join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { readSession, writeSession } from "../../src/cache/session-file.ts";
import { removeSession } from "../../src/cache/session-list.ts";
import { digest } from "../../src/disk/file-names.ts";
import { currentProcess } from "../../src/locking/process-identity.ts";
import { AskonceError } from "../../src/runtime/errors.ts";
import { type Credentials, openCredentials, type SessionRecord } from "../../src/session/stored-session.ts";
import type { Outcome } from "../support/askonce.ts";
import { CANARY_SECRET, canaries, snapshot } from "../support/canaries.ts";
import { aws, home, withFreshHomes } from "../support/fresh-homes.ts";
import { guarantee } from "../support/guarantee.ts";
import { deadProcess, plant, setAge } from "../support/lock-files.ts";
import { me, temporaryDirectory } from "../unit/support/temporary.ts";

withFreshHomes(() => {
  home.configure(`mfa_process = ${home.phone()}`);
  home.showCode();
});

const anyOf = <T>(list: readonly T[]): T => list[Math.floor(Math.random() * list.length)] as T;

/** A cache as `get admin` leaves it, and the way back to it. */
async function warmCache(): Promise<() => void> {
  await home.run(["get", "admin"]);
  const copy = join(home.path, "copy");
  cpSync(join(home.path, ".cache"), copy, { recursive: true });
  return () => {
    rmSync(join(home.path, ".cache"), { recursive: true, force: true });
    cpSync(copy, join(home.path, ".cache"), { recursive: true, preserveTimestamps: true });
    // It would be known to be used.
    for (const name of readdirSync(join(home.cache, "notes"))) rmSync(join(home.cache, "notes", name));
  };
}

/** The id that the MFA session is kept under. */
function sessionId(): string {
  const directory = join(home.cache, "sessions");
  const ids = readdirSync(directory).map((name) => JSON.parse(readFileSync(join(directory, name), "utf8")));
  return ids.find(({ sourceId }) => sourceId === undefined).id;
}

/** Every name in the cache that a run may look for, by what it is; below a lock, its holder's. */
function namesIn(cache: string): string[] {
  const id = sessionId();
  const device = aws.fixture.jane.devices.phone.serial;
  const used = digest("used", device);
  const keys = digest("keys", aws.fixture.jane.accessKeyId);
  const all = (room: string): string[] => readdirSync(join(cache, room)).map((name) => join(room, name));
  return [
    // What is read by every command, more often than the rest.
    ...["sessions", "users", "sessions", "users", "sessions", "users"].flatMap(all),
    ...["swept.json", `${id}.refusal.json`, `${id}.declined.json`, `${used}.used.json`].map((name) =>
      join("notes", name),
    ),
    ...[`${id}.ask.x`, `${digest("device", device)}.exchange`, `${keys}.announced.has-code.x`].map(
      (name) => `locks/${name}.lock`,
    ),
    ...[`new-${"d".repeat(24)}`, `gone-${"e".repeat(24)}`].map((name) => join("locks", name)),
    ...["sessions", "users", "locks", "notes"],
  ];
}

/** Another day: what is old goes. */
function ageLocks(): void {
  const locks = join(home.cache, "locks");
  if (lstatSync(locks).isSymbolicLink()) return;
  for (const name of readdirSync(locks)) lutimesSync(join(locks, name), 1_000, 1_000);
}

async function anyCommand(): Promise<{ words: readonly string[]; outcome: Outcome }> {
  const code = home.showCode();
  const words = anyOf([
    ["get", "work-keys"],
    ["get", "admin"],
    ["get", "work-keys", "--force"],
    ["login", "work-keys", "--code", "-"],
    ["logout", "work-keys"],
    ["logout", "--all"],
  ]);
  return { words, outcome: await home.run([...words, "--deadline", "20"], { input: `${code}\n` }) };
}

guarantee(
  "links planted anywhere in the cache: nothing outside is touched or told",
  { suite: 16, stress: 60 },
  async (row) => {
    const restore = await warmCache();
    const { directory, file, room, lock } = canaries(
      JSON.parse(readFileSync(join(home.cache, "sessions", `${sessionId()}.json`), "utf8")),
    );
    const before = snapshot(directory);
    const statuses: Record<number, number> = {};
    for (let round = 0; round < row.rounds; round++) {
      restore();
      const names = Array.from({ length: 1 + (round % 3) }, () => anyOf(namesIn(home.cache)));
      if (round % 3 === 0) names.push(`sessions/${sessionId()}.json`);
      // Nothing is planted through what is planted.
      const planted = names
        .filter((name) => !names.includes(dirname(name)))
        .map((name) => {
          const at = join(home.cache, name);
          const to =
            name.endsWith(".json") && round % 4 !== 1 ? file : anyOf([room, lock, join(directory, "not-there")]);
          rmSync(at, { recursive: true, force: true });
          mkdirSync(dirname(at), { recursive: true, mode: 0o700 });
          if (name.endsWith(".json") && round % 2 === 0) linkSync(file, at);
          else symlinkSync(to, at);
          return `${name} -> ${to}`;
        });
      if (round % 4 === 0) ageLocks();
      const { words, outcome } = await anyCommand();
      const { status, stdout, stderr } = outcome;
      statuses[status ?? -1] = (statuses[status ?? -1] ?? 0) + 1;
      row.worst = `status ${Object.keys(statuses).join(", ")}`;
      expect([0, 3], `${planted.join()}: ${words.join(" ")}: ${stderr}`).toContain(status);
      expect(stdout + stderr).not.toContain(CANARY_SECRET);
      expect(snapshot(directory), `${planted.join()}: ${words.join(" ")}`).toEqual(before);
    }
    row.worst += `, ${Object.keys(before).length} files as they were`;
  },
);

/** Puts a link and the session itself in place of each other without end. */
const SWAPPER = `
import { copyFileSync, renameSync, symlinkSync, rmSync } from "node:fs";
const [path, good, canary] = process.argv.slice(2);
for (;;) {
  try {
    symlinkSync(canary, path + ".link");
    renameSync(path + ".link", path);
    copyFileSync(good, path + ".copy");
    renameSync(path + ".copy", path);
  } catch {
    rmSync(path + ".link", { force: true });
  }
}`;

function startSwapper(path: string, good: string, canary: string): ChildProcess {
  const program = join(temporaryDirectory(), "swapper.mjs");
  writeFileSync(program, SWAPPER);
  const child = spawn(process.execPath, [program, path, good, canary], { stdio: "ignore" });
  onTestFinished(() => void child.kill("SIGKILL"));
  return child;
}

/** A session on disk that is swapped, and a canary that reads like it. */
function swapped(): {
  directory: string;
  id: string;
  canary: ReturnType<typeof canaries>;
  path: string;
  session: SessionRecord & Credentials;
} {
  const directory = temporaryDirectory();
  const id = "a".repeat(40);
  const times = { issuedAtMs: Date.now(), expiresAtMs: Date.now() + 3_600_000, clockOffsetMs: 0 };
  const session = {
    id,
    accessKeyId: "ASIAGOOD",
    secretAccessKey: "good",
    sessionToken: "good",
    profile: "work",
    ...times,
  };
  writeSession(directory, session, session);
  const good = join(directory, "good");
  cpSync(join(directory, `${id}.json`), good);
  const canary = canaries({ version: 1, ...session });
  const path = join(directory, `${id}.json`);
  startSwapper(path, good, canary.file);
  return { directory, id, canary, path, session };
}

guarantee(
  "a session swapped for a link without end: the link is never followed",
  { suite: 20_000, stress: 200_000 },
  async (row) => {
    const { directory, id, canary, session } = swapped();
    const before = snapshot(canary.directory);
    const seen = { good: 0, refused: 0, missed: 0 };
    for (let round = 0; round < row.rounds; round++) {
      try {
        const found = readSession(directory, id, me);
        const credentials = found && (await openCredentials(found));
        expect(credentials?.secretAccessKey ?? "good").toBe("good");
        seen[found === undefined ? "missed" : "good"]++;
        if (round % 100 === 0) writeSession(directory, session, session);
        if (round % 100 === 50) removeSession(directory, id, me);
      } catch (error) {
        if (!(error instanceof AskonceError)) throw error;
        seen.refused++;
      }
      row.worst = `${seen.good} read, ${seen.refused} refused, none through it`;
    }
    expect(snapshot(canary.directory)).toEqual(before);
    expect(Math.min(seen.good, seen.refused)).toBeGreaterThan(row.rounds / 1_000);
  },
);

test("the trial can fail: who looks first and opens then reads the canary", async () => {
  const { path } = swapped();
  const untilMs = Date.now() + 30_000;
  let read = "";
  while (!read.includes(CANARY_SECRET) && Date.now() < untilMs) {
    try {
      if (!lstatSync(path).isSymbolicLink()) read = readFileSync(path, "utf8");
    } catch {
      // Between two of its files.
    }
  }
  expect(read).toContain(CANARY_SECRET);
});

/** Damages a file at random: a bit, the end, a part of it twice or in a wrong place, a line twice. */
function damage(path: string): string {
  const bytes = readFileSync(path);
  const at = Math.floor(Math.random() * (bytes.length + 1));
  const to = Math.min(bytes.length, at + Math.floor(Math.random() * 60));
  const [before, part, after] = [bytes.subarray(0, at), bytes.subarray(at, to), bytes.subarray(to)];
  const lines = bytes.toString("latin1").split("\n");
  const kinds: Record<string, () => Buffer> = {
    flipped: () =>
      Buffer.concat([
        before,
        Buffer.of((bytes[at] ?? 0) ^ (1 << Math.floor(Math.random() * 8))),
        bytes.subarray(at + 1),
      ]),
    cut: () => before,
    torn: () => Buffer.concat([before, after]),
    doubled: () => Buffer.concat([before, part, part, after]),
    moved: () => Buffer.concat([before, after, part]),
    zeroed: () => Buffer.concat([before, Buffer.alloc(part.length), after]),
    "a line twice": () => Buffer.from([...lines, anyOf(lines)].join("\n"), "latin1"),
    empty: () => Buffer.of(),
  };
  const kind = anyOf(Object.keys(kinds));
  writeFileSync(path, kinds[kind]?.() ?? "");
  return kind;
}

guarantee(
  "a damaged cache, lock or AWS file: a good answer or a clear error, soon",
  { suite: 16, stress: 60 },
  async (row) => {
    const restore = await warmCache();
    const aside = ["config", "credentials"].map((name) => [name, home.read(`.aws/${name}`)] as const);
    const device = aws.fixture.jane.devices.phone.serial;
    const seen: Record<number, number> = {};
    for (let round = 0; round < row.rounds; round++) {
      restore();
      for (const [name, text] of aside) home.write(`.aws/${name}`, text);
      const code = home.showCode();
      const lockName = `${digest("device", device)}.exchange.lock`;
      // Nobody's any more, whatever becomes of its holder's file.
      plant(join(home.cache, "locks"), lockName, round % 2 === 0 ? deadProcess() : currentProcess(), 11_000);
      writeFileSync(join(home.cache, "notes", "swept.json"), JSON.stringify({ atMs: 0 }), { mode: 0o600 });
      writeFileSync(
        join(home.cache, "notes", `${digest("used", device)}.used.json`),
        JSON.stringify({ digest: digest("code", device, code), usedAtMs: 0 }),
        { mode: 0o600 },
      );
      const places = [
        join(home.path, ".aws"),
        ...["sessions", "users", "notes", `locks/${lockName}`].map((room) => join(home.cache, room)),
      ];
      const directory = places[round % places.length] ?? "";
      const file = join(directory, anyOf(readdirSync(directory)));
      const kind = damage(file);
      setAge(file, 11_000);
      const words = ["get", anyOf(["work-keys", "admin"]), ...(round % 3 === 0 ? ["--force"] : []), "--deadline", "20"];
      const startedAtMs = Date.now();
      const { status, stdout, stderr } = await home.run(words);
      const what = `${kind} ${file}: ${words.join(" ")}: ${stdout}${stderr}`;
      seen[status ?? -1] = (seen[status ?? -1] ?? 0) + 1;
      row.worst = `by status ${Object.entries(seen)
        .map((one) => one.join(": "))
        .join(", ")}`;
      expect([0, 2, 3, 4, 5], what).toContain(status);
      expect(Date.now() - startedAtMs, what).toBeLessThan(60_000);
      if (status === 0) {
        const { AccessKeyId, SecretAccessKey, SessionToken } = JSON.parse(stdout);
        const known = aws.state.sessions().find(({ accessKeyId }) => accessKeyId === AccessKeyId);
        expect([known?.secretAccessKey, known?.sessionToken], what).toEqual([SecretAccessKey, SessionToken]);
        expect(stderr, what).toBe("");
      } else {
        expect(stdout, what).toBe("");
        expect(stderr, what).toMatch(/^askonce: [^\n]+\n$/);
        expect(stderr).not.toContain(aws.fixture.jane.secretAccessKey.slice(0, 12));
      }
    }
    expect(seen[0] ?? 0).toBeGreaterThan(0);
  },
);
