/** The way to the prompt, which is loaded when somebody is asked: however the process ends meanwhile, the terminal is restored. */

import { onEnd } from "../runtime/on-exit.ts";
import type { TerminalQuestion } from "./conversation.ts";
import type { TerminalAnswer, TerminalOptions } from "./prompt.ts";

/** As askOnTerminal of prompt.ts. */
export async function askOnThisTerminal(
  question: TerminalQuestion,
  options: TerminalOptions & { signal?: AbortSignal },
): Promise<TerminalAnswer> {
  const { askOnTerminal, restoreTerminal } = await import("./prompt.ts");
  const isOver = onEnd(restoreTerminal);
  return askOnTerminal(question, options).finally(isOver);
}
