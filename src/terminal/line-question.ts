/** Questions of a wizard on the terminal: a line of text, a choice, yes or no, a secret. Nothing of them stays on the screen. */

import { AskonceError } from "../runtime/errors.ts";
import { askOnThisTerminal } from "./ask.ts";
import type { TerminalAnswer, TerminalOptions } from "./prompt.ts";

export interface LineQuestion extends TerminalOptions {
  /** What stands above the input. */
  readonly lines: readonly string[];
  /** One word or two before the input. */
  readonly message: string;
  /** What is asked, for the error of whoever does not answer: `setup`. */
  readonly what: string;
}

/** The longest ARN, with room. */
const LONGEST_TEXT = 512;

/**
 * A line of text without the blanks around it; an Enter alone takes the fallback.
 *
 * @param check what is wrong with an answer, to be said while asking goes on; undefined when nothing is
 * Throws `no-code` when it is cancelled or the terminal is not ours, and `interrupted` after the whole command was.
 */
export async function askLine(
  question: LineQuestion & { readonly fallback?: string; readonly isSecret?: boolean },
  check: (text: string) => string | undefined,
): Promise<string> {
  const { colours, searchPath, what, ...asked } = question;
  const answer = await askOnThisTerminal(
    { ...asked, places: 0, longest: LONGEST_TEXT, check: (text) => check(text.trim()) },
    { colours, ...(searchPath === undefined ? {} : { searchPath }) },
  );
  if (answer.kind === "answered") return answer.text.trim();
  throw unanswered(answer, what);
}

/** The index of one of these, by its number or its name; they are listed below the lines. Throws as askLine does. */
export async function askChoice(
  question: LineQuestion,
  choices: readonly string[],
  fallback: number | undefined,
): Promise<number> {
  const indexOf = (text: string): number => {
    const byNumber = /^\d{1,3}$/.test(text) ? Number(text) - 1 : -1;
    return byNumber in choices ? byNumber : choices.indexOf(text);
  };
  const lines = [...question.lines, ...choices.map((choice, index) => `  ${index + 1}  ${choice}`)];
  const text = await askLine(
    { ...question, lines, ...(fallback === undefined ? {} : { fallback: String(fallback + 1) }) },
    (typed) => (indexOf(typed) < 0 ? `a number from 1 to ${choices.length}, please` : undefined),
  );
  return indexOf(text);
}

/** Yes or no; an Enter alone is yes. Throws as askLine does. */
export async function askYesNo(question: LineQuestion): Promise<boolean> {
  const text = await askLine({ ...question, fallback: "yes" }, (typed) =>
    /^(y|yes|n|no)$/i.test(typed) ? undefined : "yes or no, please",
  );
  return /^y/i.test(text);
}

function unanswered({ kind }: TerminalAnswer, what: string): AskonceError {
  if (kind === "interrupted") return new AskonceError("interrupted", `${what} was interrupted`);
  if (kind === "cancelled")
    return new AskonceError("no-code", `${what} was cancelled`, "nothing was changed", "prompt-cancelled");
  return new AskonceError(
    "no-code",
    `${what} cannot ask on this terminal now`,
    "try again in a terminal of its own",
    "no-prompt",
  );
}
