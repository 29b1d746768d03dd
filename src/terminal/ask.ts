/** The way to this process's terminal: questions, and lines that stay. What draws is loaded when it is needed. */

import { onEnd } from "../runtime/on-exit.ts";
import { ownTerminal } from "./own-terminal.ts";
import { terminalId, terminalOwnership } from "./ownership.ts";
import type { TerminalOptions } from "./prompt.ts";
import type { Answer, Question, Round } from "./question.ts";

/** The name of this terminal in locks while askonce may ask on it; undefined otherwise. */
export function terminalToAskOn(): string | undefined {
  if (terminalOwnership() !== "ours") return undefined;
  const id = terminalId();
  return id === undefined ? undefined : `terminal-${id}`;
}

/** Asks on the terminal. However the process ends meanwhile, the terminal is restored. */
export async function askHere<T>(
  question: Question<T>,
  { withinMs = Number.POSITIVE_INFINITY, arrived }: Round,
  options: TerminalOptions,
): Promise<Answer<T>> {
  const { askOnTerminal, restoreTerminal } = await import("./prompt.ts");
  const isOver = onEnd(restoreTerminal);
  const limits = {
    ...(Number.isFinite(withinMs) ? { withinMs } : {}),
    ...(arrived === undefined ? {} : { signal: arrived }),
  };
  const answer = await askOnTerminal(question, { ...options, ...limits }).finally(isOver);
  switch (answer.kind) {
    case "answered":
      return answer;
    case "withdrawn":
      return { kind: "arrived" };
    case "lost":
    case "refused":
      return { kind: "not-ours" };
    default:
      return { kind: answer.kind };
  }
}

/** Leaves one line on the terminal if askonce may write on it. */
export async function sayOnTerminal(line: string, options: TerminalOptions): Promise<boolean> {
  const { writeToTerminal } = await import("./prompt.ts");
  return ownTerminal.whileTaken(() => writeToTerminal(line, options));
}
