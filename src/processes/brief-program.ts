/** Runs a program that asks nothing and is over in a moment: a look, or a message to the desktop. */

import { firstOf } from "../runtime/context.ts";
import { startWords } from "./child-program.ts";

export interface BriefRun {
  readonly env: Record<string, string>;
  /** It is killed after this. */
  readonly withinMs: number;
  /** And when this aborts; it is not started when this has. */
  readonly signal?: AbortSignal;
}

/** The end of what it printed (64 KiB) where it ended well and in time; undefined for anything else. Never rejects. */
export async function outputOf(words: readonly string[], run: BriefRun): Promise<string | undefined> {
  if (run.signal?.aborted) return undefined;
  const tooLate = AbortSignal.timeout(run.withinMs);
  const over = run.signal === undefined ? tooLate : firstOf([tooLate, run.signal]);
  // In a session of its own it cannot touch the caller's terminal.
  const { output, status } = await startWords(words, run.env, over, { isApart: true }).ended;
  return status === 0 ? output : undefined;
}
