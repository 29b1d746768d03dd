/** Many processes fight for one lock while some are killed or stopped at any moment: never two holders, never stuck. */
import { type ChildProcess, spawn } from "node:child_process";
import { mkdirSync, mkdtempSync, readdirSync, readlinkSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { setTimeout as sleep } from "node:timers/promises";
import { build } from "esbuild";
import { afterAll, afterEach, beforeAll, expect, test } from "vitest";
import { tryLock } from "../../src/locking/lock.ts";
import { guarantee } from "../support/guarantee.ts";
import type { Round } from "../support/lock-contender.ts";
import { deadProcess, plant, processOfAnotherBoot, setAge } from "../support/lock-files.ts";

const CONTENDERS = 16;
const STUCK_MS = 30_000;

interface Contender {
  readonly child: ChildProcess;
  readonly ended: Promise<void>;
  state: "starting" | "ready" | "running" | "ended";
}

interface Tally {
  acquisitions: number;
  kills: number;
  holderKills: number;
  stops: number;
  stuck: number;
  worstGapMs: number;
  readonly doubles: string[];
  readonly errors: string[];
}

let home: string;
let program: string;
let contenders: Contender[] = [];
let tally: Tally;
let tookAtMs: number[] = [];

beforeAll(async () => {
  home = mkdtempSync(join(tmpdir(), "askonce-trial-"));
  program = join(home, "contender.mjs");
  await build({
    entryPoints: [join(import.meta.dirname, "../support/lock-contender.ts")],
    outfile: program,
    bundle: true,
    platform: "node",
    format: "esm",
    banner: { js: "import{createRequire}from'node:module';const require=createRequire(import.meta.url);" },
  });
});

afterEach(async () => {
  for (const { child } of contenders) child.kill("SIGKILL");
  await Promise.all(contenders.map(({ ended }) => ended));
  contenders = [];
});

afterAll(() => rmSync(home, { recursive: true, force: true }));

function start(): Contender {
  const child = spawn(process.execPath, [program], { stdio: ["pipe", "pipe", "inherit"] });
  const ended = new Promise<void>((resolve) => child.once("close", () => resolve()));
  const contender: Contender = { child, ended, state: "starting" };
  child.once("close", () => {
    contender.state = "ended";
  });
  child.stdin.on("error", () => undefined);
  createInterface({ input: child.stdout }).on("line", (line) => {
    const [word, ...rest] = line.split(" ");
    if (word === "ready" || word === "done") contender.state = "ready";
    else if (word === "took") tookAtMs.push(Number(rest[0]));
    else if (word === "double") tally.doubles.push(rest.join(" "));
    else tally.errors.push(line);
  });
  return contender;
}

async function until(isSo: () => boolean): Promise<boolean> {
  const deadline = Date.now() + STUCK_MS;
  while (!isSo() && Date.now() < deadline) await sleep(5);
  return isSo();
}

async function startRound(directory: string, mode: Round["mode"], acquisitions: number): Promise<void> {
  contenders = contenders.filter(({ state }) => state !== "ended");
  while (contenders.length < CONTENDERS) contenders.push(start());
  expect(await until(() => contenders.every(({ state }) => state === "ready"))).toBe(true);
  tookAtMs = [];
  const round: Round = { directory, mode, startAtMs: Date.now() + 60, acquisitions };
  for (const contender of contenders) {
    contender.state = "running";
    contender.child.stdin?.write(`${JSON.stringify(round)}\n`);
  }
  await sleep(60);
}

/** The contender inside the lock at this moment. */
function insider(directory: string): Contender | undefined {
  try {
    const pid = Number(readlinkSync(join(directory, "inside")).split(":")[0]);
    return contenders.find(({ child, state }) => child.pid === pid && state === "running");
  } catch {
    return undefined;
  }
}

const running = () => contenders.filter(({ state }) => state === "running");
const anyOf = <T>(list: T[]): T | undefined => list[Math.floor(Math.random() * list.length)];

/** Kills and stops until enough have been killed or nobody runs; returns when holders were killed. */
async function harass(directory: string): Promise<number[]> {
  const killedAtMs: number[] = [];
  const kills = 4 + Math.floor(Math.random() * 6);
  const wakers: Promise<unknown>[] = [];
  for (let done = 0; done < kills && running().length > 0; ) {
    await sleep(Math.random() * 40);
    const dice = Math.random();
    const victim = (dice < 0.6 ? insider(directory) : undefined) ?? anyOf(running());
    if (dice > 0.7 && victim) {
      victim.child.kill("SIGSTOP");
      wakers.push(sleep(Math.random() * 150).then(() => victim.child.kill("SIGCONT")));
      tally.stops++;
    } else if (victim) {
      victim.child.kill("SIGKILL");
      if (insider(directory) === victim) killedAtMs.push(Date.now());
      victim.state = "ended";
      tally.kills++;
      done++;
    }
  }
  await Promise.all(wakers);
  return killedAtMs;
}

function freshTally(): Tally {
  return { acquisitions: 0, kills: 0, holderKills: 0, stops: 0, stuck: 0, worstGapMs: 0, doubles: [], errors: [] };
}

guarantee(
  `${CONTENDERS} contend for one lock, killed and stopped at random: never two in it`,
  { suite: 20, stress: 200 },
  async (row) => {
    tally = freshTally();
    for (let index = 0; index < row.rounds; index++) {
      const directory = join(home, `round-${index}`);
      if (index % 2 === 0) plant(directory, "trial.lock", deadProcess());
      else plant(directory, "trial.lock", processOfAnotherBoot(), 60_000);
      await startRound(directory, "ours", 3);
      const killedAtMs = await harass(directory);
      if (!(await until(() => running().length === 0))) tally.stuck++;
      // A process that was sent SIGKILL may live on for a moment, and hold the lock.
      await Promise.all(contenders.filter(({ state }) => state === "ended").map(({ ended }) => ended));

      tally.acquisitions += tookAtMs.length;
      tally.holderKills += killedAtMs.length;
      for (const killedAt of killedAtMs) {
        const next = Math.min(...tookAtMs.filter((at) => at >= killedAt));
        if (Number.isFinite(next)) tally.worstGapMs = Math.max(tally.worstGapMs, next - killedAt);
      }
      const last = await tryLock(directory, "trial");
      if (!last) tally.stuck++;
      await last?.release();
      rmSync(directory, { recursive: true });
    }
    row.worst = `${tally.worstGapMs} ms from a holder's death to the next`;
    expect(tally).toMatchObject({ stuck: 0, doubles: [], errors: [] });
    expect(tally.acquisitions).toBeGreaterThan(row.rounds * CONTENDERS);
    expect(tally.holderKills).toBeGreaterThan(0);
    expect(tally.worstGapMs).toBeLessThan(5_000);
  },
);

test("the trial can fail: proper-lockfile as it comes lets two in over a planted stale lock", {
  retry: 2,
}, async () => {
  tally = freshTally();
  let rounds = 0;
  for (; rounds < 60 && tally.doubles.length === 0; rounds++) {
    const directory = join(home, `plain-${rounds}`);
    mkdirSync(join(directory, "trial.lock"), { recursive: true });
    setAge(join(directory, "trial.lock"), 60_000);
    await startRound(directory, "plain", 1);
    await until(() => running().length === 0);
    rmSync(directory, { recursive: true, force: true });
  }
  expect(tally.doubles).not.toEqual([]);
});

test("nothing of it is left", () => {
  expect(contenders).toEqual([]);
  expect(readdirSync(home)).toEqual(["contender.mjs"]);
});
