/** The way to the prompt, which is loaded when somebody is asked: however the process ends meanwhile, the terminal is restored. */

import { onEnd } from "../clean-up.ts";
import type { TerminalQuestion } from "./terminal-conversation.ts";
import type { TerminalAnswer, TerminalOptions } from "./terminal-prompt.ts";

/** As askOnTerminal of terminal-prompt.ts. */
export async function askOnThisTerminal(
  question: TerminalQuestion,
  options: TerminalOptions & { signal?: AbortSignal },
): Promise<TerminalAnswer> {
  const { askOnTerminal, restoreTerminal } = await import("./terminal-prompt.ts");
  const isOver = onEnd(restoreTerminal);
  return askOnTerminal(question, options).finally(isOver);
}
