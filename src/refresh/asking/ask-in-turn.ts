/** Asks on the terminal, one question at a time among all processes. */

import type { Context } from "../../runtime/context.ts";
import { terminalOptions } from "../../runtime/environment.ts";
import { askHere, terminalToAskOn } from "../../terminal/ask.ts";
import { type Answer, type Given, type Question, throwUnanswered } from "../../terminal/question.ts";
import type { Locks } from "../store/locks.ts";
import { underLock } from "../under-lock.ts";

/** Waits for the terminal's lock and asks. Throws the question's failure, and what the deadline throws. */
export async function askInTurn<T>(question: Question<T>, locks: Locks, context: Context): Promise<Given<T>> {
  const terminal = terminalToAskOn();
  if (terminal === undefined) return { kind: "not-ours" };
  const arrived = (): undefined => undefined;
  const answer = await underLock<never, Answer<T>>(locks, terminal, context, { arrived }, () =>
    askHere(question, { withinMs: context.deadline.endsAtMs - Date.now() }, terminalOptions(context.env)),
  );
  return throwUnanswered(question, answer);
}
