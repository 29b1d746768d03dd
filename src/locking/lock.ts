/** Locks between processes: proper-lockfile keeps time and calls, `claim.ts` does each step so that it is safe. */
import { lock } from "proper-lockfile";
import { Claim } from "./claim.ts";
import { STALE_MS } from "./lock-state.ts";

export { type Held, type Holder, heldLocks, holderOf } from "./lock-state.ts";
export { sweepLocks } from "./sweep.ts";

export interface HeldLock {
  readonly id: string;
  /** Whether the lock is still ours. Ask before each act that must not be done twice; once false, always false. */
  stillOurs(): Promise<boolean>;
  /** Gives the lock back if it is still ours. Never rejects, and may be called again. */
  release(): Promise<void>;
}

/**
 * One try, never waits; undefined when somebody else holds the lock. Rejects only on real trouble (EACCES, ENOSPC).
 *
 * Importing this file changes how the process takes signals: proper-lockfile's signal-exit listens for SIGINT, SIGTERM,
 * SIGHUP and others, releases what is held and, when nobody else listens, lets the signal kill the process as usual. A
 * process with its own listener releases at exit instead.
 */
export async function tryLock(
  directory: string,
  name: string,
  note: Readonly<Record<string, string>> = {},
): Promise<HeldLock | undefined> {
  if (!/^[^/\\\0]+$/.test(name)) throw new TypeError("the name of a lock is a file name");
  const claim = new Claim(directory, name, note);
  try {
    // Its own registry is keyed by this first argument and would let two locks of one process stop each other's clock.
    const stop = await lock(`${claim.lockPath}#${claim.id}`, {
      lockfilePath: claim.lockPath,
      realpath: false,
      retries: 0,
      stale: STALE_MS,
      update: 2_000,
      onCompromised: () => claim.lose(),
      fs: stepsOf(claim),
    });
    const held: HeldLock = {
      id: claim.id,
      stillOurs: async () => claim.isOurs(),
      release: () => release(claim, stop),
    };
    // This process may have been stopped between building the lock and putting it in place.
    if (claim.isOurs()) return held;
    await held.release();
    return undefined;
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    // ENOENT: stopped so long after putting the lock in place that somebody has taken it over already.
    if (code === "ELOCKED" || (code === "ENOENT" && claim.isTaken)) return undefined;
    throw error;
  } finally {
    claim.discard();
  }
}

async function release(claim: Claim, stop: () => Promise<void>): Promise<void> {
  // It rejects when it has called the lock compromised; what is on disk decides here.
  await stop().catch(() => undefined);
  // Windows cannot move a directory in which somebody reads. A lock that stays is stale soon, for nobody keeps it fresh.
  for (let attempt = 0; attempt < 5 && !isGivenUp(claim); attempt++)
    await new Promise((resolve) => setTimeout(resolve, 20));
}

function isGivenUp(claim: Claim): boolean {
  try {
    claim.giveUp();
    return true;
  } catch {
    return false;
  }
}

type Done = (error: unknown, result?: unknown) => void;

/** The part of `fs` that proper-lockfile calls; rmdir is both its takeover and its release. */
function stepsOf(claim: Claim) {
  const remove = () => (claim.isTaken ? claim.giveUp() : claim.clear());
  return {
    mkdir: (_path: string, done: Done) => step(() => claim.take(), done),
    stat: (_path: string, done: Done) => step(() => claim.look(), done),
    utimes: (_path: string, _atime: Date, mtime: Date, done: Done) => step(() => claim.beat(mtime), done),
    rmdir: (_path: string, done: Done) => step(remove, done),
    rmdirSync: remove,
  };
}

function step(action: () => unknown, done: Done): void {
  let result: unknown;
  try {
    result = action();
  } catch (error) {
    done(error);
    return;
  }
  done(null, result);
}
