/** Questions which of several things is meant, and how their answers are read. Pure. */

import { AskonceError } from "../runtime/errors.ts";
import type { NoAnswer, Parsed, Question } from "./question.ts";

/** The longest ARN, with room. */
export const LONGEST_TEXT = 512;

/** One of several things to choose from. */
export interface Choice<T> {
  readonly value: T;
  /** The name that is shown. */
  readonly name: string;
  /** Another name that means it too. */
  readonly fullName?: string;
}

/** Reads a name, else a number of the list, else a name in any case, else the beginning of one name only. */
export function parseChoice<T>(text: string, choices: readonly Choice<T>[]): Parsed<T> {
  const typed = text.trim();
  const lower = typed.toLowerCase();
  const named = (isMeant: (name: string) => boolean): readonly Choice<T>[] =>
    choices.filter(({ name, fullName = name }) => typed !== "" && (isMeant(name) || isMeant(fullName)));
  const byNumber = /^\d{1,3}$/.test(typed) ? choices[Number(typed) - 1] : undefined;
  const beginning = named((name) => name.toLowerCase().startsWith(lower));
  const found =
    named((name) => name === typed)[0] ??
    byNumber ??
    only(named((name) => name.toLowerCase() === lower)) ??
    only(beginning);
  if (found !== undefined) return { value: found.value };
  const [one, other] = beginning;
  if (one !== undefined && other !== undefined)
    return { complaint: `${typed} can mean ${one.name} or ${other.name}: type more of it` };
  return { complaint: `a number from 1 to ${choices.length}, please, or a name` };
}

/** A question which of these is meant. */
export function chooseOne<T>({
  what,
  choices,
  whatToDo,
  ...asked
}: Pick<Question<T>, "lines" | "message" | "hint" | "fallback"> & {
  /** What is chosen, for the failures of the question: `profile`. */
  readonly what: string;
  /** What to do when none was chosen. */
  readonly whatToDo: string;
  readonly choices: readonly Choice<T>[];
}): Question<T> {
  return {
    ...{ ...asked, places: 0, longest: LONGEST_TEXT },
    parse: (text) => parseChoice(text, choices),
    failure: (why) => unchosen(why, what, whatToDo),
  };
}

function unchosen(why: NoAnswer, what: string, hint: string): AskonceError {
  switch (why) {
    case "cancelled":
      return new AskonceError("no-code", `the choice of the ${what} was cancelled`, hint, "prompt-cancelled");
    case "timed-out":
      return new AskonceError("no-code", `the ${what} was not chosen in time`, hint, "prompt-timed-out");
    case "interrupted":
      return new AskonceError("interrupted", `the choice of the ${what} was interrupted`);
  }
}

/** The lines of a list, each thing with its number. */
export function listed(names: readonly string[]): string[] {
  return names.map((name, index) => `  ${index + 1}  ${name}`);
}

function only<T>([one, ...others]: readonly T[]): T | undefined {
  return others.length === 0 ? one : undefined;
}
