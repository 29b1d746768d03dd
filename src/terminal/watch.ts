/** What goes on around a question: time, the terminal's next owner, a session from elsewhere, stops and window sizes. */

import { steadyMs } from "../runtime/clock.ts";
import { terminalOwnership } from "./ownership.ts";
import type { Screen } from "./screen.ts";

/** Outside Linux each look at the terminal's owner starts a process. */
const TICK_MS = process.platform === "linux" ? 250 : 1_000;

/** What ends a question besides its answer. */
export interface Limits {
  readonly signal: AbortSignal | undefined;
  /** When to give up, on the clock of `steadyMs`. */
  readonly endsAt: number | undefined;
}

/** How it can end without an answer. */
export type WatchedEnding =
  | { kind: "cancelled" | "timed-out" | "withdrawn" | "lost" }
  | { kind: "continued" }
  | { kind: "stopped"; pid: number };

/** Everything besides keys that ends or redraws a question; returns how to stop watching. */
export function watchTerminal(
  screen: Screen,
  { signal, endsAt }: Limits,
  draw: () => void,
  leave: (ending: WatchedEnding) => void,
): () => void {
  const tick = () => {
    const ownership = terminalOwnership();
    if (ownership !== "ours") leave({ kind: ownership === "none" ? "cancelled" : "lost" });
    else if (endsAt !== undefined && steadyMs() >= endsAt) leave({ kind: "timed-out" });
    else draw();
  };
  const onAbort = () => leave({ kind: "withdrawn" });
  const onStop = () => leave({ kind: "stopped", pid: process.pid });
  // After a SIGSTOP nobody can tell in which mode the terminal is: it is taken anew.
  const onContinue = () => leave({ kind: "continued" });
  const onResize = () => {
    if (terminalOwnership() !== "ours") return;
    screen.measure();
    draw();
  };
  const timer = setInterval(tick, TICK_MS);
  signal?.addEventListener("abort", onAbort);
  process.on("SIGTSTP", onStop).on("SIGCONT", onContinue).on("SIGWINCH", onResize);
  if (signal?.aborted) onAbort();
  return () => {
    clearInterval(timer);
    signal?.removeEventListener("abort", onAbort);
    process.off("SIGTSTP", onStop).off("SIGCONT", onContinue).off("SIGWINCH", onResize);
  };
}
