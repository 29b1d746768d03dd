/** Where a token code comes from: a program, the terminal, or standard input. */

import { createHash } from "node:crypto";
import { onEnd } from "../clean-up.ts";
import { AskonceError } from "../errors.ts";
import { parseTokenCode } from "./code.ts";
import { deviceAnswered } from "./devices.ts";
import { terminalId, terminalOwnership } from "./terminal-ownership.ts";

/** A place to get a code from; one process at a time asks at each. `id` is part of the names of locks. */
export type Place =
  | { readonly kind: "process"; readonly id: string; readonly command: string }
  | { readonly kind: "terminal"; readonly id: string }
  | { readonly kind: "stdin"; readonly id: "stdin" };

/** How asking ended. `arrived`: the session came from elsewhere; `not-ours`: the terminal is somebody else's now. */
export type Answer = { readonly code: string } | "arrived" | "not-ours";

export interface Ask {
  readonly lines: readonly string[];
  readonly hint: string;
  /** How long to wait for the answer; Infinity for ever. */
  readonly withinMs: number;
  /** What is wrong with a code before anybody is asked about it. */
  check(code: string): string | undefined;
  /** Aborted when the session came from elsewhere. */
  readonly arrived: AbortSignal;
  readonly colours: boolean;
  readonly searchPath: string;
}

/**
 * The place this run can get a code from now; undefined when there is nobody to ask. A profile's `mfa_process` goes first,
 * and where no person is to be asked it is the only one.
 */
export function placeToAsk(options: { command: string | undefined; mayAskPerson: boolean }): Place | undefined {
  const { command } = options;
  if (command !== undefined) {
    return {
      kind: "process",
      id: `process-${createHash("sha256").update(command).digest("hex").slice(0, 16)}`,
      command,
    };
  }
  if (!options.mayAskPerson || terminalOwnership() !== "ours") return undefined;
  const id = terminalId();
  return id === undefined ? undefined : { kind: "terminal", id: `terminal-${id}` };
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

/** One of these devices, chosen on the terminal. Throws as askPerson does. */
export async function askWhichDevice(
  serials: readonly string[],
  ask: Omit<Ask, "check">,
): Promise<{ readonly device: string } | "arrived" | "not-ours"> {
  const answer = await askText({
    ...ask,
    message: "Device",
    places: 1,
    check: (text) =>
      deviceAnswered(text, serials) === undefined ? `a number from 1 to ${serials.length}, please` : undefined,
  });
  if (typeof answer === "string") return answer;
  const device = deviceAnswered(answer.text, serials);
  if (device !== undefined) return { device };
  throw new Error("the prompt let an answer through that is no device");
}

async function askText(
  ask: Ask & { readonly message: string; readonly places?: number },
): Promise<{ readonly text: string } | "arrived" | "not-ours"> {
  const { askOnTerminal, restoreTerminal } = await import("./terminal-prompt.ts");
  const isOver = onEnd(restoreTerminal);
  const { arrived, colours, searchPath, withinMs, ...question } = ask;
  const outcome = await askOnTerminal(
    { ...question, ...(Number.isFinite(withinMs) ? { deadlineMs: withinMs } : {}) },
    { colours, signal: arrived, searchPath },
  ).finally(isOver);
  switch (outcome.kind) {
    case "answered":
      return { text: outcome.text };
    case "withdrawn":
      return "arrived";
    case "lost":
    case "refused":
      return "not-ours";
    case "timed-out":
      throw new AskonceError("no-code", "nobody typed the MFA code in time", "try again, and have the device at hand");
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
  throw new AskonceError("no-code", `standard input holds no code: ${parsed.complaint}`, "write the six digits to it");
}

/** Nobody wants to answer now. */
export function cancelled(): AskonceError {
  return new AskonceError(
    "no-code",
    "the question for the MFA code was cancelled",
    "try again when you have the device at hand",
  );
}

/** Leaves one line on the terminal, if it is ours to write on. */
export async function sayOnTerminal(line: string, options: { colours: boolean; searchPath: string }): Promise<boolean> {
  const { writeToTerminal } = await import("./terminal-prompt.ts");
  return writeToTerminal(line, options);
}
