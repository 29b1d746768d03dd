/** What processes share of a question, and what they do not, one case at a time; the crowds are in test/stress. */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { PROGRAM, typeAnew } from "../support/askonce.ts";
import { aws, home, withFreshHomes } from "../support/fresh-homes.ts";
import { questions } from "../support/parallel-runs.ts";
import { processesOn } from "../support/processes.ts";
import type { PtySession } from "../support/pty.ts";
import { waitUntil } from "../support/waiting.ts";

withFreshHomes(() => {
  home.configure(home.serialLine);
});

const calls = (): number => aws.count("GetSessionToken");

async function answer(pty: PtySession, until: string): Promise<void> {
  await pty.waitFor("? Code");
  pty.type(`${aws.freshCode()}\r`);
  await pty.waitFor(until);
}

describe("one that can ask nobody, while somebody is asked", () => {
  it("waits until its own deadline, and not at all when it is told not to", async () => {
    const pty = await home.shell();
    pty.type('askonce get work-keys >out; echo "status $?"\r');
    await pty.waitFor("? Code");
    const [short, unprompted] = await Promise.all([
      timed(["get", "work-keys", "--deadline", "4"]),
      timed(["get", "work-keys", "--no-prompt"]),
    ]);
    expect([short.status, unprompted.status]).toEqual([6, 4]);
    expect(short.stderr).toMatch(/^askonce: another refresh for work-keys did not end in time; answer its prompt/);
    expect(short.ms).toBeGreaterThan(3_000);
    expect(unprompted.ms).toBeLessThan(short.ms);
    await answer(pty, "status 0");
    expect([questions(home), calls()]).toEqual([1, 1]);
  });

  async function timed(args: readonly string[]) {
    const startedAtMs = performance.now();
    return { ...(await home.run(args)), ms: performance.now() - startedAtMs };
  }
});

describe("one process's own trouble costs its command no question", () => {
  it("when it is told to ask nobody, and when it finds nobody to ask", async () => {
    home.executable(
      "bin/client",
      `askonce get work-keys --no-prompt; echo "first $?"
stty raw -echo; askonce get work-keys; status=$?; stty sane; echo "second $status"
askonce get work-keys >out; echo "third $?"`,
    );
    const pty = await home.shell();
    await typeAnew(pty, "client 2>err");
    await answer(pty, "third 0");
    expect(pty.screen()).toMatch(/first 4[\s\S]*second 4/);
    expect(home.read("err").match(/nobody to ask/g)).toHaveLength(2);
    expect(calls()).toBe(1);
  });

  it("when a signal ends it: another one asks", async () => {
    home.executable(
      "bin/client",
      'for i in 1 2 3; do { askonce get work-keys </dev/tty >out.$i; echo "status $?"; } & done; wait; echo all done',
    );
    const pty = home.commandOnPty("client", []);
    await pty.waitFor("? Code");
    await waitUntil(
      () => programs(pty).length === 3,
      () => "three to run",
    );
    const [asking = ""] = /pid=(\d+) \S+ asking for a code/.exec(home.read("askonce.log"))?.slice(1) ?? [];
    process.kill(Number(asking), "SIGTERM");
    await pty.waitFor("status 143");
    await answer(pty, "all done");
    expect(pty.screen().match(/status \d+/g)).toEqual(["status 143", "status 0", "status 0"]);
    expect([questions(home), calls()]).toEqual([2, 1]);
  });

  const programs = (pty: PtySession): string[] => processesOn(pty.terminal).filter((line) => line.includes(PROGRAM));
});

describe("a cancelled question is forgotten for its command", () => {
  /** Asks, has it cancelled, and asks again when it is let: within the five seconds. */
  async function cancelledOnce(): Promise<{ pty: PtySession; goOn(): void }> {
    home.executable(
      "bin/client",
      `askonce get work-keys 2>err; echo "first $?"
until [ -e go ]; do sleep 0.02; done
askonce get work-keys >out 2>err; echo "second $?"`,
    );
    const pty = home.commandOnPty("client", []);
    await pty.waitFor("? Code");
    pty.press("escape");
    await pty.waitFor("first 4");
    return { pty, goOn: () => writeFileSync(join(home.path, "go"), "") };
  }

  it("when nothing has happened: never within five seconds", async () => {
    const { pty, goOn } = await cancelledOnce();
    goOn();
    await pty.waitFor("second 4");
    expect(questions(home)).toBe(1);
  });

  it("when there was a session since", async () => {
    const other = await home.shell();
    other.type('askonce get work-keys >out.2; echo "status $?"\r');
    await other.waitFor("? Code");
    const { pty, goOn } = await cancelledOnce();
    other.type(`${aws.freshCode()}\r`);
    await other.waitFor("status 0");
    // The session goes, its failures stay as they are: only that it was there can have cleared them.
    await home.run(["logout", "--all"]);
    goOn();
    await answer(pty, "second 0");
    expect([questions(home), calls()]).toEqual([3, 2]);
  });

  it("when somebody logs in, from that moment on", async () => {
    const other = await home.shell();
    const { pty, goOn } = await cancelledOnce();
    other.type("askonce login work-keys\r");
    await other.waitFor("? Code");
    goOn();
    await pty.waitFor("? Code");
    await answer(other, "✓ MFA session for work-keys");
    await pty.waitFor("second 0");
    expect([questions(home), calls()]).toEqual([3, 1]);
  });
});

it("a code never travels: whoever was given it calls STS, and the others find its session", async () => {
  const [first, second] = [await home.shell(), await home.shell()];
  for (const pty of [first, second]) pty.type('askonce get work-keys >/dev/null; echo "status $?"\r');
  await Promise.all([first.waitFor("? Code"), second.waitFor("? Code")]);
  const { status } = await home.run(["login", "work-keys", "--code", "-"], { input: `${aws.freshCode()}\n` });
  expect(status).toBe(0);
  await Promise.all([first.waitFor("status 0"), second.waitFor("status 0")]);
  const log = home.read("askonce.log").split("\n");
  const pids = (event: string): string[] =>
    log.filter((line) => line.includes(event)).map((line) => /pid=(\d+)/.exec(line)?.[1] ?? "");
  const [login] = pids('started verb="login"');
  expect(pids("ms GetSessionToken")).toEqual([login]);
  expect(calls()).toBe(1);
});
