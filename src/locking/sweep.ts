/** Clears away what killed and finished processes left among the locks; never touches a lock that is held. */
import { rmSync } from "node:fs";
import { join } from "node:path";
import { Claim } from "./claim.ts";
import { inspectLock, type LockState, listDirectory } from "./lock-state.ts";
import { isAlive } from "./process-identity.ts";

/** For processes that cannot be seen from here (another host or container) age alone must do. */
const OLD_MS = 10 * 60_000;

/** Removes old leftovers and locks long dead. Never rejects: what cannot be removed now is left for the next time. */
export async function sweepLocks(directory: string): Promise<void> {
  const gone = matching(directory, /^gone-[0-9a-z]+$/);
  // Listed after the gone ones: a contender that still acts on one of them registered before that one was moved.
  const contenders = matching(directory, /^new-[0-9a-f]+$/);
  const areFinished = contenders.map((name) => removeIf(join(directory, name), isAbandoned));
  if (areFinished.every(Boolean)) for (const name of gone) removeIf(join(directory, name), isSettled);

  for (const name of matching(directory, /^.+\.lock$/)) {
    quietly(() => clearIfLongDead(directory, name.slice(0, -".lock".length)));
  }
}

/** Moves away every lock whose holder is gone, as whoever wants one does. Returns how many there were. Throws the system's error. */
export function clearGoneLocks(directory: string): number {
  const names = listDirectory(directory).filter((name) => name.endsWith(".lock"));
  return names.filter((name) => {
    const claim = new Claim(directory, name.slice(0, -".lock".length), {});
    const state = inspectLock(claim.lockPath);
    if (!state || state.verdict === "held") return false;
    try {
      claim.clear();
      return true;
    } finally {
      claim.discard();
    }
  }).length;
}

/** A contender that was killed, or so old that its process, unseen from here, must be gone. */
function isAbandoned(state: LockState): boolean {
  const liveness = state.holder ? isAlive(state.holder.identity) : "unknown";
  return liveness === "dead" || (liveness === "unknown" && isOld(state.ctimeMs));
}

/** Nobody acts on it any more, nor will its former holder, which marked it with the time 0 or has ended. */
function isSettled(state: LockState): boolean {
  return isOld(state.ctimeMs) && (state.mtimeMs === 0 || isAbandoned(state));
}

function isOld(timeMs: number): boolean {
  return Date.now() - timeMs > OLD_MS;
}

function clearIfLongDead(directory: string, name: string): void {
  const claim = new Claim(directory, name, {});
  const state = inspectLock(claim.lockPath);
  if (!state || state.verdict === "held" || !isOld(state.ctimeMs)) return;
  try {
    claim.clear();
  } finally {
    claim.discard();
  }
}

/** True when the leftover is no more. */
function removeIf(path: string, condition: (state: LockState) => boolean): boolean {
  const isGone = quietly(() => {
    const state = inspectLock(path);
    if (state && !condition(state)) return false;
    rmSync(path, { recursive: true, force: true });
    return true;
  });
  return isGone === true;
}

function matching(directory: string, pattern: RegExp): string[] {
  return quietly(() => listDirectory(directory).filter((name) => pattern.test(name))) ?? [];
}

function quietly<T>(action: () => T): T | undefined {
  try {
    return action();
  } catch {
    return undefined;
  }
}
