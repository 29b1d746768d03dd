/** Where sessions are kept, and what stands in the way of keeping them. */

import { shellWord } from "../../text/shell-words.ts";
import { formatDuration } from "../../text/times.ts";
import type { CacheFacts, Facts, LockFacts } from "../facts.ts";
import { fail, ok, type Verdict, warn } from "../finding.ts";
import { octal, shownPath } from "../wording.ts";

/** A session with all that belongs to it takes a few kilobytes. */
const LEAST_BYTES = 256 * 1024;
/** A person answers within minutes. */
const LONG_MS = 10 * 60_000;

export function checkCache(facts: Facts): Verdict[] {
  const { cache, home } = facts;
  const root = shownPath(cache.root, home);
  if (cache.complaint !== undefined) return [fail(cache.complaint.message, cache.complaint.hint)];
  if (cache.why !== undefined)
    return [
      fail(
        `no session is kept, each call asks again: ${cache.why.replace(cache.root, root)}`,
        "set ASKONCE_CACHE_DIR to a directory of your own",
      ),
    ];
  if (cache.closed !== undefined)
    return [
      fail(
        `no session is kept, each call asks again: nothing can be written in ${shownPath(cache.closed, home)}`,
        "let yourself write there, or set ASKONCE_CACHE_DIR to a directory of your own",
      ),
    ];
  if (cache.foreign !== undefined)
    return [
      fail(
        `${shownPath(cache.foreign, home)} belongs to another user: calls for its session are refused`,
        `rm ${shellWord(cache.foreign)}`,
      ),
    ];
  const found = [...room(cache, root), ...locks(cache)];
  if (found.some(({ state }) => state !== "ok")) return found;
  if (!cache.isThere) return [ok(`${root} will be made with the first session`)];
  const mended =
    cache.mode !== undefined && (cache.mode & 0o077) !== 0 ? `; its mode was ${octal(cache.mode)}, now 700` : "";
  return [ok(`${root}: ${count(cache.sessions, "session")}${mended}`), ...found];
}

function room({ freeBytes, network, tellsTime, root: path }: CacheFacts, root: string): Verdict[] {
  const found: Verdict[] = [];
  if (freeBytes !== undefined && freeBytes < LEAST_BYTES)
    found.push(
      fail(`the disk of ${root} is full: no session is kept, each call asks again`, `df -h ${shellWord(path)}`),
    );
  if (network !== undefined)
    found.push(
      warn(
        `${root} is on ${network}: other hosts see your sessions, and a lock may outlive its host by 10 s`,
        "set ASKONCE_CACHE_DIR to a local directory",
      ),
    );
  if (tellsTime === false)
    found.push(
      warn(
        `the clock of the disk of ${root} is not this machine's: askonce-get starts Node at each call`,
        "set ASKONCE_CACHE_DIR to a local directory",
      ),
    );
  return found;
}

function locks({ locks: all, locksDirectory }: CacheFacts): Verdict[] {
  const gone = all.filter(({ verdict }) => verdict !== "held");
  const long = all.filter(({ verdict, ageMs }) => verdict === "held" && ageMs > LONG_MS);
  const now = all.filter(({ verdict, ageMs }) => verdict === "held" && ageMs <= LONG_MS);
  const found: Verdict[] = [];
  if (gone.length > 0 && locksDirectory !== undefined)
    found.push(
      warn(
        `${count(gone.length, "lock")} of ${gone.length === 1 ? "a process that is" : "processes that are"} gone${ids(gone)}: the next call takes ${gone.length === 1 ? "it" : "them"} away`,
        "askonce doctor --fix does so now",
        { kind: "locks", directory: locksDirectory },
      ),
    );
  for (const lock of oneEach(long))
    found.push(
      warn(
        `process ${lock.pid ?? "?"} has held a lock for ${formatDuration(lock.ageMs / 1000)}: others wait for it`,
        lock.pid === undefined ? "askonce login" : `answer its question, or kill ${lock.pid}`,
      ),
    );
  for (const lock of oneEach(now))
    found.push(ok(`process ${lock.pid ?? "?"} has been at work for ${formatDuration(lock.ageMs / 1000)}`));
  return found;
}

/** A process has a lock for each thing that it does: the oldest tells of it. */
function oneEach(held: readonly LockFacts[]): LockFacts[] {
  const oldestFirst = held.toSorted((one, other) => other.ageMs - one.ageMs);
  return oldestFirst.filter(({ pid }, index) => oldestFirst.findIndex((one) => one.pid === pid) === index);
}

function ids(gone: readonly LockFacts[]): string {
  const pids = [...new Set(gone.flatMap(({ pid }) => pid ?? []))];
  return pids.length === 0 ? "" : ` (${pids.slice(0, 5).join(", ")})`;
}

function count(number: number, what: string): string {
  return `${number === 0 ? "no" : number} ${what}${number === 1 ? "" : "s"}`;
}
