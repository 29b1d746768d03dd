/** Calls that are stopped for longer than a lock is believed in or whose clock jumps. */

import { setTimeout as sleep } from "node:timers/promises";
import { afterEach, expect } from "vitest";
import { answerOf, type Outcome, typeAnew } from "../support/askonce.ts";
import { guarantee } from "../support/guarantee.ts";
import { type IsolatedRun, keptKey, runIsolated } from "../support/isolated-run.ts";
import { ANSWERED, MOMENTS, type Moment, movableClock, signalAt } from "../support/preloads.ts";
import { isStopped, nothingLeft } from "../support/processes.ts";
import { cooked, killAllPtys } from "../support/pty.ts";
import { waitForMoment } from "../support/waiting.ts";

/** A lock is believed in for ten seconds. */
const STALE_MS = 10_000;
const HOUR_MS = 3_600_000;

afterEach(killAllPtys);

/** What came of a call that was stopped at a moment for so long that another one took its place. */
interface Stopped {
  readonly woken: Outcome;
  /** The key that the other one was given, and that is kept at the end. */
  readonly others: string;
  readonly kept: string | undefined;
  /** How long the other one had to wait. */
  readonly waitedMs: number;
  /** Exchanges of a code in all. */
  readonly calls: number;
}

/** Stops a `get`, by a signal it sends itself or while AWS tells it who it is, and has another one make the session meanwhile. */
async function stopAt(moment: Moment | "who am I", name = "work-keys"): Promise<Stopped> {
  return runIsolated(async (isolated) => {
    const { aws, home } = isolated;
    home.configure(
      home.phoneLines(),
      `[profile long]\nrole_arn = ${aws.fixture.roles.admin}\nsource_profile = work-keys\nmfa_mode = direct`,
    );
    const isAsking = moment === "who am I";
    if (isAsking) aws.fault("GetCallerIdentity", { kind: "delay", delayMs: 500 });
    const env = isAsking ? {} : signalAt(home, moment, "SIGSTOP");
    const { child, done } = home.start(["get", name], { env });
    if (isAsking) {
      await waitForMoment(() => aws.count("GetCallerIdentity") === 1, "that question");
      child.kill("SIGSTOP");
    }
    await waitForMoment(() => isStopped(child.pid), "the stop");
    home.showNextCode();
    const startedAt = performance.now();
    const others = answerOf(await home.run(["get", name])).AccessKeyId;
    const waitedMs = Math.round(performance.now() - startedAt);
    child.kill("SIGCONT");
    const woken = await done;
    const calls = aws.calls().filter(({ action }) => /^(GetSessionToken|AssumeRole)$/.test(action));
    const kept = keptKey(home);
    // Nobody's lock was touched: the next call has it at once.
    home.showNextCode();
    answerOf(await home.run(["get", name, "--force", "--deadline", "8"]));
    await nothingLeft(home);
    return { woken, others, kept, waitedMs, calls: calls.length };
  });
}

/** What went wrong in so many stops, for the table. */
interface Wrong {
  sent: number;
  overwritten: number;
}

async function sendsNothing(wrong: Wrong, moment: Moment | "who am I", name?: string): Promise<void> {
  const { woken, others, kept, waitedMs, calls } = await stopAt(moment, name);
  wrong.sent += calls - 1;
  expect(calls).toBe(1);
  expect(kept).toBe(others);
  expect(answerOf(woken).AccessKeyId).toBe(others);
  expect(waitedMs).toBeGreaterThan(STALE_MS - 3_000);
}

/** It had sent its code before it was stopped: what it got is as good, and nobody else's. */
async function writesNothing(wrong: Wrong): Promise<void> {
  const { woken, others, kept, calls } = await stopAt(ANSWERED);
  wrong.overwritten += kept === others ? 0 : 1;
  expect(kept).toBe(others);
  expect(calls).toBe(2);
  expect(answerOf(woken).AccessKeyId).not.toBe(others);
}

guarantee("stopped until another took over: sends no code, writes nothing", { suite: 1, stress: 2 }, async (row) => {
  const wrong: Wrong = { sent: 0, overwritten: 0 };
  for (let round = 1; round <= row.rounds; round++) {
    const ended = await Promise.allSettled([
      sendsNothing(wrong, MOMENTS["with the lock to ask"]),
      sendsNothing(wrong, MOMENTS["with the lock to send"]),
      sendsNothing(wrong, "who am I", "long"),
      writesNothing(wrong),
      fgFindsSession(wrong),
      fgAsksOn(),
    ]);
    row.worst = `${wrong.sent} codes sent, ${wrong.overwritten} sessions overwritten`;
    for (const one of ended) if (one.status === "rejected") throw one.reason;
  }
});

/** Types a call into a shell with job control and stops it with Ctrl-Z when it asks. */
async function stopAtQuestion({ home }: IsolatedRun) {
  const pty = await home.shell();
  pty.type("askonce get work-keys >out\r");
  await pty.waitFor("? Code");
  pty.type("12");
  await pty.waitFor("Code  12");
  pty.press("ctrl-z");
  await pty.waitFor("Stopped");
  await cooked(pty);
  return pty;
}

/** Ctrl-Z, fg: the question is back with what was typed, and answerable. */
async function fgAsksOn(): Promise<void> {
  await runIsolated(async (isolated) => {
    isolated.home.configure(isolated.home.serialLine);
    const pty = await stopAtQuestion(isolated);
    expect(pty.screen()).not.toContain("? Code");
    await typeAnew(pty, 'fg; echo "status $?"');
    await pty.waitFor("Code  12");
    pty.press("ctrl-u");
    pty.type(`${isolated.aws.freshCode()}\r`);
    await pty.waitFor("status 0");
    await cooked(pty);
    expect(JSON.parse(isolated.home.read("out")).AccessKeyId).toBe(keptKey(isolated.home));
  });
}

/** Ctrl-Z, and the session comes from elsewhere: fg ends the question. */
async function fgFindsSession(wrong: Wrong): Promise<void> {
  await runIsolated(async (isolated) => {
    const { aws, home } = isolated;
    const program = home.phoneLines();
    home.configure(home.serialLine);
    const pty = await stopAtQuestion(isolated);
    home.configure(program);
    const key = answerOf(await home.run(["get", "work-keys"])).AccessKeyId;
    await sleep(STALE_MS);
    await typeAnew(pty, 'fg; echo "status $?"');
    await pty.waitFor("status 0");
    wrong.sent += aws.count("GetSessionToken") - 1;
    expect(pty.screen()).not.toContain("Code");
    expect(JSON.parse(home.read("out")).AccessKeyId).toBe(key);
    expect(aws.count("GetSessionToken")).toBe(1);
  });
}

guarantee(
  "asleep for an hour while it asks or sends: no code twice, no crash",
  { suite: 1, stress: 2 },
  async (row) => {
    for (let round = 0; round < row.rounds; round++) {
      const all = [HOUR_MS, -HOUR_MS].flatMap((ms) => [
        ...[false, true].map((steadyToo) => asleepAtQuestion(ms, steadyToo)),
      ]);
      await Promise.all([HOUR_MS, -HOUR_MS].map(clockSetWhileSending));
      const late = (await Promise.all(all)).filter((outcome) => outcome !== undefined);
      row.worst = `${late.length} bystanders failed, each in one line`;
      for (const { status, stdout, stderr, isTimeOver } of late) {
        // By a clock that took its own time away it may end before it has seen that the question is over.
        expect({ status, stdout }).toEqual({ status: isTimeOver && status === 6 ? 6 : 4, stdout: "" });
        expect(stderr).toMatch(/^askonce: [^\n]+\n$/);
      }
    }
  },
);

/** Returns how a process that waited beside the question failed, if it did, and whether its own time was over by then. */
async function asleepAtQuestion(
  ms: number,
  steadyToo: boolean,
): Promise<(Outcome & { isTimeOver: boolean }) | undefined> {
  return runIsolated(async (isolated) => {
    const { aws, home } = isolated;
    home.configure(home.serialLine);
    const clock = movableClock(home, steadyToo);
    const pty = home.commandOnPty("sh", ["-c", 'askonce get work-keys >out; echo "status $?"; read -r _'], clock);
    await pty.waitFor("? Code");
    const beside = home.start(["get", "work-keys"], clock);
    await sleep(500);
    clock.jump(ms);
    // Time to notice: a lock is kept fresh every two seconds.
    await sleep(2_500);
    const isStillAsking = pty.screen().includes("? Code");
    if (isStillAsking) pty.type(`${aws.freshCode()}\r`);
    // By a steady clock that jumped as well its time is over.
    await pty.waitFor(isStillAsking ? "status 0" : "status 4");
    expect(isStillAsking || steadyToo).toBe(true);
    await cooked(pty);
    const outcome = await beside.done;
    if (isStillAsking) {
      const next = answerOf(await home.run(["get", "work-keys"], clock));
      expect(JSON.parse(home.read("out"))).toEqual(next);
      if (outcome.status === 0) expect(answerOf(outcome)).toEqual(next);
    }
    expect(aws.count("GetSessionToken")).toBe(isStillAsking ? 1 : 0);
    return outcome.status === 0 ? undefined : { ...outcome, isTimeOver: steadyToo && ms > 0 };
  });
}

/** The lease is over when AWS answers: the session is given, and not kept. */
async function clockSetWhileSending(ms: number): Promise<void> {
  await runIsolated(async ({ aws, home }) => {
    const clock = movableClock(home);
    aws.fault("GetSessionToken", { kind: "delay", delayMs: 1_500 });
    const { done } = home.start(["get", "work-keys"], clock);
    await waitForMoment(() => aws.count("GetSessionToken") === 1, "the call");
    clock.jump(ms, "ours");
    const given = answerOf(await done).AccessKeyId;
    expect(keptKey(home)).toBeUndefined();
    home.showNextCode();
    const next = answerOf(await home.run(["get", "work-keys"], clock)).AccessKeyId;
    expect(next).not.toBe(given);
    expect(keptKey(home)).toBe(next);
    const codes = aws.calls("GetSessionToken").map(({ code }) => code);
    expect([codes.filter((code) => code === "OK").length, codes.includes("AccessDenied")]).toEqual([2, false]);
  });
}
