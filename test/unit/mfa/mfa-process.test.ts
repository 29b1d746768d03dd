import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { describe, expect, onTestFinished, test } from "vitest";
import { codeFromProcess } from "../../../src/mfa/mfa-process.ts";
import { childEnvironment } from "../../../src/runtime/environment.ts";
import { cleanUp } from "../../../src/runtime/on-exit.ts";
import { failureOfPromise } from "../support/failures.ts";
import { temporaryDirectory } from "../support/temporary.ts";

const ENV = { PATH: process.env.PATH };

function run(command: string, env: NodeJS.ProcessEnv = ENV, signal = new AbortController().signal): Promise<string> {
  return codeFromProcess(command, env, signal);
}

/** An executable script in a directory of its own. */
function script(text: string, directory = temporaryDirectory()): string {
  const path = join(directory, "script");
  writeFileSync(path, text, { mode: 0o755 });
  return path;
}

function isRunning(pid: number): boolean {
  try {
    return !/^State:\s+Z/m.test(readFileSync(`/proc/${pid}/status`, "utf8"));
  } catch {
    return false;
  }
}

/** The numbers that a command's processes wrote to a file, once there are so many. */
async function pidsIn(path: string, count: number): Promise<number[]> {
  for (let tries = 0; tries < 500; tries++) {
    const pids = existsSync(path) ? readFileSync(path, "utf8").trim().split(/\s+/).map(Number) : [];
    if (pids.length === count) {
      onTestFinished(() => pids.filter(isRunning).forEach((pid) => void process.kill(pid, "SIGKILL")));
      return pids;
    }
    await sleep(10);
  }
  throw new Error("the processes did not start");
}

async function untilGone(pids: readonly number[]): Promise<number[]> {
  for (let tries = 0; tries < 100 && pids.some(isRunning); tries++) await sleep(10);
  return pids.filter(isRunning);
}

describe("the code", () => {
  test.each([
    ["echo 123456"],
    ["printf 123456"],
    ["printf 'Touch your key...\\n123456\\n\\n  \\n'"],
    ["printf 'a\\r\\n000042\\r\\n'"],
    ["echo 999999; echo 123456"],
    ["echo 999999 >&2; echo 123456"],
    ["head -c 300000 /dev/zero; echo; echo 123456"],
  ])("is the last line that is not empty: %s", async (command) => {
    expect(await run(command)).toMatch(/^(123456|000042)$/);
  });

  test.each([
    ["echo 1234567"],
    ["echo 12345"],
    ["echo 123 456"],
    ["echo code: 123456"],
    ["echo 12345a"],
    ["printf '123456\\nthat was it\\n'"],
    ["printf '１２３４５６\\n'"],
    ["printf '+12345\\n'"],
    ["true"],
    ["printf '\\n\\n'"],
    ["echo 123456 >&2"],
  ])("is exactly six digits and nothing else: %s", async (command) => {
    const failure = await failureOfPromise(run(command));
    expect(failure.code).toBe("no-code");
    expect(failure.message).toBe("mfa_process did not end with a line of six digits");
  });
});

describe("the command", () => {
  /** Tells whether its parent is the process with this number. */
  const whoseChild = `#!/bin/sh\nif [ "$PPID" = "$1" ]; then echo 111111; else echo 222222; fi\n`;

  test("runs without a shell where its words need none", async () => {
    expect(await run(`${script(whoseChild)} ${process.pid}`)).toBe("111111");
  });

  test("runs through a shell where it asks for one", async () => {
    expect(await run(`${script(whoseChild)} ${process.pid} | cat`)).toBe("222222");
    expect(await run("printf 123 | sed s/3/3456/")).toBe("123456");
  });

  test("gets its words as they were quoted", async () => {
    const path = script(
      `#!/bin/sh\n[ "$#" = 4 ] && [ "$1" = "a b" ] && [ "$2" = 'c"d' ] && [ -z "$3" ] && echo 123456\n`,
    );
    expect(await run(`${path} "a b" 'c"d' '' e\\ f`)).toBe("123456");
  });

  test("may stand in a path with blanks", async () => {
    const directory = join(temporaryDirectory(), "my tools");
    mkdirSync(directory);
    expect(await run(`"${script("#!/bin/sh\necho 123456\n", directory)}"`)).toBe("123456");
  });

  test("is found by the PATH it is given", async () => {
    const path = script("#!/bin/sh\necho 123456\n");
    expect(await run("script", { PATH: `${join(path, "..")}:/bin` })).toBe("123456");
  });

  test("has an empty standard input and so waits for nobody", async () => {
    expect((await failureOfPromise(run("cat"))).message).toContain("six digits");
  });

  test("does not get the caller's secrets, nor what changes how Node starts", async () => {
    const env = childEnvironment({ ...ENV, AWS_SECRET_ACCESS_KEY: "s", NODE_OPTIONS: "--inspect", ASKONCE_X: "kept" });
    const command = `test -z "$AWS_SECRET_ACCESS_KEY$NODE_OPTIONS" && test "$ASKONCE_X" = kept && echo 123456`;
    expect(await run(command, env)).toBe("123456");
    expect((await failureOfPromise(run(command, { ...env, AWS_SECRET_ACCESS_KEY: "s" }))).code).toBe("no-code");
  });
});

describe("a command that fails", () => {
  test.each([
    ["sh -c 'exit 3'", "failed (3)"],
    ["echo 123456; exit 1", "failed (1)"],
    ["kill -9 $$", "failed (SIGKILL)"],
    ["/nowhere/at/all", "failed (ENOENT)"],
    ["no-such-program-anywhere", "failed (ENOENT)"],
    ["/etc/passwd", "failed (EACCES)"],
    ["no-such-program-anywhere | cat", "did not end with a line of six digits"],
  ])("is no code: %s", async (command, text) => {
    const failure = await failureOfPromise(run(command));
    expect(failure.status).toBe(4);
    expect(failure.code).toBe("no-code");
    expect(failure.message).toBe(`mfa_process ${text}`);
  });

  test.each(["", "   ", "''", "# nothing"])("is no code when there is none: %j", async (command) => {
    expect((await failureOfPromise(run(command))).message).toBe("mfa_process is empty");
  });

  test("is not quoted, nor is what it said", async () => {
    const { line } = await failureOfPromise(run("sh -c 'echo hunter2; echo hunter3 >&2; exit 3' --pin hunter4"));
    expect(line).not.toContain("hunter");
  });
});

describe("a command that hangs", () => {
  test.each([
    ["without a shell", (pids: string) => script(`#!/bin/sh\necho $$ >> ${pids}\nexec sleep 60\n`), 1],
    [
      "with its children and theirs",
      (pids: string) =>
        script(`#!/bin/sh\n(echo $$ >> ${pids}; sleep 60 & echo $! >> ${pids}; wait) &\necho $! >> ${pids}\nwait\n`),
      3,
    ],
    [
      "in a pipeline",
      (pids: string) => `sh -c 'echo $$ >> ${pids}; exec sleep 60' | sh -c 'echo $$ >> ${pids}; cat'`,
      2,
    ],
    [
      "though it takes no signal",
      (pids: string) => script(`#!/bin/sh\ntrap '' TERM INT HUP QUIT\necho $$ >> ${pids}\nsleep 60\nsleep 60\n`),
      1,
    ],
  ])("is ended when time is up, %s", async (_, commandFor, count) => {
    const file = join(temporaryDirectory(), "pids");
    const controller = new AbortController();
    const code = run(commandFor(file), ENV, controller.signal);
    code.catch(() => {});
    const pids = await pidsIn(file, count);
    const startedAtMs = Date.now();
    controller.abort();
    expect((await failureOfPromise(code)).message).toBe("mfa_process gave no code in time");
    expect(Date.now() - startedAtMs).toBeLessThan(1_000);
    expect(await untilGone(pids)).toEqual([]);
  });

  test("is ended when the process itself ends", async () => {
    const file = join(temporaryDirectory(), "pids");
    const code = run(script(`#!/bin/sh\necho $$ >> ${file}\nexec sleep 60\n`));
    code.catch(() => {});
    const pids = await pidsIn(file, 1);
    cleanUp();
    expect(await untilGone(pids)).toEqual([]);
    expect((await failureOfPromise(code)).code).toBe("no-code");
  });

  test("is not begun, or ended at once, when time is up already", async () => {
    const failure = await failureOfPromise(run("sleep 60", ENV, AbortSignal.abort()));
    expect(failure.message).toBe("mfa_process gave no code in time");
  });
});

test("a child that keeps the pipe open after the command ended delays nobody", async () => {
  const file = join(temporaryDirectory(), "pids");
  const startedAtMs = Date.now();
  expect(await run(`sleep 60 & echo $! >> ${file}; echo 123456`)).toBe("123456");
  expect(Date.now() - startedAtMs).toBeLessThan(3_000);
  // So a password manager's agent may be started by it, and outlive it.
  expect((await pidsIn(file, 1)).every(isRunning)).toBe(true);
});
