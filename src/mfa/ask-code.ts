/** A token code from a person: on the terminal, or on standard input. */

import { AskonceError } from "../runtime/errors.ts";
import { askOnThisTerminal } from "../terminal/ask.ts";
import type { Title } from "../terminal/frame.ts";
import { terminalId, terminalOwnership } from "../terminal/ownership.ts";
import { withTerminalTurn } from "../terminal/turn.ts";
import { parseTokenCode } from "./code.ts";

/** How asking ended. `arrived`: the session came from elsewhere; `not-ours`: the terminal is somebody else's now. */
export type Answer = { readonly code: string } | "arrived" | "not-ours";

export interface Ask {
  /** What stands above the input. */
  readonly lines: Title;
  readonly hint: string;
  /** How long to wait for the answer; Infinity for ever. */
  readonly withinMs: number;
  /** What is wrong with a code before anybody is asked about it. */
  check(code: string): string | undefined;
  /** Aborted when the session came from elsewhere. */
  readonly arrived: AbortSignal;
  readonly colours: boolean;
  readonly searchPath: string;
  /** What is done before a Ctrl-C ends this process with the whole command. */
  beforeInterrupt?(): Promise<void>;
}

/** The name this terminal has in locks, while it is ours to ask on; undefined else. */
export function terminalToAskOn(): string | undefined {
  if (terminalOwnership() !== "ours") return undefined;
  const id = terminalId();
  return id === undefined ? undefined : `terminal-${id}`;
}

/** Asks for a code on the terminal. Throws `no-code` when there is no answer, and `interrupted` after the whole command was. */
export async function askPerson(ask: Ask): Promise<Answer> {
  const answer = await askText({
    ...ask,
    message: "Code",
    check: (text) => {
      const parsed = parseTokenCode(text);
      return "complaint" in parsed ? parsed.complaint : ask.check(parsed.code);
    },
  });
  if (typeof answer === "string") return answer;
  const parsed = parseTokenCode(answer.text);
  if ("code" in parsed) return parsed;
  throw new Error("the prompt let an answer through that is no code");
}

/**
 * One of these, chosen on the terminal. Throws as askPerson does.
 *
 * @param chosen what an answer means; undefined where it means none of them
 */
export async function askWhich<T extends string>(
  message: "Device" | "Profile",
  choices: readonly T[],
  chosen: (text: string) => T | undefined,
  ask: Omit<Ask, "check">,
): Promise<{ readonly choice: T } | "arrived" | "not-ours"> {
  const answer = await askText({
    ...ask,
    message,
    places: 1,
    check: (text) => (chosen(text) === undefined ? `a number from 1 to ${choices.length}, please` : undefined),
  });
  if (typeof answer === "string") return answer;
  const choice = chosen(answer.text);
  if (choice !== undefined) return { choice };
  throw new Error("the prompt let an answer through that is none of the choices");
}

/** Any question, answered by what its check lets through. Throws as askPerson does. */
export async function askText(
  ask: Ask & { readonly message: string; readonly places?: number },
): Promise<{ readonly text: string } | "arrived" | "not-ours"> {
  const { arrived, colours, searchPath, withinMs, ...question } = ask;
  const outcome = await askOnThisTerminal(
    { ...question, ...(Number.isFinite(withinMs) ? { deadlineMs: withinMs } : {}) },
    { colours, signal: arrived, searchPath },
  );
  switch (outcome.kind) {
    case "answered":
      return { text: outcome.text };
    case "withdrawn":
      return "arrived";
    case "lost":
    case "refused":
      return "not-ours";
    case "timed-out":
      throw unanswered();
    case "cancelled":
      throw cancelled();
    case "interrupted":
      throw new AskonceError("interrupted", "interrupted at the question for the MFA code");
  }
}

/** The code from one line of text, as `login --code -` reads it. Throws `no-code`. */
export function codeFromText(text: string): string {
  const parsed = parseTokenCode(text.split("\n", 1)[0] ?? "");
  if ("code" in parsed) return parsed.code;
  throw new AskonceError(
    "no-code",
    `standard input holds no code: ${parsed.complaint}`,
    "write the six digits to it",
    "invalid-code",
  );
}

/** Nobody answered while there was time. */
export function unanswered(): AskonceError {
  return new AskonceError(
    "no-code",
    "nobody typed the MFA code in time",
    "try again, and have the device at hand",
    "prompt-timed-out",
  );
}

/** Nobody wants to answer now. */
export function cancelled(): AskonceError {
  return new AskonceError(
    "no-code",
    "the question for the MFA code was cancelled",
    "try again when you have the device at hand",
    "prompt-cancelled",
  );
}

/** Leaves one line on the terminal, if it is ours to write on. */
export async function sayOnTerminal(line: string, options: { colours: boolean; searchPath: string }): Promise<boolean> {
  const { writeToTerminal } = await import("../terminal/prompt.ts");
  return withTerminalTurn(() => writeToTerminal(line, options));
}
