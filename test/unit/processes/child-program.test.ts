import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { outputOf } from "../../../src/processes/child-program.ts";
import { cleanUp } from "../../../src/runtime/on-exit.ts";
import { allProcesses } from "../../support/processes.ts";
import { waitUntil } from "../../support/waiting.ts";
import { temporaryDirectory } from "../support/temporary.ts";

const ENV = { PATH: "/usr/bin:/bin" };
const LONG_MS = 30_000;

function run(script: string, withinMs = LONG_MS, signal?: AbortSignal): Promise<string | undefined> {
  return outputOf(["sh", "-c", script], { env: ENV, withinMs, ...(signal === undefined ? {} : { signal }) });
}

/** A script that has a child, and both their numbers once they are there. */
function lasting() {
  const path = join(temporaryDirectory(), "pids");
  return {
    script: `sleep 60 & echo $$ $! >${path}; wait`,
    async pids(): Promise<number[]> {
      await waitUntil(
        () => existsSync(path) && readFileSync(path, "utf8").endsWith("\n"),
        () => "the processes",
        LONG_MS,
      );
      return readFileSync(path, "utf8").trim().split(" ").map(Number);
    },
  };
}

async function untilGone(pids: readonly number[]): Promise<void> {
  const living = () => allProcesses().filter(({ pid, isZombie }) => !isZombie && pids.includes(pid));
  await waitUntil(
    () => living().length === 0,
    () => `an end of ${JSON.stringify(living())}`,
    LONG_MS,
  );
}

test("what it printed is told, where it ended well", async () => {
  expect(await run("echo yes; echo no >&2")).toBe("yes\n");
  expect(await run("echo yes; exit 1")).toBeUndefined();
  expect(await run("kill -9 $$")).toBeUndefined();
  expect((await run("head -c 300000 /dev/zero"))?.length).toBe(65_536);
});

test("what cannot be started is no error", async () => {
  expect(await outputOf(["no-such-program"], { env: ENV, withinMs: LONG_MS })).toBeUndefined();
  expect(await outputOf(["sh", "a\0b"], { env: ENV, withinMs: LONG_MS })).toBeUndefined();
});

test("it has an empty standard input, the environment that is given, and a session of its own", async () => {
  expect(await run("cat; [ $(cut -d' ' -f6 /proc/$$/stat) = $$ ] && echo leads")).toBe("leads\n");
  expect(await run("env")).not.toContain("HOME=");
});

test("it ends with its children when its time is up, by the signal, and with us", { timeout: LONG_MS }, async () => {
  const endings: ((script: string) => { over: Promise<unknown>; end: () => void })[] = [
    (script) => ({ over: run(script, 1_000), end: () => {} }),
    (script) => {
      const abort = new AbortController();
      return { over: run(script, LONG_MS, abort.signal), end: () => abort.abort() };
    },
    (script) => ({ over: run(script), end: cleanUp }),
  ];
  for (const ending of endings) {
    const { script, pids } = lasting();
    const { over, end } = ending(script);
    const numbers = await pids();
    end();
    expect(await over).toBeUndefined();
    await untilGone(numbers);
  }
});

test("it is not started after the signal", async () => {
  const path = join(temporaryDirectory(), "started");
  for (let tries = 0; tries < 20; tries++)
    expect(await run(`: >${path}`, LONG_MS, AbortSignal.abort())).toBeUndefined();
  expect(existsSync(path)).toBe(false);
});
