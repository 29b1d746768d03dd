/** The command lines of the processes above this one, the parent first, each looked at only when it is asked for. */

import { execFileSync } from "node:child_process";
import { closeSync, openSync, readFileSync, readlinkSync, readSync } from "node:fs";
import { parseStat } from "../processes/proc-stat.ts";
import { steadyMs } from "../runtime/clock.ts";
import type { CommandLine } from "./program-name.ts";

/** A process: its parent's number and its own command line. */
export interface Ancestor {
  readonly parent: number;
  readonly line: CommandLine;
}

/** Names and subcommands stand at the begin; an argument can have 128 KiB. */
const MOST_BYTES = 16 * 1024;
/** For all runs of `ps` together. */
const PS_MS = 1_000;

/** Ends at the first process, and before one that has gone, is hidden from us or was met already. Never throws. */
export function commandLinesAbove(): Iterable<CommandLine> {
  return walkUp(process.ppid, lookFor(process.platform));
}

/** From that process on; what a look throws ends the way like a process that is not there. */
export function* walkUp(from: number, look: (pid: number) => Ancestor | undefined): Generator<CommandLine> {
  const seen = new Set<number>();
  for (let pid = from; pid > 1 && !seen.has(pid); ) {
    seen.add(pid);
    const found = attempt(() => look(pid));
    if (found === undefined) return;
    yield found.line;
    pid = found.parent;
  }
}

function lookFor(platform: NodeJS.Platform): (pid: number) => Ancestor | undefined {
  if (platform === "win32") return () => undefined;
  if (platform !== "linux") return byPs(steadyMs() + PS_MS);
  // In a process namespace without a /proc of its own, numbers there are other processes'.
  const isOurs = attempt(() => readlinkSync("/proc/self")) === String(process.pid);
  return isOurs ? byProc : () => undefined;
}

function byProc(pid: number): Ancestor | undefined {
  const stat = parseStat(readFileSync(`/proc/${pid}/stat`, "latin1"));
  return (
    stat && { parent: stat.parent, line: { words: parseCommandLine(readBegin(`/proc/${pid}/cmdline`)), exact: true } }
  );
}

/** The words of /proc/PID/cmdline (proc(5)); one that may have been cut is left out. */
export function parseCommandLine(bytes: Buffer): string[] {
  const words = bytes.toString("utf8").split("\0");
  if (bytes.length >= MOST_BYTES) words.pop();
  // A program that sets a title of its own fills the rest of the place with zeros.
  return words.slice(0, words.findLastIndex((word) => word !== "") + 1);
}

function readBegin(path: string): Buffer {
  const bytes = Buffer.alloc(MOST_BYTES);
  const fd = openSync(path, "r");
  try {
    let length = 0;
    for (let read = 1; read > 0; length += read) read = readSync(fd, bytes, length, MOST_BYTES - length, null);
    return bytes.subarray(0, length);
  } finally {
    closeSync(fd);
  }
}

/** Looks by `ps` until that time, on the clock of `steadyMs`. */
export function byPs(endsAt: number): (pid: number) => Ancestor | undefined {
  return (pid) => {
    const timeout = Math.floor(endsAt - steadyMs());
    if (timeout <= 0) return undefined;
    const text = execFileSync("ps", ["-ww", "-o", "ppid=", "-o", "args=", "-p", String(pid)], {
      encoding: "utf8",
      env: { PATH: "/bin:/usr/bin", LC_ALL: "C.UTF-8" },
      stdio: ["ignore", "pipe", "ignore"],
      timeout,
    });
    return parsePsLine(text);
  };
}

/** Reads what `ps -o ppid= -o args=` says of one process. */
export function parsePsLine(text: string): Ancestor | undefined {
  const [, parent, args = ""] = /^\s*(\d+)\s+(\S.*)$/s.exec(text.trimEnd()) ?? [];
  return parent === undefined
    ? undefined
    : { parent: Number(parent), line: { words: args.split(/\s+/), exact: false } };
}

function attempt<T>(look: () => T): T | undefined {
  try {
    return look();
  } catch {
    return undefined;
  }
}
