/** How far off the clocks of endpoints are. */

import type { Clocks } from "../../aws/endpoint-clock.ts";
import type { UsableCache } from "../../cache/directory.ts";
import { readClockOffset, writeClockOffset } from "../../cache/endpoint-clock-file.ts";
import type { Context } from "../../runtime/context.ts";
import { attemptWrite } from "../../runtime/log.ts";

export function clocksOnDisk({ notes }: UsableCache, context: Context): Clocks {
  const { uid } = context;
  return {
    offsetMs: (endpoint) => readClockOffset(notes, endpoint, uid),
    keep: (endpoint, offsetMs) =>
      attemptWrite("clock", context, () => writeClockOffset(notes, endpoint, offsetMs, uid)),
  };
}

export function clocksInMemory(): Clocks {
  const offsets = new Map<string, number>();
  return {
    offsetMs: (endpoint) => offsets.get(endpoint) ?? 0,
    keep: (endpoint, offsetMs) => void offsets.set(endpoint, offsetMs),
  };
}
