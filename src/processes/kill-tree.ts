/** Ends a child with everything it started. */

import { execFileSync } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import { parseStat } from "./proc-stat.ts";

interface Row {
  readonly parent: number;
  /** undefined where only `ps` tells of processes. */
  readonly session?: number;
}

/** In the environment of who outlives the process that started it: it has something to put right when that one dies. */
export const OUTLIVES = { ASKONCE_OUTLIVES: "1" } as const;
const OUTLIVES_ENTRY = Object.entries(OUTLIVES)[0]?.join("=");

/**
 * Kills a process and its descendants. They are stopped first, so that none starts another while the list is made.
 *
 * @param root undefined for one that has ended
 * @param mark an entry `NAME=VALUE` that the process was given in its environment and nobody else was: it tells, on Linux,
 *   those whose parent has ended before. Who made a session of its own, as a password manager's agent does, is to stay.
 * @param apart the session they were given, where it is not ours
 */
export function killTree(root: number | undefined, mark?: string, apart?: number): void {
  const doomed = new Set<number>();
  const session = mark === undefined ? undefined : (apart ?? rowOf("self")?.session);
  const isChild = (pid: number, row: Row): boolean => doomed.has(row.parent) && !hasInEnvironment(pid, OUTLIVES_ENTRY);
  let level = root === undefined ? [] : [root];
  do {
    for (const pid of level) {
      send(pid, "SIGSTOP");
      doomed.add(pid);
    }
    level = [...allProcesses()]
      .filter(([pid]) => !doomed.has(pid))
      .filter(([pid, row]) => isChild(pid, row) || (isIn(session, row) && hasInEnvironment(pid, mark)))
      .map(([pid]) => pid);
  } while (level.length > 0);
  for (const pid of [...doomed].reverse()) send(pid, "SIGKILL");
}

function isIn(session: number | undefined, row: Row): boolean {
  return session !== undefined && row.session === session;
}

function hasInEnvironment(pid: number, mark: string | undefined): boolean {
  try {
    return mark !== undefined && readFileSync(`/proc/${pid}/environ`, "latin1").split("\0").includes(mark);
  } catch {
    return false;
  }
}

function allProcesses(): Map<number, Row> {
  try {
    return new Map(
      readdirSync("/proc")
        .filter((name) => /^\d+$/.test(name))
        .flatMap((name) => {
          const row = rowOf(name);
          return row === undefined ? [] : [[Number(name), row] as const];
        }),
    );
  } catch {
    return allByPs();
  }
}

function rowOf(pid: string): Row | undefined {
  try {
    return parseStat(readFileSync(`/proc/${pid}/stat`, "latin1"));
  } catch {
    return undefined;
  }
}

function allByPs(): Map<number, Row> {
  try {
    const lines = execFileSync("ps", ["-A", "-o", "pid=,ppid="], {
      encoding: "utf8",
      stdio: ["ignore", "pipe", "ignore"],
    }).split("\n");
    return new Map(
      lines.map((line) => {
        const [pid = 0, parent = 0] = line.trim().split(/\s+/).map(Number);
        return [pid, { parent }];
      }),
    );
  } catch {
    return new Map();
  }
}

function send(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal);
  } catch {
    // Gone already.
  }
}
