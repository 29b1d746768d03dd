/** What V8 has compiled, on disk: written for the next run. How it is read is edge/bundles.ts's. */

import { renameSync } from "node:fs";
import { join } from "node:path";
import { randomName } from "../disk/file-names.ts";
import { changedAtMs, makePrivate, namesIn, writePrivate } from "../disk/private-directory.ts";
import { removeFile } from "../disk/private-file.ts";
import type { CompiledCode } from "../runtime/program.ts";

/** Others of a crowd have compiled the same. */
const JUST_NOW_MS = 10_000;
/** Longer than any writer lives: it was killed. */
const LEFT_MS = 60 * 60_000;
/** What nobody renews is of a version that is gone. */
const OLD_MS = 30 * 24 * 60 * 60_000;

/** Keeps compiled code, and removes what is old. Throws the system's error. */
export function keepCode(room: string, files: readonly CompiledCode[]): void {
  if (files.length === 0) return;
  makePrivate(room);
  const nowMs = Date.now();
  const ageMs = (name: string): number => nowMs - changedAtMs(join(room, name));
  for (const name of namesIn(room)) {
    if (ageMs(name) > (name.endsWith(".tmp") ? LEFT_MS : OLD_MS)) removeFile(join(room, name));
  }
  for (const { name, bytes } of files) {
    if (Math.abs(ageMs(name)) < JUST_NOW_MS) continue;
    const temporary = join(room, `${randomName()}.tmp`);
    // Not forced to the disk, which takes longer than all of it saves: what a power cut leaves of it does not pass its check.
    try {
      writePrivate(temporary, bytes());
      renameSync(temporary, join(room, name));
    } catch (error) {
      removeFile(temporary);
      throw error;
    }
  }
}
