/** Ready files that are thrown away: all of them, or those that nobody needs any more. */

import { lstatSync, renameSync, rmdirSync } from "node:fs";
import { join } from "node:path";
import { randomName } from "../disk/file-names.ts";
import { changedAtMs, forget, namesIn } from "../disk/private-directory.ts";
import { removeFile } from "../disk/private-file.ts";
import { idIn } from "./file.ts";
import { SLOTS } from "./rule.ts";

/** The beginning of the name of what is being removed. */
const GONE = ".gone-";
/** Longer than any writer lives between its first file and its last. */
const OLD_MS = 60 * 60_000;

/** Throws away every ready answer: they hold credentials. Returns the first that stays, and why. */
export function forgetReady(room: string): string | undefined {
  const [failure] = namesIn(room).flatMap((name) => {
    const path = join(room, name);
    try {
      if (name.startsWith(GONE)) forget(path);
      if (!name.startsWith(".")) forget(moveAway(room, path));
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      // Somebody else was faster.
      if (code !== "ENOENT") return [`${path} (${code})`];
    }
    return [];
  });
  return failure;
}

/** To where no writer finds it, who would put one file after the other into what is being removed. */
function moveAway(room: string, path: string): string {
  const gone = join(room, `${GONE}${randomName()}`);
  renameSync(path, gone);
  return gone;
}

/**
 * Throws away what is no longer served of an entry of the room, and what writers that were killed have left. Never throws:
 * what stays is tried again later.
 */
export function sweepReady(room: string, name: string, nowMs: number): void {
  const path = join(room, name);
  try {
    if (name.endsWith(".tmp") && nowMs - changedAtMs(path) > OLD_MS) removeFile(path);
    if (name.startsWith(GONE)) forget(path);
    if (!name.startsWith(".")) sweepName(path, nowMs);
  } catch {
    // Something in it is served still, or cannot be removed.
  }
}

function sweepName(directory: string, nowMs: number): void {
  // What a link leads to is not ours to sweep.
  if (!lstatSync(directory).isDirectory()) return;
  const used = new Set<string>();
  for (const slot of SLOTS.map((one) => join(directory, one))) {
    if (changedAtMs(slot) < nowMs) removeFile(slot);
    else used.add(idIn(slot) ?? "");
  }
  for (const name of namesIn(directory)) {
    const path = join(directory, name);
    if (!(SLOTS as readonly string[]).includes(name) && !used.has(name) && nowMs - changedAtMs(path) > OLD_MS)
      forget(path);
  }
  rmdirSync(directory);
}
