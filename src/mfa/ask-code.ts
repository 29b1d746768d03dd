/** What every question for an MFA code has, wherever it is asked: how an answer is read, and its failures. */

import { AskonceError } from "../runtime/errors.ts";
import type { NoAnswer, Parsed, Question } from "../terminal/question.ts";
import { parseTokenCode } from "./code.ts";

/** The question for a code, without what stands around the input. */
export const CODE_QUESTION: Omit<Question, "lines"> = {
  ...{ message: "Code", places: 6, parse: parseCode },
  failure: noCode,
};

/** Reads a typed code. */
export function parseCode(text: string): Parsed<string> {
  const parsed = parseTokenCode(text);
  return "code" in parsed ? { value: parsed.code } : parsed;
}

/** The code from one line of text, as `login --code -` reads it. Throws `no-code`. */
export function codeFromText(text: string): string {
  const parsed = parseCode(text.split("\n", 1)[0] ?? "");
  if ("value" in parsed) return parsed.value;
  throw new AskonceError(
    "no-code",
    `standard input holds no code: ${parsed.complaint}`,
    "write the six digits to it",
    "invalid-code",
  );
}

/** The failure of a question for a code that got no answer. */
export function noCode(why: NoAnswer): AskonceError {
  switch (why) {
    case "cancelled":
      return new AskonceError(
        "no-code",
        "the question for the MFA code was cancelled",
        "try again when you have the device at hand",
        "prompt-cancelled",
      );
    case "timed-out":
      return new AskonceError(
        "no-code",
        "nobody typed the MFA code in time",
        "try again, and have the device at hand",
        "prompt-timed-out",
      );
    case "interrupted":
      return new AskonceError("interrupted", "the question for the MFA code was interrupted");
  }
}
