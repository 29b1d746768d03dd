/** Tells one process from every other: a reused pid, a reboot or another container is never taken for it. */
import { execFileSync } from "node:child_process";
import { readFileSync, readlinkSync } from "node:fs";
import { hostname } from "node:os";
import { parseStat } from "../processes/proc-stat.ts";

export interface ProcessIdentity {
  readonly host: string;
  readonly bootId: string;
  readonly pidNamespace: string;
  readonly pid: number;
  readonly startTime: string;
}

export type Liveness = "alive" | "dead" | "unknown";

interface ProcessRow {
  readonly state: string;
  readonly pgid: number;
  readonly startTime: string;
}

const onLinux = process.platform === "linux";
let current: ProcessIdentity | undefined;
let own: ProcessRow | undefined;

/** Who this process is; read once, for none of it can change while the process lives. */
export function currentProcess(): ProcessIdentity {
  current ??= {
    host: hostname(),
    bootId: onLinux ? attempt(() => readFileSync("/proc/sys/kernel/random/boot_id", "utf8").trim()) : "",
    pidNamespace: onLinux ? attempt(ownPidNamespace) : "",
    pid: process.pid,
    startTime: ownRow()?.startTime ?? "",
  };
  return current;
}

/** Whether that process still runs. "dead" is final; "unknown" means that it cannot be seen from here. */
export function isAlive(identity: ProcessIdentity): Liveness {
  const here = currentProcess();
  const samePlace =
    identity.host === here.host &&
    identity.bootId === here.bootId &&
    identity.pidNamespace === here.pidNamespace &&
    (!onLinux || (here.bootId !== "" && here.pidNamespace !== ""));
  if (!samePlace) return "unknown";
  if (!exists(identity.pid)) return "dead";
  const row = processRow(identity.pid);
  // The pid answered but cannot be looked at: it ended this moment, or is hidden from us (hidepid, no ps) and not to be called dead.
  if (row === undefined) return exists(identity.pid) ? "alive" : "dead";
  // A signal reaches a zombie as well, and a killed holder is one until its parent reaps it.
  if (row.state === "Z" || row.state === "X") return "dead";
  const known = row.startTime !== "" && identity.startTime !== "";
  return known && row.startTime !== identity.startTime ? "dead" : "alive";
}

/**
 * Names the command this process belongs to: its process group, which a shell makes for each. undefined when unknowable.
 * The number alone, not its leader's start, since a leader may end before the others; it is not given away while one lives.
 */
export function commandId(): string | undefined {
  const { host, bootId, pidNamespace } = currentProcess();
  const group = ownRow()?.pgid;
  return group === undefined ? undefined : [host, bootId, pidNamespace, group].join(" ");
}

/** Whether a parsed value has the shape of an identity. */
export function isProcessIdentity(value: unknown): value is ProcessIdentity {
  if (typeof value !== "object" || value === null) return false;
  const { host, bootId, pidNamespace, pid, startTime } = value as Record<string, unknown>;
  return (
    [host, bootId, pidNamespace, startTime].every((text) => typeof text === "string") &&
    Number.isSafeInteger(pid) &&
    Number(pid) > 0
  );
}

function ownPidNamespace(): string {
  // After `unshare --pid` without a new /proc, /proc shows another namespace's numbers: nothing can be told from it.
  return readlinkSync("/proc/self") === String(process.pid) ? readlinkSync("/proc/self/ns/pid") : "";
}

function exists(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code !== "ESRCH";
  }
}

/** Read once: a shell puts a process into its group before it starts the program. */
function ownRow(): ProcessRow | undefined {
  own ??= processRow(process.pid);
  return own;
}

function processRow(pid: number): ProcessRow | undefined {
  return onLinux
    ? parseProcessRow(attempt(() => readFileSync(`/proc/${pid}/stat`, "latin1")))
    : parsePs(attempt(() => ps(pid)));
}

function ps(pid: number): string {
  // The start time is compared as text, so neither the caller's zone nor its language may shape it.
  return execFileSync("ps", ["-o", "stat=", "-o", "pgid=", "-o", "lstart=", "-p", String(pid)], {
    encoding: "utf8",
    env: { PATH: "/bin:/usr/bin", LC_ALL: "C", TZ: "UTC" },
    stdio: ["ignore", "pipe", "ignore"],
    timeout: 5_000,
  });
}

/** Reads one /proc/PID/stat. */
export function parseProcessRow(text: string): ProcessRow | undefined {
  const stat = parseStat(text);
  return stat && stat.startTime !== "" ? { state: stat.state, pgid: stat.group, startTime: stat.startTime } : undefined;
}

/** Reads one line of `ps -o stat= -o pgid= -o lstart=`. */
export function parsePs(text: string): ProcessRow | undefined {
  const match = /^\s*([A-Z])\S*\s+(\d+)\s+(\S.*\S)\s*$/.exec(text);
  return match?.[1] && match[3] ? { state: match[1], pgid: Number(match[2]), startTime: match[3] } : undefined;
}

function attempt(read: () => string): string {
  try {
    return read();
  } catch {
    return "";
  }
}
