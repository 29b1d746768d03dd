import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { readdirSync, readFileSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import { afterEach, expect, test } from "vitest";
import { killTree, OUTLIVES } from "../../../src/processes/kill-tree.ts";

/** In the environment of everything these tests start, so that it is found wherever it went. */
const MARK = `ASKONCE_TREE_TEST=${process.pid}`;
const started: ChildProcess[] = [];

afterEach(async () => {
  for (const pid of survivors()) process.kill(pid, "SIGKILL");
  await Promise.all(started.splice(0).map((child) => child.exitCode ?? child.signalCode ?? once(child, "exit")));
});

function start(shell: string): ChildProcess {
  const [name = "", value] = MARK.split("=");
  const child = spawn("sh", ["-c", shell], { stdio: "ignore", env: { PATH: process.env.PATH, [name]: value } });
  started.push(child);
  return child;
}

function survivors(): number[] {
  return readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name) && isMarked(name))
    .map(Number);
}

function isMarked(pid: string): boolean {
  try {
    // A zombie has no environment any more.
    return readFileSync(`/proc/${pid}/environ`, "latin1").split("\0").includes(MARK);
  } catch {
    return false;
  }
}

/** Waits for so many, seen twice in a row: a process in the middle of an exec has no environment for a moment. */
async function until(count: number): Promise<number> {
  for (let tries = 0, seen = 0; tries < 300 && seen < 2; tries++) {
    seen = survivors().length === count ? seen + 1 : 0;
    await sleep(10);
  }
  return survivors().length;
}

test.runIf(process.platform === "linux")("a process goes with its children and theirs", async () => {
  const child = start("sh -c 'sleep 60 & sh -c \"sleep 60; true\"; true' & sleep 60; true");
  expect(await until(6)).toBe(6);
  killTree(child.pid ?? 0);
  expect(await until(0)).toBe(0);
});

test.runIf(process.platform === "linux")("a stopped process goes, and one that takes no signal", async () => {
  const child = start("trap '' TERM INT HUP; sleep 60 & kill -STOP $!; sleep 60; sleep 60");
  expect(await until(3)).toBe(3);
  killTree(child.pid ?? 0);
  expect(await until(0)).toBe(0);
});

test.runIf(process.platform === "linux")("nothing else goes", async () => {
  const other = start("exec sleep 60");
  const child = start("exec sleep 60");
  expect(await until(2)).toBe(2);
  killTree(child.pid ?? 0);
  expect(await until(1)).toBe(1);
  expect(survivors()).toEqual([other.pid]);
});

test.runIf(process.platform === "linux")(
  "none is left of a process that goes on starting others meanwhile",
  async () => {
    let left = 0;
    for (let round = 0; round < 10; round++) {
      const child = start("i=0; while [ $i -lt 200 ]; do sleep 60 & i=$((i+1)); done; wait");
      await sleep(10 + Math.random() * 40);
      killTree(child.pid ?? 0);
      await sleep(60);
      const alive = survivors();
      left += alive.length;
      for (const pid of alive) process.kill(pid, "SIGKILL");
    }
    expect(left).toBe(0);
  },
);

test.runIf(process.platform === "linux")("one whose parent has ended goes by its mark, an agent stays", async () => {
  const child = start("(sleep 60 &); (setsid sleep 60 &); sleep 60; true");
  expect(await until(4)).toBe(4);
  killTree(child.pid ?? 0, MARK);
  expect(await until(1)).toBe(1);
});

test.runIf(process.platform === "linux")("who outlives its parent stays, and only that one", async () => {
  const [[name, value] = []] = Object.entries(OUTLIVES);
  const child = start(`${name}=${value} sleep 60 & sleep 60 & sleep 60; true`);
  expect(await until(4)).toBe(4);
  killTree(child.pid ?? 0);
  expect(await until(1)).toBe(1);
});

test.runIf(process.platform === "linux")("of one that has ended the marked go, and nobody by its number", async () => {
  const child = start("(sleep 60 &); exit 0");
  await once(child, "exit");
  expect(await until(1)).toBe(1);
  killTree(undefined, MARK);
  expect(await until(0)).toBe(0);
});

test("a process that is gone already is nobody", async () => {
  const child = start("exit 0");
  await once(child, "exit");
  expect(() => killTree(child.pid ?? 0)).not.toThrow();
});
