/** Asks one question on the controlling terminal, whatever stdin, stdout and stderr are, and leaves no trace of it there. */

import { closeSync } from "node:fs";
import { steadyMs } from "../runtime/clock.ts";
import { type ConversationOptions, converse, type Draft, type Ending, type InputPromptClass } from "./conversation.ts";
import { colourLine } from "./frame.ts";
import { readTerminalMode } from "./guard.ts";
import { holdTerminal, type Refusal, type TerminalHold } from "./hold.ts";
import { ownTerminal } from "./own-terminal.ts";
import { openTerminal, terminalIsOurs } from "./ownership.ts";
import type { Question } from "./question.ts";
import { write } from "./screen.ts";

export interface TerminalOptions {
  /** Whether the terminal has colours and its user wants them. */
  colours: boolean;
  /** Where to look for stty besides the system's own directories. */
  searchPath?: string;
}

/** What ends a question besides its answer. */
export interface TerminalLimits {
  /** How long to wait for the answer; the seconds left are shown. */
  withinMs?: number;
  /** Aborted when the answer is not needed any more. */
  signal?: AbortSignal;
}

/** What came of a question. `refused`: not a byte was read or written. `lost`: another program has the terminal now. */
export type TerminalAnswer<T> =
  | { kind: "answered"; value: T }
  | { kind: "cancelled" | "timed-out" | "withdrawn" | "lost" }
  | { kind: "interrupted"; signal: "SIGINT" | "SIGQUIT" }
  | { kind: "refused"; why: Refusal | "asking" };

/** A group without a shell that could continue it cannot be stopped: then nothing will wake us and we go on. */
const STOP_WAIT_MS = 200;
/** A shell may continue a group a moment before it puts it in the foreground. */
const RETURN_WAIT_MS = 150;

/** After these, keys still on their way were meant for the question; after the others they are the next command. */
const ENDS_TYPING = new Set<Ending<unknown>["kind"]>(["interrupted", "stopped", "timed-out", "withdrawn"]);

/**
 * Asks until the question accepts an answer or something else ends it. In every case the terminal is back in the
 * mode it was found in and shows nothing of the question when this returns. A Ctrl-C or Ctrl-\ is sent on to the whole
 * foreground group after that, as the terminal itself would have done. One question at a time per process.
 */
export async function askOnTerminal<T>(
  question: Question<T>,
  options: TerminalOptions & TerminalLimits,
): Promise<TerminalAnswer<T>> {
  if (ownTerminal.isAsking) return { kind: "refused", why: "asking" };
  ownTerminal.isAsking = true;
  try {
    return await ownTerminal.whileTaken(() => askAndStop(question, options));
  } finally {
    ownTerminal.isAsking = false;
  }
}

/** Puts the terminal back and wipes the question off before it returns: for handlers of signals that end the process. */
export function restoreTerminal(): void {
  ownTerminal.held?.abandon();
}

/**
 * Writes one line to the terminal, with a leading ✓ or ✗ in its colour. False, and not a byte written, when there is no
 * terminal, when it is another group's turn or when a full-screen program has it.
 */
export function writeToTerminal(line: string, options: TerminalOptions): boolean {
  if (ownTerminal.held !== undefined || !terminalIsOurs() || !readTerminalMode(options.searchPath)?.cooked)
    return false;
  const fd = openTerminal();
  if (fd === undefined) return false;
  const isWritten = write(fd, `${colourLine(line.trimEnd(), options.colours)}\n`);
  closeSync(fd);
  return isWritten;
}

async function askAndStop<T>(
  question: Question<T>,
  options: TerminalOptions & TerminalLimits,
): Promise<TerminalAnswer<T>> {
  const { colours, signal, searchPath, withinMs } = options;
  const endsAt = withinMs === undefined ? undefined : steadyMs() + withinMs;
  const draft: Draft = { typed: "", complaint: undefined };
  let answer: TerminalAnswer<T> | undefined;
  // Loaded while the guard starts; what goes wrong with it shows when it is used.
  void loadInput().catch(() => {});
  for (let isFirst = true; answer === undefined; isFirst = false) {
    if (signal?.aborted) return { kind: "withdrawn" };
    const hold = await (isFirst ? holdTerminal(searchPath) : holdAgain(searchPath));
    if (typeof hold === "string") return isFirst ? { kind: "refused", why: hold } : { kind: "lost" };
    const ending = await converseAndRelease(hold, question, draft, { colours, signal, endsAt });
    answer = await settle(ending, question);
  }
  return answer;
}

async function converseAndRelease<T>(
  hold: TerminalHold,
  question: Question<T>,
  draft: Draft,
  options: ConversationOptions,
): Promise<Ending<T>> {
  ownTerminal.held = hold;
  try {
    draft.typed += answerTypedAhead(hold.typedAhead);
    const ending = await converse(hold, question, draft, await loadInput(), options);
    if (ENDS_TYPING.has(ending.kind) && terminalIsOurs()) hold.drain();
    return ending;
  } finally {
    await hold.release();
    ownTerminal.held = undefined;
  }
}

/** With the terminal restored, sends on what the keys mean; undefined when the question is to be asked again. */
async function settle<T>(ending: Ending<T>, question: Question<T>): Promise<TerminalAnswer<T> | undefined> {
  switch (ending.kind) {
    case "continued":
      return undefined;
    case "stopped":
      return stop(ending.pid);
    case "interrupted":
      await question.beforeInterrupt?.();
      process.kill(0, ending.signal);
  }
  return ending;
}

/** Stops a process, or with 0 our whole group, as Ctrl-Z does, and returns when it is continued. */
function stop(pid: number): Promise<undefined> {
  return new Promise((resolve) => {
    const goOn = () => {
      clearTimeout(timer);
      process.off("SIGCONT", goOn);
      resolve(undefined);
    };
    const timer = setTimeout(goOn, STOP_WAIT_MS);
    process.on("SIGCONT", goOn);
    process.kill(pid, "SIGTSTP");
  });
}

async function holdAgain(searchPath: string | undefined): Promise<TerminalHold | Refusal> {
  const hold = await holdTerminal(searchPath);
  if (hold !== "background") return hold;
  await new Promise((resolve) => setTimeout(resolve, RETURN_WAIT_MS));
  return holdTerminal(searchPath);
}

/**
 * Keys typed before the question showed cannot be handed back to the terminal. Digits alone were most likely meant for
 * it, by somebody who knew that it would come: they are shown and wait for an Enter. Everything else is dropped.
 */
function answerTypedAhead(typed: string): string {
  return /^[0-9 ]{1,16}[\r\n]?$/.test(typed) ? typed.trimEnd() : "";
}

async function loadInput(): Promise<InputPromptClass> {
  const { default: enquirer } = await import("enquirer");
  return (enquirer as unknown as { Input: InputPromptClass }).Input;
}
