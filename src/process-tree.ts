/** Ends a child with everything it started. */

import { execFileSync } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import { parseStat } from "./proc-stat.ts";

/** Kills a process and its descendants. They are stopped first, so that none starts another while the list is made. */
export function killTree(root: number): void {
  const doomed: number[] = [];
  for (let level = [root]; level.length > 0; ) {
    for (const pid of level) send(pid, "SIGSTOP");
    doomed.push(...level);
    const parents = parentsOfAll();
    level = [...parents]
      .filter(([pid, parent]) => doomed.includes(parent) && !doomed.includes(pid))
      .map(([pid]) => pid);
  }
  for (const pid of doomed.reverse()) send(pid, "SIGKILL");
}

function parentsOfAll(): Map<number, number> {
  try {
    return new Map(
      readdirSync("/proc")
        .filter((name) => /^\d+$/.test(name))
        .flatMap((name) => {
          const parent = parentOf(name);
          return parent === undefined ? [] : [[Number(name), parent] as const];
        }),
    );
  } catch {
    return parentsByPs();
  }
}

function parentOf(pid: string): number | undefined {
  try {
    return parseStat(readFileSync(`/proc/${pid}/stat`, "latin1"))?.parent;
  } catch {
    return undefined;
  }
}

function parentsByPs(): Map<number, number> {
  try {
    const lines = execFileSync("ps", ["-A", "-o", "pid=,ppid="], {
      encoding: "utf8",
      stdio: ["ignore", "pipe", "ignore"],
    }).split("\n");
    return new Map(lines.map((line) => line.trim().split(/\s+/).map(Number) as [number, number]));
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
