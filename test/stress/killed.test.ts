/** SIGKILL at every moment of a refresh: the next call goes on at once, the terminal is whole, nothing piles up. */

import { readFileSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import { afterEach, expect, test } from "vitest";
import { parseStat } from "../../src/processes/proc-stat.ts";
import { answerOf, PROGRAM } from "../support/askonce.ts";
import { guarantee } from "../support/guarantee.ts";
import { countFiles, type IsolatedRun, keptKey, runIsolated } from "../support/isolated-run.ts";
import { MOMENTS, type Moment, movableClock, signalAt } from "../support/preloads.ts";
import { kill, nothingLeft, processesOf, processesOn } from "../support/processes.ts";
import { cooked, isCooked, killAllPtys, type PtySession } from "../support/pty.ts";
import { waitForMoment } from "../support/waiting.ts";

const FORCED = ["get", "work-keys", "--force"];
/** A stale lock is waited for ten seconds; a killed holder's is to be had well before. */
const AT_ONCE_MS = 5_000;
const HOURS_MS = 2 * 3_600_000;

afterEach(killAllPtys);

/** After how many milliseconds of its life a process had the lock and asked. */
function askedAfterMs(log: string): number {
  return Math.max(...[...log.matchAll(/\+(\d+)ms asking for a code/g)].map(([, ms]) => Number(ms)));
}

/** The name of a moment for a round: all in turn, then a random one. */
function momentOf(round: number): [string, Moment | undefined] {
  const all = Object.entries(MOMENTS);
  return all[round % (all.length + 1)] ?? ["at a random moment", undefined];
}

/** No code that STS took once was sent to it again. */
function expectNoCodeTwice({ aws }: IsolatedRun): void {
  expect(aws.calls("GetSessionToken").filter(({ code }) => code === "AccessDenied")).toEqual([]);
}

/** The session is the one there was, or a whole new one that AWS knows. */
function expectSound({ aws, home }: IsolatedRun, before: string): void {
  const key = keptKey(home);
  expect(aws.state.sessions().map((one) => one.accessKeyId)).toContain(key);
  if (key !== before) expect(aws.state.sessions().at(-1)?.accessKeyId).toBe(key);
}

guarantee(
  "killed at any moment, mfa_process in use: the next two share one code",
  { suite: 8, stress: 64 },
  async (row) => {
    let worstMs = 0;
    let [mostFiles, leftFiles] = [0, 0];
    await runIsolated(async (isolated) => {
      const { aws, home } = isolated;
      answerOf(await home.run(["get", "work-keys"]));
      home.showNextCode();
      const startedAt = performance.now();
      answerOf(await home.run(FORCED));
      const usualMs = performance.now() - startedAt;
      for (let round = 0; round < row.rounds; round++) {
        const [name, moment] = momentOf(round);
        const before = keptKey(home) ?? "";
        home.showNextCode();
        const victim = home.start(FORCED, moment === undefined ? {} : { env: signalAt(home, moment, "SIGKILL") });
        if (moment === undefined) {
          await sleep(Math.random() * usualMs);
          victim.child.kill("SIGKILL");
        }
        const { signal, status } = await victim.done;
        if (moment !== undefined) expect({ name, signal }).toEqual({ name, signal: "SIGKILL" });
        else expect(signal === "SIGKILL" || status === 0).toBe(true);
        expectSound(isolated, before);
        // What it has sent AWS answers, whether it lives or not.
        await waitForMoment(() => aws.calls().every((call) => call.status !== 0), "AWS's answers");
        const [prompts, calls] = [home.prompts, aws.count("GetSessionToken")];
        home.showNextCode();
        home.write("log", "");
        const env = { ASKONCE_LOG: `${home.path}/log` };
        const next = await Promise.all([home.run(FORCED, { env }), home.run(FORCED, { env })]);
        expect(new Set(next.map((outcome) => answerOf(outcome).AccessKeyId)), name).toEqual(new Set([keptKey(home)]));
        expect([home.prompts - prompts, aws.count("GetSessionToken") - calls], name).toEqual([1, 1]);
        worstMs = Math.max(worstMs, askedAfterMs(home.read("log")));
        mostFiles = Math.max(mostFiles, countFiles(home.cache));
      }
      const clock = movableClock(home);
      // The first sweep moves dead locks away, the next one removes them.
      for (let sweep = 0; sweep < 2; sweep++) {
        clock.jump(HOURS_MS);
        home.showNextCode();
        answerOf(await home.run(FORCED, { env: clock.env }));
      }
      leftFiles = countFiles(home.cache);
      row.worst = `asked after ${worstMs} ms; ${mostFiles} files, ${leftFiles} once swept`;
      expectNoCodeTwice(isolated);
      await nothingLeft(home);
    });
    expect(worstMs).toBeLessThan(AT_ONCE_MS);
    // A killed call leaves a lock of its own for each it held or asked for.
    expect(mostFiles).toBeLessThan(40 + row.rounds * 16);
    expect(leftFiles).toBeLessThan(30);
  },
);

/** A terminal whose owner runs one line after the other and never sets a mode: what is left raw stays raw. */
function bareTerminal({ home }: IsolatedRun): PtySession {
  return home.commandOnPty("sh", ["-c", 'while read -r line; do eval "$line"; echo "ended $?"; done']);
}

async function typeLine(pty: PtySession, line: string): Promise<void> {
  pty.type("clear\r");
  await pty.waitFor(/^ended 0/m);
  pty.type(`clear; ${line}\r`);
}

function askonceOn(pty: PtySession): number {
  return Number.parseInt(processesOn(pty.terminal).find((line) => line.includes(PROGRAM)) ?? "0", 10);
}

function groupOf(pid: number): number {
  return parseStat(readFileSync(`/proc/${pid}/stat`, "latin1"))?.group ?? 0;
}

/** Where a call on a terminal is killed: waits for it, and answers what has to be answered on the way. */
const STAGES: [string, (isolated: IsolatedRun, pty: PtySession) => Promise<unknown>][] = [
  ["while it starts", () => sleep(Math.random() * 300)],
  ["while it asks", (_, pty) => pty.waitFor("? Code")],
  [
    "while somebody types",
    async (_, pty) => {
      await pty.waitFor("? Code");
      pty.type("123");
      // Read by then: what is left in the terminal would be the shell's.
      await pty.waitFor("Code  123_");
    },
  ],
  [
    "while AWS is asked",
    async (isolated, pty) => {
      isolated.aws.fault("GetSessionToken", { kind: "delay", delayMs: 400 });
      const calls = isolated.aws.count("GetSessionToken");
      await pty.waitFor("? Code");
      pty.type(`${isolated.home.showNextCode()}\r`);
      await waitForMoment(() => isolated.aws.count("GetSessionToken") > calls, "the call");
    },
  ],
  [
    "once the session is there",
    async (isolated, pty) => {
      const before = keptKey(isolated.home);
      await pty.waitFor("? Code");
      pty.type(`${isolated.home.showNextCode()}\r`);
      await waitForMoment(() => keptKey(isolated.home) !== before, "the session");
    },
  ],
];

guarantee(
  "killed on a terminal: it is whole, and the next call asks at once",
  { suite: 5, stress: 30 },
  async (row) => {
    let [worstMs, worstCookedMs] = [0, 0];
    await runIsolated(async (isolated) => {
      const { aws, home } = isolated;
      answerOf(await home.run(["get", "work-keys"]));
      home.configure(home.serialLine);
      const pty = bareTerminal(isolated);
      for (let round = 0; round < row.rounds; round++) {
        const [name, stage] = STAGES[round % STAGES.length] ?? ["", async () => {}];
        const before = keptKey(home) ?? "";
        await typeLine(pty, "askonce get work-keys --force >out");
        await waitForMoment(() => askonceOn(pty) > 0, "the program");
        await stage(isolated, pty);
        kill(askonceOn(pty), "SIGKILL");
        await pty.waitFor(/^ended (137|0)/m);
        worstCookedMs = Math.max(worstCookedMs, await cooked(pty));
        expectSound(isolated, before);
        await waitForMoment(() => aws.calls().every((call) => call.status !== 0), "AWS's answers");
        home.write("log", "");
        await typeLine(pty, "ASKONCE_LOG=log askonce get work-keys --force >out");
        await pty.waitFor("? Code");
        worstMs = Math.max(worstMs, askedAfterMs(home.read("log")));
        pty.type(`${home.showNextCode()}\r`);
        await pty.waitFor(/^ended 0/m);
        expect(JSON.parse(home.read("out")).AccessKeyId, name).toBe(keptKey(home));
        expect(await cooked(pty)).toBeLessThan(2_000);
      }
      row.worst = `asked after ${worstMs} ms; whole ${worstCookedMs} ms after it died`;
      expectNoCodeTwice(isolated);
    });
    expect(worstMs).toBeLessThan(AT_ONCE_MS);
  },
);

guarantee(
  "kill -9 of the whole command at its question: the terminal is whole",
  { suite: 2, stress: 12 },
  async (row) => {
    let worstMs = 0;
    for (let round = 0; round < row.rounds; round++) {
      await runIsolated(async (isolated) => {
        isolated.home.configure(isolated.home.serialLine);
        // A shell that gives each command a group of its own, and does not put right what a command left.
        const pty = await isolated.home.shell({}, "sh");
        pty.type("askonce get work-keys | cat\r");
        await pty.waitFor("? Code");
        expect(isCooked(pty)).toBe(false);
        kill(-groupOf(askonceOn(pty)), "SIGKILL");
        worstMs = Math.max(worstMs, await cooked(pty));
        await waitForMoment(() => processesOf(isolated.home).length === 1, "the shell alone");
      });
      row.worst = `whole ${worstMs} ms after it died`;
    }
  },
);

test("the trial can fail: a terminal whose guard is killed too stays raw", async () => {
  await runIsolated(async (isolated) => {
    isolated.home.configure(isolated.home.serialLine);
    const pty = bareTerminal(isolated);
    await typeLine(pty, "askonce get work-keys >out");
    await pty.waitFor("? Code");
    const guard = processesOf(isolated.home).find(({ line }) => line.includes("stty"));
    kill(guard?.pid ?? 0, "SIGKILL");
    kill(askonceOn(pty), "SIGKILL");
    await sleep(500);
    expect(isCooked(pty)).toBe(false);
  });
});

guarantee("a code that a killed call has sent is not sent again", { suite: 1, stress: 3 }, async (row) => {
  for (let round = 0; round < row.rounds; round++) {
    await runIsolated(async ({ aws, home }) => {
      const silent = { kind: "silence", when: "after" } as const;
      aws.fault("GetSessionToken", silent);
      const victim = home.start(["get", "work-keys"]);
      await waitForMoment(() => aws.count("GetSessionToken") === 1, "the call");
      await sleep(200);
      victim.child.kill("SIGKILL");
      await victim.done;
      const next = home.start(["get", "work-keys"]);
      await waitForMoment(() => home.prompts === 2, "the next question");
      await sleep(1_000);
      row.worst = `${aws.count("GetSessionToken") - 1} sent again`;
      expect(aws.count("GetSessionToken")).toBe(1);
      next.child.kill("SIGTERM");
      await next.done;
    });
  }
});
