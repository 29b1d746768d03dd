/**
 * Runs a dialog that is gone when it is not needed any more, when its time is up, and with us, however we end: between us
 * and it stands a small shell that has the other end of a pipe of ours. When that pipe ends we died, and the shell kills
 * its whole process group, which is of nobody else. All that in a session of its own: no dialog can touch the terminal.
 */

import { existsSync } from "node:fs";
import { type Ended, type Started, startWords } from "../processes/child-program.ts";
import { dialogEnvironment } from "./dialog-environment.ts";
import type { DialogAnswer, DialogQuestion, Surroundings } from "./driver.ts";

const SH = "/bin/sh";

/** Descriptor 3 is our pipe; the dialog's stdin is handed on as 4, since a shell empties that of what it does not wait for. */
const GUARD = `exec 4<&0
"$@" <&4 3<&- 4<&- &
dialog=$!
(read -r word; kill -s KILL -- "-$$") <&3 4<&- >/dev/null 2>&1 &
guard=$!
wait "$dialog"
status=$?
kill "$guard"
exit "$status"
`;

/** What a timer of Node can wait; a longer time is as good as none. */
export const LONGEST_MS = 2 ** 31 - 1;

/** How a dialog ended by itself, or why we ended it. */
export type DialogEnd = { readonly kind: "ended"; readonly how: Ended } | { readonly kind: "timed-out" | "withdrawn" };

export interface Dialog extends Omit<Started, "ended"> {
  readonly ended: Promise<DialogEnd>;
  /** Ends it, with all its children. */
  end(): void;
}

/** Starts a dialog; its stdin is a pipe that stays open as long as it runs. */
export function startDialog(words: readonly string[], question: DialogQuestion, here: Surroundings): Dialog {
  const over = new AbortController();
  let why: "timed-out" | "withdrawn" = "withdrawn";
  const end = (): void => over.abort();
  const timer =
    question.withinMs > LONGEST_MS
      ? undefined
      : setTimeout(() => {
          why = "timed-out";
          end();
        }, question.withinMs);
  question.signal.addEventListener("abort", end, { once: true });
  if (question.signal.aborted) end();
  const { ended, input, output } = start(words, dialogEnvironment(here.env, here.platform), over.signal);
  return {
    ended: ended.then((how) => {
      clearTimeout(timer);
      question.signal.removeEventListener("abort", end);
      return over.signal.aborted ? { kind: why } : { kind: "ended", how };
    }),
    input,
    output,
    end,
  };
}

/** Runs a dialog that prints its answer, and says what came of it. */
export async function runDialog(
  words: readonly string[],
  question: DialogQuestion,
  here: Surroundings,
  meaning: (ended: Ended) => DialogAnswer,
): Promise<DialogAnswer> {
  if (question.signal.aborted) return { kind: "withdrawn" };
  const end = await startDialog(words, question, here).ended;
  return end.kind === "ended" ? meaning(end.how) : end;
}

/** What was typed, of a program that prints it as a line. */
export function lineOf({ output }: Ended): string {
  return output.replace(/\r?\n$/, "");
}

/** How long the program itself is to wait, in whole seconds; undefined for ever. */
export function dialogSeconds({ withinMs }: DialogQuestion): number | undefined {
  return withinMs > LONGEST_MS ? undefined : Math.max(1, Math.ceil(withinMs / 1000));
}

function start(words: readonly string[], env: Record<string, string>, signal: AbortSignal): Started {
  // Windows has no such shell. There the dialog has to look itself whether its stdin ends.
  if (!existsSync(SH)) return startWords(words, env, signal, { stdio: ["pipe", "pipe", "pipe"] });
  const guarded = [SH, "-c", GUARD, SH, ...words];
  return startWords(guarded, env, signal, { stdio: ["pipe", "pipe", "pipe", "pipe"], isApart: true });
}
