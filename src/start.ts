/**
 * Where Node begins: an answer that is ready is printed before anything else is loaded. All the rest is main.ts, which is
 * another bundle: as long as nothing of it is loaded Node itself is nearly all that a hit costs.
 */

import { closeSync, fstatSync, writeSync } from "node:fs";
import { Bundles } from "./edge/bundles.ts";
import { readyAnswer, readyRoot } from "./ready/rule.ts";

if (!printReady(process.argv.slice(2))) new Bundles(__dirname, codeRoot(), process.geteuid?.()).load("main");

/** Where compiled code is kept, if it is: V8 takes it with the very flags only that it was made with, and where files have no owner anybody's would be run. */
function codeRoot(): string | undefined {
  const hasFlags = process.execArgv.length > 0 || !!process.env.NODE_OPTIONS;
  const root = readyRoot(process.env);
  return hasFlags || process.geteuid === undefined || !root.startsWith("/") ? undefined : root;
}

function printReady([verb, name, ...flags]: string[]): boolean {
  const uid = process.geteuid?.();
  // Where files have no owner a ready file proves nothing.
  if (verb !== "get" || name === undefined || flags.length > 0 || uid === undefined) return false;
  const answer = readyAnswer(name, process.env, uid);
  if (answer === undefined) return false;
  // Where it is not taken whole, main.ts waits for room, or tells what is wrong.
  try {
    if (writeSync(1, answer) < Buffer.byteLength(answer)) return false;
  } catch (error) {
    // A reader that is gone does not want it.
    if ((error as NodeJS.ErrnoException).code !== "EPIPE") return false;
  }
  leaveTerminals();
  return true;
}

/** At its exit Node would set them to the mode it found at its start (edge/standard-streams.ts), while another askonce may ask there. */
function leaveTerminals(): void {
  for (const standard of [0, 1, 2]) if (fstatSync(standard).isCharacterDevice()) closeSync(standard);
}
