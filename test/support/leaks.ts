/** Looks for secrets where none may be: in texts and files, and in the arguments and environment of what askonce starts. */

import { lstatSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { parseStat } from "../../src/processes/proc-stat.ts";

/** By a name that tells what it is. */
export type Secrets = Readonly<Record<string, string>>;

/** The names of the secrets that a text holds: as they are, by their begin or end, or as part of an address. */
export function leaks(text: string, secrets: Secrets, allowed: readonly string[] = []): string[] {
  return Object.entries(secrets)
    .filter(([name]) => !allowed.some((one) => name.startsWith(one)))
    .filter(([, secret]) => {
      if (/^\d{6}$/.test(secret)) return new RegExp(`(?<!\\d)${secret}(?!\\d)`).test(text);
      const parts = [secret.slice(0, 16), secret.slice(-16)];
      // Most are the same encoded, and there is much text.
      return [...new Set([...parts, ...parts.map(encodeURIComponent)])].some((part) => text.includes(part));
    })
    .map(([name]) => name);
}

export interface Entry {
  readonly kind: "file" | "directory" | "other";
  readonly mode: number;
  readonly mtimeMs: number;
  readonly text: string;
}

/** What is larger was made so by a test, with nothing in it. */
const LARGEST = 10_000_000;

/** Everything below a directory, by its path in there. */
export function listing(root: string, below = ""): Map<string, Entry> {
  const entries = new Map<string, Entry>();
  for (const name of namesIn(join(root, below))) {
    const path = join(below, name);
    const stats = lstatSync(join(root, path), { throwIfNoEntry: false });
    if (stats === undefined) continue;
    const kind = stats.isFile() ? "file" : stats.isDirectory() ? "directory" : "other";
    const isFile = kind === "file" && stats.size < LARGEST;
    const text = isFile ? readFileSync(join(root, path), "latin1") : "";
    entries.set(path, { kind, mode: stats.mode, mtimeMs: isFile ? stats.mtimeMs : 0, text });
    if (kind === "directory") for (const [inner, entry] of listing(root, path)) entries.set(inner, entry);
  }
  return entries;
}

function namesIn(directory: string): string[] {
  try {
    return readdirSync(directory);
  } catch {
    // Gone meanwhile: what was started may still be ending.
    return [];
  }
}

/** A process that askonce started, or one below that. */
export interface Child {
  readonly argv: string;
  readonly environment: string;
}

interface Row {
  readonly pid: number;
  /** The number and when it began: numbers come back within one storm. */
  readonly id: string;
  readonly argv: string;
  /** Whether one of the programs looked for is above it. */
  readonly isBelow: boolean;
}

/** Looks again and again at the processes that a program started from here starts, and at what those start. Linux only: elsewhere it sees none. */
export function watchChildren(program: string, everyMs: number): { stop(): Promise<Child[]> } {
  const children = new Map<string, Child>();
  /** By their ids; they may have lost those above them since they were seen first. */
  const mine = new Map<string, number>();
  const look = (): void => {
    const seen = new Set<string>();
    const note = (row: Row): void => {
      if (seen.has(row.id)) return;
      seen.add(row.id);
      // Between fork and exec it is a copy of its parent.
      if (!row.isBelow || row.argv.includes(program) || row.argv === "") return;
      mine.set(row.id, row.pid);
      const environment = readProc(row.pid, "environ");
      if (environment !== "") children.set(`${row.id} ${row.argv}`, { argv: row.argv, environment });
    };
    rowsBelow(process.pid, program, false).forEach(note);
    for (const [id, pid] of mine) {
      if (seen.has(id)) continue;
      const row = rowOf(pid, true);
      if (row?.id === id) [row, ...rowsBelow(pid, program, true)].forEach(note);
      else mine.delete(id);
    }
  };
  let stopped = false;
  const looking = (async () => {
    while (!stopped) {
      look();
      await new Promise((resolve) => setTimeout(resolve, everyMs));
    }
  })();
  return {
    async stop() {
      stopped = true;
      await looking;
      return [...children.values()];
    },
  };
}

/** The pids of a program's runs below a process. */
export function programsBelow(program: string, ancestor: number): number[] {
  return rowsBelow(ancestor, program, false)
    .filter(({ argv }) => argv.includes(program))
    .map(({ pid }) => pid);
}

/** Every process below one: only those are read, as a look at all of a machine's takes 10 ms. */
function rowsBelow(ancestor: number, program: string, isBelow: boolean): Row[] {
  return childrenOf(ancestor).flatMap((pid) => {
    const row = rowOf(pid, isBelow);
    if (row === undefined) return [];
    return [row, ...rowsBelow(pid, program, isBelow || row.argv.includes(program))];
  });
}

/** Each thread has its own (proc_pid_children(5)). */
function childrenOf(pid: number): number[] {
  return namesIn(`/proc/${pid}/task`).flatMap((thread) =>
    (readProc(`${pid}/task/${thread}`, "children").match(/\d+/g) ?? []).map(Number),
  );
}

function rowOf(pid: number, isBelow: boolean): Row | undefined {
  const stat = parseStat(readProc(pid, "stat"));
  if (stat === undefined) return undefined;
  return { pid, id: `${pid} ${stat.startTime}`, argv: readProc(pid, "cmdline").split("\0").join(" "), isBelow };
}

function readProc(pid: string | number, file: string): string {
  try {
    return readFileSync(`/proc/${pid}/${file}`, "latin1");
  } catch {
    return "";
  }
}
