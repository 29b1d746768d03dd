/** Looks for secrets where none may be: in texts and files, and in the arguments and environment of what askonce starts. */

import { lstatSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { parseStat } from "../../src/proc-stat.ts";

/** By a name that tells what it is. */
export type Secrets = Readonly<Record<string, string>>;

/** The names of the secrets that a text holds: as they are, by their begin or end, or as part of an address. */
export function leaks(text: string, secrets: Secrets, allowed: readonly string[] = []): string[] {
  return Object.entries(secrets)
    .filter(([name]) => !allowed.some((one) => name.startsWith(one)))
    .filter(([, secret]) => {
      if (/^\d{6}$/.test(secret)) return new RegExp(`(?<!\\d)${secret}(?!\\d)`).test(text);
      const parts = [secret.slice(0, 16), secret.slice(-16)];
      return [...parts, ...parts.map(encodeURIComponent)].some((part) => text.includes(part));
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
  readonly parent: number;
  readonly argv: string;
}

/** Looks again and again at the processes that a program started from here starts, and at what those start. Linux only: elsewhere it sees none. */
export function watchChildren(program: string, everyMs: number): { stop(): Promise<Child[]> } {
  const children = new Map<string, Child>();
  const mine = new Set<string>();
  const look = (): void => {
    const rows = processes();
    const programs = new Set(
      rows.filter(({ argv, pid }) => argv.includes(program) && pid !== process.pid).map(({ pid }) => pid),
    );
    if (programs.size === 0 && mine.size === 0) return;
    const parents = parentsIn(rows);
    for (const row of rows) {
      // Between fork and exec it is a copy of its parent.
      if (programs.has(row.pid) || row.argv === "") continue;
      const above = ancestorsOf(row, parents);
      const isOurs = above.includes(process.pid) && above.some((pid) => programs.has(pid));
      if (!isOurs && !mine.has(row.id)) continue;
      mine.add(row.id);
      const environment = readProc(row.pid, "environ");
      if (environment !== "") children.set(`${row.id} ${row.argv}`, { argv: row.argv, environment });
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
  const rows = processes();
  const parents = parentsIn(rows);
  return rows
    .filter((row) => row.argv.includes(program) && ancestorsOf(row, parents).includes(ancestor))
    .map((row) => row.pid);
}

function processes(): Row[] {
  if (process.platform !== "linux") return [];
  return namesIn("/proc").flatMap((name) => {
    if (!/^\d+$/.test(name)) return [];
    const stat = parseStat(readProc(name, "stat"));
    return stat === undefined
      ? []
      : [
          {
            pid: Number(name),
            id: `${name} ${stat.startTime}`,
            parent: stat.parent,
            argv: readProc(name, "cmdline").split("\0").join(" "),
          },
        ];
  });
}

function readProc(pid: string | number, file: string): string {
  try {
    return readFileSync(`/proc/${pid}/${file}`, "latin1");
  } catch {
    return "";
  }
}

function parentsIn(rows: readonly Row[]): Map<number, number> {
  return new Map(rows.map(({ pid, parent }) => [pid, parent]));
}

/** From the parent up; there may be hundreds beside it, so that nobody is looked for in a list. */
function ancestorsOf(row: Row, parents: ReadonlyMap<number, number>): number[] {
  const above: number[] = [];
  for (let pid: number | undefined = row.parent; pid !== undefined && !above.includes(pid); pid = parents.get(pid))
    above.push(pid);
  return above;
}
