/** Two codes that follow each other: from a person, or two lines of standard input. */

import { CODE_QUESTION, parseCode } from "../../mfa/ask-code.ts";
import { askInTurn } from "../../refresh/asking/ask-in-turn.ts";
import { AskonceError } from "../../runtime/errors.ts";
import { terminalToAskOn } from "../../terminal/ask.ts";
import type { Title } from "../../terminal/frame.ts";
import type { Parsed } from "../../terminal/question.ts";
import type { Owner } from "./owner.ts";

export interface PairQuestion {
  readonly device: string;
  /** What stands above the first question. */
  readonly lines: Title;
  /** Words that are answers too, beside a code. */
  readonly words?: readonly string[];
  readonly hint?: string;
  beforeInterrupt?(): Promise<void>;
}

export type CodePairAnswer = readonly [string, string] | { readonly word: string };

/** Throws `nobody-to-ask` where there is no terminal to ask on. */
export function needTerminal(action: string): void {
  if (terminalToAskOn() === undefined) throw nobody(action);
}

/** Asks on the terminal. Throws `no-code` when it is cancelled, and `interrupted`. */
export async function askPair(owner: Owner, question: PairQuestion): Promise<CodePairAnswer> {
  const { words = [] } = question;
  const first = await ask(owner, question, question.lines, (text): Parsed<string | { word: string }> => {
    const word = text.trim().toLowerCase();
    return words.includes(word) ? { value: { word } } : parseCode(text);
  });
  if (typeof first !== "string") return first;
  const lines = [`Now the next code of ${question.device}: a new one comes every 30 s.`];
  const second = await ask(owner, { ...question, hint: "not the same one" }, lines, (text) => {
    const parsed = parseCode(text);
    const isFirst = "value" in parsed && parsed.value === first;
    return isFirst ? { complaint: "that is the first one again; wait until it changes" } : parsed;
  });
  return [first, second];
}

/** Reads two lines. Throws `no-code` for what are no two codes. */
export async function readPair(owner: Owner): Promise<readonly [string, string]> {
  let text = "";
  const nonEmptyLines = (): string[] => text.split("\n").filter((line) => line.trim() !== "");
  while (nonEmptyLines().length < 2 || !/\n\s*\S[^\n]*\n/.test(text)) {
    // A line is there at once, without waiting for the end; the other may take half a minute.
    const more = await owner.streams.readStdin();
    if (more === "") break;
    text += more;
  }
  const [firstLine = "", secondLine = ""] = nonEmptyLines();
  const [first, second] = [codeOnLine(firstLine), codeOnLine(secondLine)];
  if (first === second)
    throw new AskonceError("no-code", "the two codes are the same one", "give one, and then the next", "invalid-code");
  return [first, second];
}

async function ask<T>(
  { store, context }: Owner,
  { hint = "", beforeInterrupt, device }: PairQuestion,
  lines: Title,
  parse: (text: string) => Parsed<T>,
): Promise<T> {
  const { message, places, failure } = CODE_QUESTION;
  context.waiting.for = "the code";
  const before = beforeInterrupt === undefined ? {} : { beforeInterrupt };
  const given = await askInTurn({ message, places, failure, lines, hint, parse, ...before }, store.locks, context);
  if (given.kind !== "answered") throw nobody(device);
  return given.value;
}

function codeOnLine(line: string): string {
  const parsed = parseCode(line);
  if ("value" in parsed) return parsed.value;
  throw new AskonceError(
    "no-code",
    `standard input holds no two codes: ${parsed.complaint}`,
    "write two lines of six digits",
    "invalid-code",
  );
}

function nobody(what: string): AskonceError {
  return new AskonceError(
    "nobody-to-ask",
    `there is no terminal to ask for two codes on (${what})`,
    "run it in a terminal, or give them with --code -",
    "no-prompt",
  );
}
