/** How far off the clock of an endpoint was at its last answer: the next signature is right at once. One file each; an endpoint with our time has none. */

import { join } from "node:path";
import { digest } from "../disk/file-names.ts";
import { readRecord, removeFile, writeRecord } from "../disk/private-file.ts";

export const CLOCK_SUFFIX = ".clock.json";

/** Signatures are good within minutes: not every second that a clock drifts is worth a file. */
const SAME_MS = 2_000;

/** Server clock minus local clock; 0 where nothing is known. Throws `configuration` as readRecord does. */
export function readClockOffset(notes: string, endpoint: string, uid: number | undefined): number {
  const { offsetMs } = Object(readRecord(pathOf(notes, endpoint), uid)) as Record<string, unknown>;
  return typeof offsetMs === "number" && Math.abs(offsetMs) < 8.64e15 ? offsetMs : 0;
}

/** Throws the system's error. */
export function writeClockOffset(notes: string, endpoint: string, offsetMs: number, uid: number | undefined): void {
  if (Math.abs(offsetMs - readClockOffset(notes, endpoint, uid)) <= SAME_MS) return;
  const path = pathOf(notes, endpoint);
  if (Math.abs(offsetMs) > SAME_MS) writeRecord(path, { offsetMs });
  else removeFile(path);
}

function pathOf(notes: string, endpoint: string): string {
  return join(notes, `${digest("clock", endpoint)}${CLOCK_SUFFIX}`);
}
