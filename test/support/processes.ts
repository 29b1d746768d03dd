/** Finds live processes by their terminal or their environment, and sends signals to them. */

import { readdirSync, readFileSync } from "node:fs";
import { parseStat } from "../../src/processes/proc-stat.ts";
import type { Home } from "./askonce.ts";
import { waitUntil } from "./waiting.ts";

/** The processes, without zombies, that have this terminal as their controlling one: pid and command line. */
export function processesOn(terminal: string): string[] {
  const number = ttyNumber(terminal);
  return allProcesses().flatMap(({ pid, tty, isZombie, line }) =>
    tty === number && !isZombie ? [`${pid} ${line}`] : [],
  );
}

interface ProcessRow {
  pid: number;
  parent: number;
  tty: number;
  isZombie: boolean;
  line: string;
}

/** Every process: from /proc where there is one, since a slim container has no ps. */
export function allProcesses(): ProcessRow[] {
  return readdirSync("/proc").flatMap((name) => (/^\d+$/.test(name) ? (processRow(name) ?? []) : []));
}

function processRow(pid: string): ProcessRow | undefined {
  try {
    const stat = parseStat(readFileSync(`/proc/${pid}/stat`, "latin1"));
    if (stat === undefined) return undefined;
    const line = readFileSync(`/proc/${pid}/cmdline`, "utf8").replaceAll("\0", " ").trim();
    const { parent, ttyNumber: tty, state } = stat;
    return { pid: Number(pid), parent, tty, isZombie: state === "Z" || state === "X", line };
  } catch {
    return undefined;
  }
}

/** The number /proc gives a pseudo-terminal: major 136 and up, 256 minors each. */
function ttyNumber(terminal: string): number {
  const minor = Number(terminal.replace("/dev/pts/", ""));
  return ((136 + Math.floor(minor / 256)) << 8) | (minor % 256);
}

/** The live processes of a home, wherever they are: its path is in the environment of everything that starts there. */
export function processesOf(home: Home): { pid: number; line: string }[] {
  return processesWith(home.path);
}

/** The live processes with this text in their environment. */
export function processesWith(text: string): { pid: number; line: string }[] {
  return allProcesses().filter(({ pid, isZombie }) => !isZombie && hasInEnvironment(pid, text));
}

/** Waits until no process of this home is alive. */
export async function nothingLeft(home: Home, timeoutMs = 3_000): Promise<void> {
  await waitUntil(
    () => processesOf(home).length === 0,
    () => `an end of ${JSON.stringify(processesOf(home))}`,
    timeoutMs,
  );
}

/** Kills the processes of a home, also those that they start meanwhile, and waits for their end. */
export async function endProcessesOf(home: Pick<Home, "path">): Promise<void> {
  await waitUntil(
    () => {
      const left = processesWith(home.path);
      for (const { pid } of left) kill(pid);
      return left.length === 0;
    },
    () => `an end of ${JSON.stringify(processesWith(home.path))}`,
  );
}

function hasInEnvironment(pid: number, text: string): boolean {
  try {
    return readFileSync(`/proc/${pid}/environ`, "latin1").includes(text);
  } catch {
    return false;
  }
}

/** Sends a signal to a process, or to a group by its negative number; it may have ended. */
export function kill(pid: number, signal: NodeJS.Signals = "SIGKILL"): void {
  try {
    // 0 would be the group of the tests.
    if (pid !== 0) process.kill(pid, signal);
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
