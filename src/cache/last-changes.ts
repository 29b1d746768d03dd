/** Whether anything came or went in the cache: cheap to ask, for those who wait. */

import { statSync } from "node:fs";
import type { UsableCache } from "./directory.ts";

/** When an entry of each room last came or went, to the nanosecond, in one text to compare. */
export function lastChanges({ sessions, users, locks, notes }: UsableCache): string {
  return [sessions, users, locks, notes]
    .map((path) => statSync(path, { bigint: true, throwIfNoEntry: false })?.mtimeNs)
    .join(" ");
}
