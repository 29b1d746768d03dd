/** When something was: by the wall clock, which is set now and then, and by the time since the machine's start, which nobody sets. */

import { readFileSync, readlinkSync } from "node:fs";
import { hostname, uptime } from "node:os";

export interface Moment {
  readonly wallMs: number;
  /** Since the machine's start, asleep or awake, and which start that was; absent where nothing tells. */
  readonly upMs?: number;
  readonly start?: string;
}

/** What clocks that run differ by when they are read one after the other; more is a clock that was set. */
const SAME_MS = 1_000;

let ourStart: string | undefined;

/** This moment. */
export function now(): Moment {
  const wallMs = Date.now();
  try {
    ourStart ??= startId();
    return { wallMs, upMs: Math.round(uptime() * 1000), start: ourStart };
  } catch {
    return { wallMs };
  }
}

/** Milliseconds on a clock that nobody sets, for what passes within one run. `performance` has it too, and takes Node 2 ms to load. */
export function steadyMs(): number {
  const [seconds, nanoseconds] = process.hrtime();
  return seconds * 1_000 + nanoseconds / 1e6;
}

/**
 * From one moment to another. The wall clock may have been set back, and the other stands still while a virtual machine
 * is paused: the one that tells more counts. So a wall clock that was set forward makes it too long, never too short.
 */
export function elapsedMs(from: Moment, to: Moment): number {
  const wallMs = to.wallMs - from.wallMs;
  // NaN where nothing tells.
  const upMs = from.start === to.start ? Number(to.upMs) - Number(from.upMs) : Number.NaN;
  return upMs - wallMs > SAME_MS ? upMs : wallMs;
}

/** True for what was a moment before it was written to a file. */
export function isMoment(value: unknown): value is Moment {
  return Number.isFinite((value as Moment | null)?.wallMs);
}

/** A container may count from its own start: it is told by its processes' namespace. */
function startId(): string {
  try {
    return `${readFileSync("/proc/sys/kernel/random/boot_id", "utf8").trim()} ${readlinkSync("/proc/self/ns/pid")}`;
  } catch {
    return hostname();
  }
}
