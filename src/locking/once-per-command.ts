/** What a command has said on a terminal already, by a file that the first of its processes makes. */

import { closeSync, constants, lstatSync, openSync } from "node:fs";
import { join } from "node:path";
import { digest } from "../disk/file-names.ts";
import { removeFile } from "../disk/private-file.ts";

/** An SDK tries again at once, not after minutes; and a group's number comes back some day, for another command. */
const SAID_MS = 60_000;

/** True for the first process of a command that is about to say this within a minute, or where the command is not known; never throws. */
export function isFirstToSay(notes: string, command: string | undefined, words: string): boolean {
  if (command === undefined) return true;
  const path = join(notes, `${digest("said", command, words)}.said`);
  try {
    if (Date.now() - lstatSync(path).mtimeMs > SAID_MS) removeFile(path);
  } catch {
    // Not said yet.
  }
  try {
    closeSync(openSync(path, constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL, 0o600));
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code !== "EEXIST";
  }
}
