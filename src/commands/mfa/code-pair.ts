/** Two codes that follow each other: from a person, or two lines of standard input. */

import { askText, terminalToAskOn } from "../../mfa/ask-code.ts";
import { parseTokenCode } from "../../mfa/code.ts";
import { underLock } from "../../refresh/under-lock.ts";
import { terminalOptions } from "../../runtime/environment.ts";
import { AskonceError } from "../../runtime/errors.ts";
import type { Title } from "../../terminal/frame.ts";
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
  const first = await ask(owner, question, question.lines, (text) =>
    words.includes(text.trim().toLowerCase()) ? undefined : complaintAbout(text),
  );
  const word = first.trim().toLowerCase();
  if (words.includes(word)) return { word };
  const code = digits(first);
  const lines = [`Now the next code of ${question.device}: a new one comes every 30 s.`];
  const second = await ask(owner, { ...question, hint: "not the same one" }, lines, (text) =>
    digits(text) === code ? "that is the first one again; wait until it changes" : complaintAbout(text),
  );
  return [code, digits(second)];
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
  const [first = "", second = ""] = nonEmptyLines();
  const complaint = complaintAbout(first) ?? complaintAbout(second);
  if (complaint !== undefined)
    throw new AskonceError(
      "no-code",
      `standard input holds no two codes: ${complaint}`,
      "write two lines of six digits",
      "invalid-code",
    );
  if (digits(first) === digits(second))
    throw new AskonceError("no-code", "the two codes are the same one", "give one, and then the next", "invalid-code");
  return [digits(first), digits(second)];
}

async function ask(
  owner: Owner,
  { hint = "", beforeInterrupt, device }: PairQuestion,
  lines: Title,
  check: (text: string) => string | undefined,
): Promise<string> {
  const terminal = terminalToAskOn();
  if (terminal === undefined) throw nobody(device);
  const { store, context } = owner;
  context.waiting.for = "the code";
  const answer = await underLock(
    store.locks,
    terminal,
    context,
    { arrived: () => undefined as "arrived" | undefined },
    () =>
      askText({
        ...{ message: "Code", lines, hint, check },
        withinMs: Number.POSITIVE_INFINITY,
        arrived: context.deadline.signal,
        ...terminalOptions(context.env),
        ...(beforeInterrupt === undefined ? {} : { beforeInterrupt }),
      }),
  );
  if (typeof answer === "string") throw nobody(device);
  return answer.text;
}

function complaintAbout(text: string): string | undefined {
  const parsed = parseTokenCode(text);
  return "complaint" in parsed ? parsed.complaint : undefined;
}

function digits(text: string): string {
  const parsed = parseTokenCode(text);
  return "code" in parsed ? parsed.code : "";
}

function nobody(what: string): AskonceError {
  return new AskonceError(
    "nobody-to-ask",
    `there is no terminal to ask for two codes on (${what})`,
    "run it in a terminal, or give them with --code -",
    "no-prompt",
  );
}
