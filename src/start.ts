/**
 * Where Node begins: an answer that is ready is printed before anything else is loaded. All the rest is main.ts, which is
 * another bundle: as long as nothing of it is loaded Node itself is nearly all that a hit costs.
 */

import { closeSync, fstatSync, writeSync } from "node:fs";
import { readyAnswer } from "./ready.ts";

/** Not to be bundled with this. */
const MAIN = "./main.cjs";

if (!printReady(process.argv.slice(2))) require(MAIN);

function printReady([verb, name, ...flags]: string[]): boolean {
  const uid = process.geteuid?.();
  // Where files have no owner a ready file proves nothing.
  if (verb !== "get" || name === undefined || flags.length > 0 || uid === undefined) return false;
  const answer = readyAnswer(name, process.env, uid);
  if (answer === undefined) return false;
  try {
    writeSync(1, answer);
  } catch (error) {
    // A pipe that is full takes nothing of it now: main.ts waits for room. Any other reader does not want it.
    if ((error as NodeJS.ErrnoException).code === "EAGAIN") return false;
  }
  leaveTerminals();
  return true;
}

/** At its exit Node would set them to the mode it found at its start (standard-streams.ts), while another askonce may ask there. */
function leaveTerminals(): void {
  for (const standard of [0, 1, 2]) if (fstatSync(standard).isCharacterDevice()) closeSync(standard);
}
