/** A window or popup as a place to ask at. */

import type { Driver, Surroundings } from "../../dialogs/driver.ts";
import { firstOf } from "../../runtime/abort.ts";
import { steadyMs } from "../../runtime/clock.ts";
import type { RefreshInput } from "../input.ts";
import { type Place, WINDOW } from "./place.ts";

/** Asks until an answer can be used. After a question without an answer no window is shown for a while, by any process. */
export function windowPlace(driver: Driver, here: Surroundings, { store, context }: RefreshInput): Place {
  const { windows } = store;
  return {
    kind: "window",
    id: WINDOW,
    name: driver.name === "tmux" ? "a tmux popup" : "a window",
    async ask(question, { withinMs, arrived }) {
      if (windows.pausedUntilMs() !== undefined) return { kind: "not-ours" };
      const endsAtMs = steadyMs() + withinMs;
      const signal = firstOf([arrived, context.deadline.signal]);
      windows.notePause();
      for (let { complaint } = question; ; ) {
        const lines = question.windowLines(complaint);
        const shown = { lines, complaint: complaint && lines.at(-1), label: question.message, signal };
        const answer = await driver.ask({ ...shown, withinMs: endsAtMs - steadyMs() }, here);
        const isAnswered = answer.kind === "answered";
        context.log("a window was closed", { driver: driver.name, answer: isAnswered ? "typed" : answer.kind });
        if (isAnswered) {
          const parsed = question.parse(answer.text);
          if ("complaint" in parsed) {
            complaint = parsed.complaint;
            continue;
          }
          windows.takeBackPause();
          return { kind: "answered", value: parsed.value };
        }
        if (answer.kind === "cannot") {
          windows.takeBackPause();
          return { kind: "not-ours" };
        }
        if (arrived.aborted) return { kind: "arrived" };
        windows.restartPause();
        return { kind: answer.kind === "cancelled" ? "cancelled" : "timed-out" };
      }
    },
  };
}
