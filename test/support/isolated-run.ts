/** Runs with a fake AWS and a home of their own, so that several can go on at the same time. A process is found by its home. */

import { readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { parseStat } from "../../src/processes/proc-stat.ts";
import { Home } from "./askonce.ts";
import { type FakeAws, startFakeAws } from "./fake-aws/server.ts";
import { allProcesses, type PtySession, waitUntil } from "./pty.ts";

export interface IsolatedRun {
  readonly aws: FakeAws;
  readonly home: Home;
}

/** Plays one isolated with a home that has a phone which answers after so many seconds. */
export async function runIsolated<T>(act: (isolated: IsolatedRun) => Promise<T>, phoneSeconds = 0): Promise<T> {
  const aws = await startFakeAws();
  const home = new Home(aws);
  try {
    home.configure(withPhone({ aws, home }, phoneSeconds));
    home.showCode();
    return await act({ aws, home });
  } finally {
    for (const { pid } of processesOf(home)) kill(pid, "SIGKILL");
    home.dispose();
    await aws.close();
  }
}

/** The lines of a profile whose code comes from the phone, for the device that is named. */
export function withPhone({ aws, home }: IsolatedRun, seconds = 0): string {
  return `mfa_process = ${home.phone(seconds)}\n${withDevice({ aws })}`;
}

/** The line of a profile that names jane's device: it is asked about on the terminal. */
export function withDevice({ aws }: Pick<IsolatedRun, "aws">): string {
  return `mfa_serial = ${aws.fixture.jane.devices.phone.serial}`;
}

/** Has jane's device show its next code from now on; what it showed before is not spent by that. */
export function nextCode({ aws, home }: IsolatedRun): string {
  const { codes } = aws.state.device(aws.fixture.jane.devices.phone.serial);
  if (codes === undefined) throw new Error("jane's device makes no codes");
  codes.stepsAhead++;
  return home.showCode();
}

/** What lives of this home, wherever it went: its path is in the environment of everything that is started there. */
export function processesOf(home: Home): { pid: number; line: string }[] {
  return processesWith(home.path);
}

/** What lives with such a text in its environment. */
export function processesWith(text: string): { pid: number; line: string }[] {
  return allProcesses().filter(({ pid, isZombie }) => !isZombie && hasInEnvironment(pid, text));
}

/** Waits until nothing of this home lives. */
export async function nothingLeft(home: Home, timeoutMs = 3_000): Promise<void> {
  await waitUntil(
    () => processesOf(home).length === 0,
    () => `an end of ${JSON.stringify(processesOf(home))}`,
    timeoutMs,
  );
}

function hasInEnvironment(pid: number, text: string): boolean {
  try {
    return readFileSync(`/proc/${pid}/environ`, "latin1").includes(text);
  } catch {
    return false;
  }
}

/** Sends a signal to a process that may be gone. */
export function kill(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal);
  } catch {
    // It has ended by itself.
  }
}

/** True while a process is stopped by a signal. */
export function isStopped(pid: number | undefined): boolean {
  try {
    return parseStat(readFileSync(`/proc/${pid}/stat`, "latin1"))?.state === "T";
  } catch {
    return false;
  }
}

export function isCooked(pty: PtySession): boolean {
  const flags = pty.sttyFlags();
  return ["icanon", "echo", "isig"].every((flag) => flags.includes(flag));
}

/** Waits until the terminal is as a shell leaves it for its commands. Returns how long that took. */
export async function cooked(pty: PtySession): Promise<number> {
  const startedAt = performance.now();
  await waitUntil(
    () => isCooked(pty),
    () => `a whole terminal, not ${pty.sttyFlags().join(" ")}`,
    2_000,
  );
  return Math.round(performance.now() - startedAt);
}

/** The one session that is kept: its key, or undefined where there is none or no whole one. */
export function keptKey(home: Home): string | undefined {
  const directory = join(home.cache, "sessions");
  const [name, ...others] = namesIn(directory).filter((one) => /^[0-9a-f]{40}\.json$/.test(one));
  if (name === undefined || others.length > 0) return undefined;
  try {
    return JSON.parse(readFileSync(join(directory, name), "utf8")).accessKeyId;
  } catch {
    return undefined;
  }
}

/** How many files and directories are in the cache. */
export function countFiles(directory: string): number {
  return namesIn(directory).reduce((sum, name) => {
    const path = join(directory, name);
    return sum + 1 + (statSync(path, { throwIfNoEntry: false })?.isDirectory() ? countFiles(path) : 0);
  }, 0);
}

function namesIn(directory: string): string[] {
  try {
    return readdirSync(directory);
  } catch {
    return [];
  }
}

/** Waits for a condition by looking each millisecond: for what is to be hit in the middle. */
export async function at(condition: () => boolean, what: string, timeoutMs = 20_000): Promise<void> {
  const endsAt = performance.now() + timeoutMs;
  while (!condition()) {
    if (performance.now() > endsAt) throw new Error(`waited ${timeoutMs} ms in vain for ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 1));
  }
}

export function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
