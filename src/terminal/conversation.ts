/** One conversation on a terminal that is held: enquirer edits the line, everything around it is decided here. */

import { PassThrough } from "node:stream";
import { steadyMs } from "../runtime/clock.ts";
import { composeFrame } from "./frame.ts";
import type { TerminalHold } from "./hold.ts";
import { createKeyReader, type Key } from "./keys.ts";
import { terminalOwnership } from "./ownership.ts";
import type { Parsed, Question } from "./question.ts";
import { type Limits, type WatchedEnding, watchTerminal } from "./watch.ts";

/** What stays of a conversation that a Ctrl-Z interrupts. */
export interface Draft {
  typed: string;
  complaint: string | undefined;
}

/** How a conversation ended. After `stopped` and `continued` it is to be taken up again. */
export type Ending<T> =
  | { kind: "answered"; value: T }
  | { kind: "interrupted"; signal: "SIGINT" | "SIGQUIT" }
  | WatchedEnding;

/** The part of enquirer's `Input` prompt that is used; its types leave it out. */
export interface InputPrompt {
  input: string;
  cursor: number;
  run(): Promise<string>;
  cancel(): Promise<void>;
}
export type InputPromptClass = new (options: object) => InputPrompt;

export interface ConversationOptions extends Limits {
  colours: boolean;
}

const LONGEST_INPUT = 64;
/** Somebody who is typing when the question goes away types on: that is swallowed until there is a pause, within bounds. */
const TYPING_PAUSE_MS = 300;
const TYPING_LIMIT_MS = 1_500;

const ACTIONS = {
  ctrl: { a: "first", b: "backward", e: "last", f: "forward", k: "cutForward", u: "reset", w: "cutLeft" },
  keys: {
    left: "left",
    right: "right",
    delete: "deleteForward",
    backspace: "delete",
    return: "submit",
    enter: "submit",
  },
};

/** Shows the question and waits for the first of everything that can end it; then the terminal shows nothing of it. */
export async function converse<T>(
  hold: TerminalHold,
  question: Question<T>,
  draft: Draft,
  Input: InputPromptClass,
  options: ConversationOptions,
): Promise<Ending<T>> {
  const { screen } = hold;
  let end: (ending: Ending<T>) => void = () => {};
  const ended = new Promise<Ending<T>>((resolve) => {
    end = resolve;
  });
  let leaving: Ending<T> | undefined;
  let accepted: { readonly value: T } | undefined;
  let lastKeyAt = Number.NEGATIVE_INFINITY;
  let pauseTimer: NodeJS.Timeout | undefined;

  const draw = () => {
    if (leaving !== undefined) return;
    const { lines: title, message, hint, places, fallback, isSecret = false } = question;
    const typing = { typed: prompt.input, cursor: prompt.cursor, complaint: draft.complaint };
    const secondsLeft = secondsUntil(options.endsAt);
    const content = { title, message, hint, places, fallback, isSecret, secondsLeft, ...typing };
    screen.paint(composeFrame(content, screen.columns, screen.rows, options.colours));
  };

  const source = Object.assign(new PassThrough(), { isTTY: true, setRawMode: () => source });
  const prompt = new Input({
    ...{ name: "answer", message: question.message, actions: ACTIONS, stdin: source },
    // enquirer draws nothing itself: it takes for granted that no line wraps, and leaves the last picture behind.
    stdout: { columns: screen.columns, write: () => true },
    render: draw,
    alert() {},
    append(text: string) {
      if (prompt.input.length >= (question.longest ?? LONGEST_INPUT)) return;
      prompt.input = prompt.input.slice(0, prompt.cursor) + text + prompt.input.slice(prompt.cursor);
      prompt.cursor += text.length;
      draw();
    },
    last() {
      prompt.cursor = prompt.input.length;
      draw();
    },
    validate(text: string) {
      const parsed: Parsed<T> = question.parse(answerIn(text, question));
      if ("value" in parsed) {
        accepted = parsed;
        return true;
      }
      const { complaint } = parsed;
      // An Enter alone is a slip, or the begin of a paste.
      if (text.trim() !== "") draft.complaint = complaint;
      prompt.input = "";
      prompt.cursor = 0;
      return complaint;
    },
  });

  /** The question goes at once; whoever is in the middle of typing the answer may finish, into nothing. */
  const leave = (ending: Ending<T>) => {
    if (leaving !== undefined) return;
    leaving = ending;
    const isOurs = terminalOwnership() === "ours";
    if (isOurs) screen.erase();
    const isTyping = steadyMs() - lastKeyAt < TYPING_LIMIT_MS && prompt.input !== "";
    const mayType = ending.kind === "withdrawn" || ending.kind === "timed-out";
    if (!(isOurs && isTyping && mayType)) return end(ending);
    pauseTimer = setTimeout(end, TYPING_PAUSE_MS, ending);
    setTimeout(end, TYPING_LIMIT_MS, ending).unref();
  };

  /** Ctrl-C and Ctrl-\ count at any time, also while what is typed is swallowed. */
  const interrupt = (signal: "SIGINT" | "SIGQUIT") => {
    leave({ kind: "interrupted", signal });
    end({ kind: "interrupted", signal });
  };
  const onKey = (key: Key) => {
    lastKeyAt = steadyMs();
    if (key.kind === "interrupt") return interrupt("SIGINT");
    if (key.kind === "quit") return interrupt("SIGQUIT");
    if (leaving !== undefined) {
      pauseTimer?.refresh();
      if (key.kind === "text" && /[\r\n]/.test(key.text)) end(leaving);
    } else if (key.kind === "text") source.write(key.text);
    else leave(key.kind === "suspend" ? { kind: "stopped", pid: 0 } : { kind: "cancelled" });
  };

  const reader = createKeyReader(hold.controls, onKey);
  const stopWatching = watchTerminal(screen, options, draw, leave);
  void ended.then(() => {
    stopWatching();
    reader.close();
    clearTimeout(pauseTimer);
    draft.typed = prompt.input;
    void prompt.cancel().catch(() => {});
    source.destroy();
  });
  if (leaving === undefined) screen.freshLine();
  prompt.run().then(
    () => accepted && leave({ kind: "answered", value: accepted.value }),
    () => {},
  );
  source.write(draft.typed);
  hold.listen(reader.feed, () => leave({ kind: terminalOwnership() === "background" ? "lost" : "cancelled" }));
  return ended;
}

/** What was typed, or what nothing stands for. */
function answerIn(text: string, { fallback }: Pick<Question, "fallback">): string {
  return fallback !== undefined && text.trim() === "" ? fallback : text;
}

function secondsUntil(endsAt: number | undefined): number | undefined {
  return endsAt === undefined ? undefined : Math.max(0, Math.ceil((endsAt - steadyMs()) / 1_000));
}
