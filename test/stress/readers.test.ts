/** Many who read a session while one replaces it again and again: each sees the old one or the new one, whole. */
import { type ChildProcess, spawn } from "node:child_process";
import { mkdirSync, mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { setTimeout as sleep } from "node:timers/promises";
import { build } from "esbuild";
import { afterAll, afterEach, beforeAll, expect, test } from "vitest";
import { writeSession } from "../../src/cache/session-file.ts";
import { readSessionRecord } from "../../src/cache/session-list.ts";
import { answerOf } from "../support/askonce.ts";
import { aws, home, withFreshHomes } from "../support/fresh-homes.ts";
import { guarantee } from "../support/guarantee.ts";
import { isOfOnePiece, variant } from "../support/whole-session.ts";

const LOOPS = 14;
const RUNS = 2;

/** A reader or a writer: ready when it has begun, and what it says when it is told to end. */
interface Worker {
  readonly child: ChildProcess;
  readonly ready: Promise<unknown>;
  end(): Promise<Record<string, number>>;
}

let programs: string;
let workers: Worker[] = [];

withFreshHomes();

beforeAll(async () => {
  programs = mkdtempSync(join(tmpdir(), "askonce-readers-"));
  await build({
    entryPoints: ["session-reader", "session-writer"].map((name) => join(import.meta.dirname, `../support/${name}.ts`)),
    outdir: programs,
    outExtension: { ".js": ".mjs" },
    bundle: true,
    platform: "node",
    format: "esm",
  });
});

afterEach(() => {
  for (const { child } of workers) child.kill("SIGKILL");
  workers = [];
});

afterAll(() => rmSync(programs, { recursive: true }));

function start(program: string, args: readonly string[]): Worker {
  const child = spawn(process.execPath, [join(programs, `${program}.mjs`), ...args], {
    stdio: ["pipe", "pipe", "inherit"],
  });
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const worker: Worker = {
    child,
    ready: lines.next(),
    async end() {
      child.stdin.write("end\n");
      return JSON.parse((await lines.next()).value ?? "null");
    },
  };
  workers.push(worker);
  return worker;
}

/** Has sixteen read for so long, or until there is something to see, what a writer writes. */
async function read(directory: string, id: string, how: "ours" | "plain", loops: number, work: () => Promise<unknown>) {
  const readers = Array.from({ length: loops }, () => start("session-reader", [directory, id]));
  await Promise.all(readers.map(({ ready }) => ready));
  const writer = start("session-writer", [directory, id, how]);
  await writer.ready;
  await work();
  const seen = await Promise.all(readers.map((reader) => reader.end()));
  const sum = (name: string): number => seen.reduce((all, one) => all + (one[name] ?? 0), 0);
  const { writes = 0 } = await writer.end();
  return {
    writes,
    reads: sum("reads"),
    torn: sum("torn"),
    different: Math.min(...seen.map((one) => one.different ?? 0)),
  };
}

guarantee("16 readers and a writer: nobody reads half a session", { suite: 5, stress: 30 }, async (row) => {
  home.configure(home.phoneLines());
  home.showCode();
  answerOf(await home.run(["get", "work-keys"]));
  const sessions = join(home.cache, "sessions");
  const [id = ""] = readdirSync(sessions).map((name) => name.replace(".json", ""));
  const record = readSessionRecord(sessions, id, process.getuid?.());
  if (record === undefined) throw new Error("no session is kept");
  const session = variant(record, 0);
  writeSession(sessions, session, session);
  aws.clearCalls();
  let runs = 0;
  const seen = await read(sessions, id, "ours", LOOPS, async () => {
    const endsAt = performance.now() + row.rounds * 1000;
    const runAgain = async (): Promise<void> => {
      while (performance.now() < endsAt) {
        const { AccessKeyId, SecretAccessKey, SessionToken } = answerOf(await home.run(["get", "work-keys"]));
        const [accessKeyId, secretAccessKey, sessionToken] = [AccessKeyId, SecretAccessKey, SessionToken];
        expect(isOfOnePiece({ accessKeyId, secretAccessKey, sessionToken })).toBe(true);
        runs++;
      }
    };
    await Promise.all(Array.from({ length: RUNS }, runAgain));
  });
  row.worst = `${seen.torn} torn of ${seen.reads + runs} reads, ${seen.writes} writes`;
  expect(seen.torn).toBe(0);
  // Everybody saw the file change, and nobody asked AWS.
  expect(seen.different).toBeGreaterThan(10);
  expect(runs).toBeGreaterThan(0);
  expect([home.prompts, aws.calls().length]).toEqual([1, 0]);
});

test("the trial can fail: a file that is written in place is read in halves", async () => {
  const directory = join(home.path, "plain");
  mkdirSync(directory);
  const id = "a".repeat(40);
  const times = { issuedAtMs: Date.now(), expiresAtMs: Date.now() + 3_600_000, clockOffsetMs: 0 };
  const first = variant({ id, profile: "plain", accessKeyId: "", ...times }, 0);
  writeSession(directory, first, first);
  const { torn } = await read(directory, id, "plain", 4, () => sleep(2_000));
  expect(torn).toBeGreaterThan(0);
});
