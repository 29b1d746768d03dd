/** Tells a person at a terminal that work goes on, once it takes longer than nobody minds. */

import { onEnd } from "../runtime/on-exit.ts";
import type { Streams } from "../runtime/streams.ts";
import { cut, printable } from "../text/terminal-text.ts";
import { ownTerminal } from "./own-terminal.ts";
import { type Ownership, openTerminal, terminalIsOurs, terminalOwnership } from "./ownership.ts";
import { write } from "./screen.ts";

const SHOWN_AFTER_MS = 300;
const EVERY_MS = 100;
const WHEEL = ["⠋", "⠙", "⠹", "⠸", "⠼", "⠴", "⠦", "⠧", "⠇", "⠏"];
const WIPE = "\r\x1b[K";

type Screen = Pick<Streams, "stdoutColumns" | "writeOut" | "isDumb">;

/**
 * Does the work. Where stdout is a terminal, a wheel with the text stands in its line from 300 ms on, but never while a
 * question stands or in the background; it is gone when this settles, as the work does. Elsewhere not a byte is written.
 *
 * @param text such as `asking IAM for the devices of jane`; it may hold anything and is cut to the line
 * @param whose says whose turn it is on the terminal
 */
export async function withProgress<T>(
  text: string,
  screen: Screen,
  work: () => Promise<T>,
  whose: () => Ownership = terminalOwnership,
): Promise<T> {
  // A dumb terminal would get one line a turn.
  if (screen.stdoutColumns() === undefined || screen.isDumb) return work();
  const wheel = startWheel(printable(text), screen, whose);
  try {
    return await work();
  } finally {
    await wheel.stop();
  }
}

function startWheel(text: string, screen: Screen, whose: () => Ownership): { stop(): Promise<void> } {
  // The line is the shell's then, or of what runs before its eyes.
  const isInBackground = (): boolean => whose() === "background";
  let isShown = false;
  let turns = 0;
  // One write at a time: what is wiped off must not come after what is drawn.
  let written = Promise.resolve();
  const draw = (): void => {
    if (ownTerminal.isTaken() || isInBackground()) return;
    const columns = screen.stdoutColumns() ?? 0;
    isShown = true;
    const line = cut(`${WHEEL[turns++ % WHEEL.length]} ${text}`, Math.max(columns - 1, 1));
    written = written.then(() => screen.writeOut(WIPE + line));
  };
  const wipe = (): Promise<void> => {
    if (isShown && !isInBackground()) written = written.then(() => screen.writeOut(WIPE));
    isShown = false;
    return written;
  };
  let ticking: NodeJS.Timeout | undefined;
  const waiting = setTimeout(() => {
    draw();
    ticking = setInterval(draw, EVERY_MS);
  }, SHOWN_AFTER_MS);
  const takeBack = [ownTerminal.givingWay(wipe), onEnd(() => isShown && wipeNow())];
  return {
    stop() {
      clearTimeout(waiting);
      clearInterval(ticking);
      for (const undo of takeBack) undo();
      return wipe();
    },
  };
}

/** A signal waits for no stream. */
function wipeNow(): void {
  const fd = terminalIsOurs() ? openTerminal() : undefined;
  if (fd !== undefined) write(fd, WIPE);
}
