/** Ends from outside: the deadline, signals, terminals that close, readers that never read. */

import { setTimeout as sleep } from "node:timers/promises";
import { afterEach, expect, it } from "vitest";
import { answerOf, type Home, PROGRAM } from "../support/askonce.ts";
import { guarantee } from "../support/guarantee.ts";
import { type IsolatedRun, keptKey, runIsolated } from "../support/isolated-run.ts";
import { kill, nothingLeft, processesOf, processesOn } from "../support/processes.ts";
import { startProxy } from "../support/proxies.ts";
import { cooked, killAllPtys } from "../support/pty.ts";
import { needs } from "../support/tools.ts";
import {
  drippingServer,
  fullServer,
  mayReplaceNameServer,
  silentNameServer,
  type UnresponsiveServer,
  withNameServer,
} from "../support/unresponsive-servers.ts";
import { waitForMoment } from "../support/waiting.ts";

/** The state has to be reached before, while all the others start too. */
const DEADLINE_SECONDS = 7;
/** For the end of a process on a busy machine; what hangs would hang for a minute. */
const LATE_MS = 10_000;

afterEach(killAllPtys);

/** How a run at its deadline ended. */
interface Late {
  readonly status: number | null;
  /** After its deadline. */
  readonly lateMs: number;
}

interface State {
  readonly status: number;
  /** Runs `get` in that state; fails when the state was not reached. */
  run(isolated: IsolatedRun): Promise<Late>;
}

const STATES: Record<string, State> = {
  "the code is asked for on the terminal": {
    status: 4,
    run(isolated) {
      isolated.home.configure(isolated.home.serialLine);
      return onTerminal(isolated, "work-keys", "? Code");
    },
  },
  "the device is asked for": { status: 4, run: (isolated) => onTerminal(isolated, "mia", "? Device") },
  "a stopped process holds the lock": {
    status: 6,
    async run(isolated) {
      const { home } = isolated;
      home.phone(60);
      const holder = home.start(["get", "work-keys"]);
      await waitForMoment(() => home.prompts === 1, "the holder");
      holder.child.kill("SIGSTOP");
      home.phone();
      const late = await timed(home);
      expect(home.prompts).toBe(1);
      holder.child.kill("SIGKILL");
      await holder.done;
      // Its program is its own matter.
      for (const { pid } of processesOf(home)) kill(pid, "SIGKILL");
      return late;
    },
  },
  "AWS is silent": { status: 5, run: (isolated) => silentAction(isolated, "GetSessionToken") },
  "IAM is silent": {
    status: 5,
    run(isolated) {
      isolated.home.configure(`mfa_process = ${isolated.home.phone()}`);
      return silentAction(isolated, "ListMFADevices");
    },
  },
  "AWS answers a byte a second": { status: 5, run: async ({ home }) => endpoint(home, await drippingServer()) },
  "nobody takes the connection": { status: 5, run: async ({ home }) => endpoint(home, await fullServer()) },
  "the proxy is silent": {
    status: 5,
    async run({ home }) {
      const proxy = await startProxy({ fault: "silent" });
      const late = await timed(home, { env: { HTTP_PROXY: proxy.url } });
      expect(proxy.connections).toBeGreaterThan(0);
      await proxy.close();
      return late;
    },
  },
  "mfa_process hangs, and what it left behind": {
    status: 4,
    async run({ home }) {
      home.executable("bin/phone", `(sleep 60 &); echo asked >> ${home.path}/asked; sleep 60 & wait`);
      const late = await timed(home);
      expect(home.prompts).toBe(1);
      return late;
    },
  },
  "the program with the keys hangs, and what it left behind": {
    status: 3,
    async run(isolated) {
      const { home } = isolated;
      home.write(".aws/credentials", "");
      const vault = home.executable("bin/vault", `(sleep 60 &); echo asked >> ${home.path}/asked; sleep 60 & wait`);
      home.configure(`credential_process = ${vault}\n${home.phoneLines()}`);
      const late = await timed(home);
      expect(home.prompts).toBe(1);
      return late;
    },
  },
};

/** Runs `get` to its deadline, and sees that nothing of it is left. */
async function timed(
  home: Home,
  options: { env?: Record<string, string> } = {},
  within: readonly string[] = [],
  seconds = DEADLINE_SECONDS,
): Promise<Late> {
  const [command = "", ...args] = [...within, process.execPath, PROGRAM, "get", "work-keys"];
  const startedAt = performance.now();
  const others = new Set(processesOf(home).map(({ pid }) => pid));
  const { status, stdout, stderr } = await home.command(command, [...args, "--deadline", String(seconds)], options);
  const tookMs = Math.round(performance.now() - startedAt);
  expect({ stdout, stderr }).toEqual({ stdout: "", stderr: expect.stringMatching(/^askonce: [^\n]+\n$/) });
  await waitForMoment(() => processesOf(home).every(({ pid }) => others.has(pid)), "the end of what it started", 3_000);
  return { status, lateMs: tookMs - seconds * 1_000 };
}

async function onTerminal({ home }: IsolatedRun, name: string, question: string): Promise<Late> {
  const startedAt = performance.now();
  const pty = home.commandOnPty("sh", [
    "-c",
    `askonce get ${name} --deadline ${DEADLINE_SECONDS} >out 2>err; echo "status $?"; read -r _`,
  ]);
  await pty.waitFor(question);
  await pty.waitFor(/status \d/, 30_000);
  const tookMs = Math.round(performance.now() - startedAt);
  await cooked(pty);
  expect(processesOn(pty.terminal)).toHaveLength(1);
  return { status: Number(/status (\d+)/.exec(pty.screen())?.[1]), lateMs: tookMs - DEADLINE_SECONDS * 1_000 };
}

async function silentAction({ aws, home }: IsolatedRun, action: string): Promise<Late> {
  aws.fault(action, { kind: "silence" }, Number.POSITIVE_INFINITY);
  const late = await timed(home);
  expect(aws.count(action)).toBe(1);
  return late;
}

async function endpoint(
  home: Home,
  server: UnresponsiveServer,
  within?: readonly string[],
  seconds?: number,
): Promise<Late> {
  try {
    const late = await timed(home, { env: { AWS_ENDPOINT_URL: server.url } }, within, seconds);
    expect(server.isReached()).toBe(true);
    return late;
  } finally {
    server.close();
  }
}

guarantee("get ends by its deadline in every state, and what it started too", { suite: 1, stress: 1 }, async (row) => {
  let worst = { name: "", lateMs: Number.NEGATIVE_INFINITY };
  for (let round = 0; round < row.rounds; round++) {
    const all = Object.entries(STATES).map(async ([name, state]) => {
      const { status, lateMs } = await runIsolated(state.run);
      if (lateMs > worst.lateMs) worst = { name, lateMs };
      row.worst =
        worst.lateMs < 0 ? `${-worst.lateMs} ms to spare` : `${worst.lateMs} ms late: ${worst.name}`.slice(0, 44);
      expect({ name, status }).toEqual({ name, status: state.status });
    });
    for (const one of await Promise.allSettled(all)) if (one.status === "rejected") throw one.reason;
  }
  expect(worst.lateMs).toBeLessThan(LATE_MS);
});

it("get ends by its deadline while name servers are silent, though a lookup cannot be called off", async (context) => {
  needs(context, mayReplaceNameServer(), "root, and the right to make a mount namespace");
  await runIsolated(async ({ home }) => {
    const server = await silentNameServer();
    const { status, lateMs } = await endpoint(home, server, withNameServer(home, server.address), 3);
    expect(status).toBe(5);
    expect(lateMs).toBeLessThan(LATE_MS);
  });
});

const SIGNALS = { SIGINT: 130, SIGTERM: 143, SIGHUP: 129 } as const;
type Signal = keyof typeof SIGNALS;

/** Where a signal meets a call: gets it there, sends the signal and sees it end as that signal. */
const PLACES: Record<string, (isolated: IsolatedRun, signal: Signal) => Promise<unknown>> = {
  async "at the question"(isolated, signal) {
    const { home } = isolated;
    home.configure(home.serialLine);
    const pty = home.commandOnPty("sh", ["-c", 'askonce get work-keys >out; echo "ended $?"; read -r _']);
    await pty.waitFor("? Code");
    kill(Number.parseInt(processesOn(pty.terminal).find((line) => line.includes(PROGRAM)) ?? "0", 10), signal);
    await pty.waitFor(`ended ${SIGNALS[signal]}`);
    await cooked(pty);
    expect(pty.screen()).not.toContain("Code");
    // The guard of the terminal lives a little longer than what it guards; the shell that reads a line stays.
    await waitForMoment(() => processesOf(home).length === 1, "the end of the guard");
    pty.hangUp();
  },
  async "while mfa_process runs"({ home }, signal) {
    home.executable("bin/phone", `(sleep 60 &); echo asked >> ${home.path}/asked; sleep 60 & wait`);
    const { child, done } = home.start(["get", "work-keys"]);
    await waitForMoment(() => home.prompts === 1, "the program");
    child.kill(signal);
    expect((await done).signal).toBe(signal);
  },
  async "while it waits for a lock"({ home }, signal) {
    home.phone(60);
    const holder = home.start(["get", "work-keys"]);
    await waitForMoment(() => home.prompts === 1, "the holder");
    const { child, done } = home.start(["get", "work-keys"]);
    await sleep(1_500);
    child.kill(signal);
    expect((await done).signal).toBe(signal);
    expect(home.prompts).toBe(1);
    holder.child.kill("SIGTERM");
    await holder.done;
  },
  async "while AWS is silent"({ aws, home }, signal) {
    aws.fault("GetSessionToken", { kind: "silence" });
    const { child, done } = home.start(["get", "work-keys"]);
    await waitForMoment(() => aws.count("GetSessionToken") === 1, "the call");
    child.kill(signal);
    expect((await done).signal).toBe(signal);
  },
};

/** A terminal window that is closed: everything on it gets SIGHUP, and the terminal is gone. */
async function closeWindow(isolated: IsolatedRun): Promise<void> {
  isolated.home.configure(isolated.home.serialLine);
  const pty = isolated.home.commandOnPty("sh", ["-c", "askonce get work-keys >out; true"]);
  await pty.waitFor("? Code");
  pty.hangUp();
}

guarantee(
  "a signal or a closed window wherever it waits: the next call is free",
  { suite: 1, stress: 1 },
  async (row) => {
    let worstMs = 0;
    for (let round = 0; round < row.rounds; round++) {
      const ends = Object.values(PLACES).flatMap((place) =>
        (Object.keys(SIGNALS) as Signal[]).map((signal) => (isolated: IsolatedRun) => place(isolated, signal)),
      );
      const all = [...ends, closeWindow].map((end) =>
        runIsolated(async (isolated) => {
          const { home } = isolated;
          await end(isolated);
          await nothingLeft(home);
          home.configure(home.phoneLines());
          home.showNextCode();
          answerOf(await home.run(["get", "work-keys"], { env: { ASKONCE_LOG: `${home.path}/log` } }));
          worstMs = Math.max(worstMs, Number(/\+(\d+)ms asking for a code/.exec(home.read("log"))?.[1]));
          row.worst = `the next call asked after ${worstMs} ms`;
        }),
      );
      for (const one of await Promise.allSettled(all)) if (one.status === "rejected") throw one.reason;
    }
    // A lock that nobody gave back would cost ten seconds.
    expect(worstMs).toBeLessThan(8_000);
  },
);

/** Callers that do not take the answer, and what is left of them. */
const CALLERS: Record<string, (isolated: IsolatedRun) => Promise<unknown>> = {
  "has closed its stdout": ({ home }) => home.command("sh", ["-c", "askonce get work-keys >&-"]),
  async "never reads"({ home }) {
    const script = `mkfifo full; exec 8<>full; dd if=/dev/zero bs=65536 count=1 >&8 2>/dev/null
timeout 20 askonce get work-keys --deadline 4 >&8 2>/dev/null; echo $?`;
    // It ends by its deadline, and by nobody's patience.
    expect(Number((await home.command("sh", ["-c", script])).stdout)).toBe(4);
  },
  "is killed while a code is got": (isolated) => killCaller(isolated, () => isolated.home.prompts === 1, 1),
  async "is killed while AWS is asked"(isolated) {
    isolated.aws.fault("GetSessionToken", { kind: "delay", delayMs: 1_000 });
    await killCaller(isolated, () => isolated.aws.count("GetSessionToken") === 1);
  },
};

async function killCaller({ home }: IsolatedRun, moment: () => boolean, phoneSeconds = 0): Promise<void> {
  home.phone(phoneSeconds);
  const { child } = home.startCommand("sh", ["-c", "askonce get work-keys | cat; true"]);
  await waitForMoment(moment, "the moment");
  child.kill("SIGKILL");
  await waitForMoment(() => keptKey(home) !== undefined, "the session");
}

guarantee(
  "the caller is gone or never reads: the session is kept for the next",
  { suite: 1, stress: 1 },
  async (row) => {
    let lost = 0;
    for (let round = 0; round < row.rounds; round++) {
      const all = Object.entries(CALLERS).map(([name, go]) =>
        runIsolated(async (isolated) => {
          const { aws, home } = isolated;
          await go(isolated);
          await nothingLeft(home);
          const next = await home.run(["get", "work-keys"]);
          lost += aws.count("GetSessionToken") - 1;
          row.worst = `${lost} sessions lost`;
          expect({ name, calls: aws.count("GetSessionToken"), prompts: home.prompts }).toEqual({
            name,
            calls: 1,
            prompts: 1,
          });
          answerOf(next);
        }),
      );
      for (const one of await Promise.allSettled(all)) if (one.status === "rejected") throw one.reason;
    }
  },
);
