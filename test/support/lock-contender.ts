/**
 * One contender of the lock trial, a process of its own. Each line on stdin is a round; it reports on stdout.
 * Inside the lock stands a link that names the process in it: made in one step, and whoever finds a living one there
 * has met a second holder.
 */
import { readlinkSync, symlinkSync, unlinkSync, writeSync } from "node:fs";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { setTimeout as sleep } from "node:timers/promises";
import { lock } from "proper-lockfile";
import { sweepLocks, tryLock } from "../../src/locking/lock.ts";
import { currentProcess, isAlive } from "../../src/locking/process-identity.ts";

export interface Round {
  readonly directory: string;
  /** "plain" is proper-lockfile as it comes. */
  readonly mode: "ours" | "plain";
  readonly startAtMs: number;
  readonly acquisitions: number;
}

const me = `${process.pid}:${currentProcess().startTime}`;

function report(...words: (string | number)[]): void {
  writeSync(1, `${words.join(" ")}\n`);
}

async function acquire({ directory, mode }: Round): Promise<(() => Promise<void>) | undefined> {
  if (mode === "ours") return (await tryLock(directory, "trial", { trial: "yes" }))?.release;
  const path = join(directory, "trial");
  const options = { lockfilePath: `${path}.lock`, realpath: false, onCompromised: () => undefined };
  const release = await lock(path, options).catch(() => undefined);
  return release && (() => release().catch(() => undefined));
}

function enter(inside: string): void {
  for (;;) {
    try {
      symlinkSync(me, inside);
      return;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
    }
    const owner = occupant(inside);
    const [pid, startTime] = owner?.split(":") ?? [];
    if (!pid || !startTime) continue;
    if (isAlive({ ...currentProcess(), pid: Number(pid), startTime }) !== "dead") {
      report("double", me, "met", owner ?? "");
      return;
    }
    remove(inside);
  }
}

function leave(inside: string): void {
  const owner = occupant(inside);
  if (owner === me) remove(inside);
  else report("double", me, "was", owner ?? "removed");
}

function occupant(inside: string): string | undefined {
  try {
    return readlinkSync(inside);
  } catch {
    return undefined;
  }
}

function remove(inside: string): void {
  try {
    unlinkSync(inside);
  } catch {}
}

async function run(round: Round): Promise<void> {
  const inside = join(round.directory, "inside");
  while (Date.now() < round.startAtMs - 20) await sleep(5);
  while (Date.now() < round.startAtMs);
  for (let left = round.acquisitions; left > 0; ) {
    const release = await acquire(round);
    if (!release) {
      await sleep(2 + Math.random() * 15);
      continue;
    }
    enter(inside);
    report("took", Date.now());
    await sleep(Math.random() * 6);
    leave(inside);
    await release();
    left--;
    if (round.mode === "ours" && Math.random() < 0.2) await sweepLocks(round.directory);
  }
}

report("ready");
for await (const line of createInterface({ input: process.stdin })) {
  await run(JSON.parse(line)).catch((error) => report("error", String(error)));
  report("done");
}
