/** Questions in the course of a command: a line of text, a choice, yes or no, a secret. Nothing of them stays on the screen. */

import { AskonceError } from "../runtime/errors.ts";
import { askHere } from "./ask.ts";
import { LONGEST_TEXT, listed, parseChoice } from "./choice.ts";
import type { TerminalOptions } from "./prompt.ts";
import { type Given, type NoAnswer, type Parsed, type Question, throwUnanswered } from "./question.ts";

/** What all of these questions have. */
export interface LineQuestion {
  /** What stands above the input. */
  readonly lines: readonly string[];
  /** One word or two before the input. */
  readonly message: string;
  /** The command that asks, for its failures: `setup`. */
  readonly what: string;
  readonly fallback?: string;
  readonly isSecret?: boolean;
}

/**
 * A question for a line of text without the blanks around it.
 *
 * @param check what is wrong with an answer; undefined when nothing is
 */
export function lineQuestion(asked: LineQuestion, check: (text: string) => string | undefined): Question {
  return asQuestion(asked, (text) => {
    const complaint = check(text.trim());
    return complaint === undefined ? { value: text.trim() } : { complaint };
  });
}

/** A question for one of these, by its number or its name; its value is an index. Enter alone takes the fallback. */
export function choiceQuestion(asked: LineQuestion, names: readonly string[], fallback = 0): Question<number> {
  const lines = [...asked.lines, ...listed(names)];
  const choices = names.map((name, value) => ({ name, value }));
  return asQuestion({ ...asked, lines, fallback: String(fallback + 1) }, (text) => parseChoice(text, choices));
}

/** A question for yes or no; Enter alone is yes. */
export function yesNoQuestion(asked: LineQuestion): Question<boolean> {
  return asQuestion({ ...asked, fallback: "yes" }, (text) =>
    /^(y|yes|n|no)$/i.test(text.trim()) ? { value: /^y/i.test(text.trim()) } : { complaint: "yes or no, please" },
  );
}

/** The answer. Throws the question's failure, and `no-code` where it could not be asked. */
export function answerGiven<T>(given: Given<T>, { what }: Pick<LineQuestion, "what">): T {
  if (given.kind === "answered") return given.value;
  throw new AskonceError(
    "no-code",
    `${what} cannot ask on this terminal now`,
    "try again in a terminal of its own",
    "no-prompt",
  );
}

/** Asks for the index of one of these. Throws `no-code` and `interrupted`. */
export function askChoice(
  asked: LineQuestion & TerminalOptions,
  choices: readonly string[],
  fallback?: number,
): Promise<number> {
  return ask(asked, choiceQuestion(asked, choices, fallback));
}

/** Asks for yes or no. Throws as askChoice does. */
export function askYesNo(asked: LineQuestion & TerminalOptions): Promise<boolean> {
  return ask(asked, yesNoQuestion(asked));
}

async function ask<T>(asked: LineQuestion & TerminalOptions, question: Question<T>): Promise<T> {
  return answerGiven(throwUnanswered(question, await askHere(question, {}, asked)), asked);
}

function asQuestion<T>({ what, ...asked }: LineQuestion, parse: (text: string) => Parsed<T>): Question<T> {
  return { ...asked, parse, places: 0, longest: LONGEST_TEXT, failure: (why) => unanswered(why, what) };
}

function unanswered(why: NoAnswer, what: string): AskonceError {
  switch (why) {
    case "cancelled":
      return new AskonceError("no-code", `${what} was cancelled`, "nothing was changed", "prompt-cancelled");
    case "timed-out":
      return new AskonceError("no-code", `${what} was not answered in time`, "nothing was changed", "prompt-timed-out");
    case "interrupted":
      return new AskonceError("interrupted", `${what} was interrupted`);
  }
}
