import { chmodSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { sweepLocks, tryLock } from "../../../src/locking/lock.ts";
import { currentProcess } from "../../../src/locking/process-identity.ts";
import { deadProcess, plant, processOfAnotherBoot } from "../../support/lock-files.ts";

const HOUR_MS = 3_600_000;
let directory: string;

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), "askonce-sweep-"));
});

afterEach(() => {
  vi.useRealTimers();
  rmSync(directory, { recursive: true, force: true });
});

/** Sweeps as if everything in the directory had been left an hour ago. */
async function sweepLater(): Promise<string[]> {
  vi.useFakeTimers({ toFake: ["Date"], now: Date.now() + HOUR_MS });
  await sweepLocks(directory);
  vi.useRealTimers();
  return readdirSync(directory).sort();
}

test("removes what killed processes left, and dead locks, once they are old", async () => {
  plant(directory, "new-aa", deadProcess());
  plant(directory, "gone-bb", deadProcess());
  plant(directory, "gone-x5", deadProcess(), 0, "");
  plant(directory, "new-cc", processOfAnotherBoot());
  mkdirSync(join(directory, "new-dd"));
  plant(directory, "dead.lock", deadProcess());
  plant(directory, "stale.lock", processOfAnotherBoot());
  const left = await sweepLater();
  // The two locks were moved out of the way now, so their remains are young.
  expect(left).toHaveLength(2);
  expect(left.every((name) => name.startsWith("gone-"))).toBe(true);
});

test("leaves what is young, for somebody may still act on it", async () => {
  plant(directory, "new-cc", processOfAnotherBoot());
  plant(directory, "gone-bb", deadProcess());
  plant(directory, "dead.lock", deadProcess());
  mkdirSync(join(directory, "new-dd"));
  await sweepLocks(directory);
  expect(readdirSync(directory).sort()).toEqual(["dead.lock", "gone-bb", "new-cc", "new-dd"]);
});

test("removes a killed contender at once", async () => {
  plant(directory, "new-aa", deadProcess());
  await sweepLocks(directory);
  expect(readdirSync(directory)).toEqual([]);
});

test("leaves every former lock while a contender lives that may have judged it, however long it sleeps", async () => {
  plant(directory, "gone-bb", deadProcess());
  plant(directory, "new-aa", currentProcess());
  expect(await sweepLater()).toEqual(["gone-bb", "new-aa"]);
});

test("leaves a former lock while the holder that lost it lives and may yet release it", async () => {
  plant(directory, "gone-bb", currentProcess());
  expect(await sweepLater()).toEqual(["gone-bb"]);
});

test("removes the former locks of a process that lives on but released them", async () => {
  const lock = await tryLock(directory, "a");
  await lock?.release();
  expect(await sweepLater()).toEqual([]);
});

test("never touches a lock that is held, nor anything that is not of its making", async () => {
  const lock = await tryLock(directory, "new-1");
  writeFileSync(join(directory, "gone-fishing.txt"), "");
  await sweepLocks(directory);
  expect(await lock?.stillOurs()).toBe(true);
  expect(readdirSync(directory).sort()).toEqual(["gone-fishing.txt", "new-1.lock"]);
  await lock?.release();
});

test("is silent when there is nothing to sweep or nothing may be swept", async () => {
  await expect(sweepLocks(join(directory, "none"))).resolves.toBeUndefined();
  plant(directory, "new-aa", deadProcess());
  chmodSync(directory, 0o500);
  await expect(sweepLocks(directory)).resolves.toBeUndefined();
  chmodSync(directory, 0o700);
});
