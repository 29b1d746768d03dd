/** Starts many runs of the program at once, and tells when all of them wait. */

import { readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setImmediate as turn } from "node:timers/promises";
import { answerOf, type Home, type Outcome, type RunOptions } from "./askonce.ts";
import { waitUntil } from "./waiting.ts";

/** Starting two hundred takes two cores half a minute, and a busy machine longer. */
const STARTED_WITHIN_MS = 150_000;

/** One of several runs that were started together. */
export interface ParallelRun {
  readonly pid: number;
  readonly done: Promise<Outcome>;
  /** When it had ended and its output was read, on the clock of Date.now(); 0 until then. */
  readonly endedAtMs: () => number;
}

/** Starts a run for each of these command lines. */
export async function startParallelRuns(
  home: Home,
  commandLines: readonly (readonly string[])[],
  options: RunOptions = {},
): Promise<ParallelRun[]> {
  const runs: ParallelRun[] = [];
  for (const args of commandLines) {
    let endedAtMs = 0;
    const { child, done } = home.start(args, options);
    const ended = done.finally(() => {
      endedAtMs = Date.now();
    });
    runs.push({ pid: child.pid ?? 0, done: ended, endedAtMs: () => endedAtMs });
    // The fake AWS lives in this process: those who are started already may be waiting for its answer.
    await turn();
  }
  return runs;
}

/** The one answer that all of these give; throws when one failed or is another. */
export function sameAnswer(outcomes: readonly Outcome[]): string {
  for (const outcome of outcomes) answerOf(outcome);
  const [answer = "", ...others] = new Set(outcomes.map(({ stdout }) => stdout));
  if (others.length > 0) throw new Error(`${others.length + 1} different answers`);
  return answer;
}

/** A phone for `mfa_process` that shows nothing until it is let; it ends with its home. */
export function silentPhone(home: Home): { readonly program: string; show(code?: string): void; hide(): void } {
  const shown = join(home.path, "shown");
  return {
    program: home.executable(
      "bin/phone",
      `echo asked >> ${home.path}/asked; until [ -e ${shown} ]; do [ -d ${home.path} ] || exit; sleep 0.05; done; cat ${home.path}/code`,
    ),
    show(code) {
      home.showCode(code);
      writeFileSync(shown, "");
    },
    hide: () => rmSync(shown, { force: true }),
  };
}

/** Waits until so many runs are on their way to ask: whoever can ask says so before it looks at anything, and waits from then on. */
export function untilOnTheirWay(home: Home, count: number): Promise<void> {
  return waitUntil(
    () => onTheirWay(home) >= count,
    () => `${count} on their way to ask; there are ${onTheirWay(home)}`,
    STARTED_WITHIN_MS,
  );
}

function onTheirWay(home: Home): number {
  try {
    return readdirSync(join(home.cache, "locks")).filter((name) => /\.announced\.will-ask\..*\.lock$/.test(name))
      .length;
  } catch {
    return 0;
  }
}

/** Waits until so many runs have come as far as to parse their command line. */
export function untilStarted(home: Home, count: number): Promise<void> {
  return waitUntil(
    () => timesLogged(home, "started") >= count,
    () => `${count} to start; there are ${timesLogged(home, "started")}`,
    STARTED_WITHIN_MS,
  );
}

/** How many times an event is in the log of the home. */
export function timesLogged(home: Home, event: string): number {
  return home.read("askonce.log").split(`ms ${event}`).length - 1;
}

/** How many times a person was asked for a code. */
export const questions = (home: Home): number => timesLogged(home, "asking for a code");

/** What a process holds and has used; undefined when it is no more, or not on Linux. */
export function costOf(pid: number): { pssMb: number; rssMb: number; cpuMs: number } | undefined {
  try {
    const rollup = readFileSync(`/proc/${pid}/smaps_rollup`, "latin1");
    const megabytes = (name: string): number =>
      Number(new RegExp(`^${name}:\\s+(\\d+) kB`, "m").exec(rollup)?.[1]) / 1024;
    const stat = readFileSync(`/proc/${pid}/stat`, "latin1");
    const [user, system] = stat
      .slice(stat.lastIndexOf(")") + 2)
      .split(" ")
      .slice(11, 13);
    // In clock ticks, of which Linux shows a hundred a second whatever its own are.
    return { pssMb: megabytes("Pss"), rssMb: megabytes("Rss"), cpuMs: (Number(user) + Number(system)) * 10 };
  } catch {
    return undefined;
  }
}
