/** Holding the terminal for one prompt: taking it only when it is ours, and giving it back as it was found. */

import { closeSync, readSync } from "node:fs";
import { ReadStream } from "node:tty";
import { type ControlKeys, startGuard } from "./guard.ts";
import { openTerminal, terminalOwnership } from "./ownership.ts";
import { createScreen, type Screen } from "./screen.ts";

/** Why the terminal cannot be had: none, another group's turn, a full-screen program's, or nothing here could restore it. */
export type Refusal = "no-terminal" | "background" | "full-screen" | "unguarded";

export interface TerminalHold {
  controls: ControlKeys;
  screen: Screen;
  /** What was typed before the terminal became raw. The kernel cannot take it back, so it is for us to judge. */
  typedAhead: string;
  /** Starts reading; `onClosed` is called when the terminal is gone. */
  listen(onBytes: (bytes: Buffer) => void, onClosed: () => void): void;
  drain(): void;
  /** Ends reading and drawing and puts the found mode back before it returns; what is left to do takes a release. */
  abandon(): void;
  /** Restores, closes every handle and waits for the guard's end, so that the process can end by itself. */
  release(): Promise<void>;
}

/** Takes the terminal, or says why not; in the second case not a byte was written or read. */
export async function holdTerminal(searchPath?: string): Promise<TerminalHold | Refusal> {
  const early = refusal();
  if (early !== undefined) return early;
  const fd = openTerminal();
  if (fd === undefined) return "no-terminal";
  const guard = await startGuard(searchPath);
  // Starting a shell takes a while; the terminal may have changed hands meanwhile.
  const late = guard === undefined ? "unguarded" : guard.found.cooked ? refusal() : "full-screen";
  const input = openTerminal();
  if (guard === undefined || late !== undefined || input === undefined || !(await guard.makeRaw())) {
    for (const open of [fd, input]) if (open !== undefined) closeSync(open);
    await guard?.dismiss();
    return late ?? "unguarded";
  }
  const typedAhead = readPending(fd);
  const stream = new ReadStream(input);
  stream.on("error", () => {});
  const screen = createScreen(fd);
  const abandon = () => {
    for (const event of ["data", "end", "close"]) stream.removeAllListeners(event);
    stream.destroy();
    if (refusal() === undefined) screen.close();
    guard.restore();
  };
  let released = false;
  return {
    controls: guard.found.keys,
    screen,
    typedAhead,
    listen(onBytes, onClosed) {
      for (const event of ["error", "end", "close"]) stream.once(event, onClosed);
      stream.on("data", onBytes);
    },
    drain() {
      readPending(fd);
    },
    abandon,
    async release() {
      if (released) return;
      released = true;
      abandon();
      await screen.flushed();
      closeSync(fd);
      await guard.dismiss();
    },
  };
}

function refusal(): Refusal | undefined {
  const ownership = terminalOwnership();
  if (ownership === "none") return "no-terminal";
  return ownership === "background" ? "background" : undefined;
}

function readPending(fd: number): string {
  const buffer = Buffer.alloc(4_096);
  let text = "";
  try {
    for (;;) {
      const length = readSync(fd, buffer);
      if (length === 0) return text;
      text += buffer.toString("latin1", 0, length);
    }
  } catch {
    return text;
  }
}
