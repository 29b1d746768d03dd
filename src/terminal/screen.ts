/** Draws the prompt on the terminal and wipes it off again, without ever waiting for a terminal that takes no output. */

import { writeSync } from "node:fs";
import { WriteStream } from "node:tty";
import { steadyMs } from "../runtime/clock.ts";
import { widthOf } from "../text/terminal-text.ts";
import type { Frame } from "./frame.ts";
import { openTerminal } from "./ownership.ts";

export interface Screen {
  columns: number;
  rows: number;
  measure(): void;
  /** Goes to the begin of a line that is empty, whatever others have printed last. */
  freshLine(): void;
  paint(frame: Frame): void;
  /** Wipes the picture off; the cursor stands where its first line began. */
  erase(): void;
  close(): void;
  /** Waits, not for long, until the terminal has taken what was drawn and wiped off. To be called before its descriptor is closed. */
  flushed(): Promise<void>;
}

const FALLBACK = { columns: 80, rows: 24 };
const RETRY_MS = 10;
const FLUSH_MS = 300;
const ERASE_LINE = "\x1b[K";
/** From the begin of a line. tmux keeps in its history what is erased from its very first cell on, so that one goes before. */
const ERASE_BELOW = `${ERASE_LINE}\x1b[C\x1b[J\r`;

/** Makes a screen that writes to `fd`, which is open without blocking. */
export function createScreen(fd: number): Screen {
  let shown: Frame | undefined;
  let isClosed = false;
  /** What the terminal has not taken yet: a picture may be more than it takes at once. */
  let rest = Buffer.alloc(0);
  let retry: NodeJS.Timeout | undefined;
  const flush = (): boolean => {
    clearTimeout(retry);
    rest = rest.subarray(writeSome(fd, rest));
    if (rest.length > 0) retry = setTimeout(flush, RETRY_MS).unref();
    return rest.length === 0;
  };
  const put = (text: string): void => {
    rest = Buffer.concat([rest, Buffer.from(text)]);
    flush();
  };
  /** The way from the cursor to the first line, also when a narrower window has folded the lines since. */
  const toTop = (columns: number) => {
    if (shown === undefined) return "\r";
    const above = shown.lines.slice(0, shown.row).map((line) => Math.ceil(plainWidth(line) / columns) || 1);
    const up = above.reduce((sum, lines) => sum + lines, 0) + Math.floor(shown.column / columns);
    return up === 0 ? "\r" : `\r\x1b[${up}A`;
  };
  const screen: Screen = {
    ...windowSize(),
    measure() {
      Object.assign(screen, windowSize());
      // Terminals that fold lines remember which they folded until they are erased, and unfold them in a wider window.
      screen.erase();
    },
    freshLine() {
      // A whole line of blanks ends in the last column when it began in the first, and in the next line otherwise.
      put(`${" ".repeat(screen.columns)}\r${ERASE_LINE}`);
    },
    paint(frame) {
      if (isClosed || isSame(frame, shown)) return;
      // What the terminal does not take now is drawn with the next picture.
      if (rest.length > 0 && !flush()) return;
      const below = frame.lines.length - 1 - frame.row;
      const back = `\r${below === 0 ? "" : `\x1b[${below}A`}${frame.column === 0 ? "" : `\x1b[${frame.column}C`}`;
      // A picture is much to draw for each key that is pressed below it.
      const differs = frame.lines.findIndex((line, index) => line !== shown?.lines[index]);
      const same = Math.max(Math.min(differs, frame.lines.length - 1, (shown?.lines.length ?? 0) - 1), 0);
      const down = same === 0 ? "" : `\x1b[${same}B`;
      const lines = frame.lines.slice(same).map((line) => line + ERASE_LINE);
      put(`${toTop(screen.columns)}${down}${lines.join("\r\n")}\x1b[J${back}`);
      shown = frame;
    },
    erase() {
      if (shown !== undefined) put(toTop(screen.columns) + ERASE_BELOW);
      shown = undefined;
    },
    close() {
      screen.erase();
      isClosed = true;
    },
    async flushed() {
      const endsAt = steadyMs() + FLUSH_MS;
      while (!flush() && steadyMs() < endsAt) await new Promise((resolve) => setTimeout(resolve, RETRY_MS));
      clearTimeout(retry);
    },
  };
  return screen;
}

/** Writes what the terminal takes at once; false when that was not everything. */
export function write(fd: number, text: string): boolean {
  const bytes = Buffer.from(text);
  return writeSome(fd, bytes) === bytes.length;
}

/** How many bytes the terminal took. */
function writeSome(fd: number, bytes: Buffer): number {
  try {
    return bytes.length === 0 ? 0 : writeSync(fd, bytes);
  } catch {
    return 0;
  }
}

function isSame(one: Frame, other: Frame | undefined): boolean {
  return one.column === other?.column && one.row === other.row && one.lines.join("\n") === other.lines.join("\n");
}

function windowSize(): { columns: number; rows: number } {
  const fd = openTerminal();
  if (fd === undefined) return FALLBACK;
  const stream = new WriteStream(fd);
  stream.on("error", () => {});
  const [columns, rows] = [stream.columns || FALLBACK.columns, stream.rows || FALLBACK.rows];
  stream.destroy();
  return { columns, rows };
}

function plainWidth(line: string): number {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: colours begin with one
  return widthOf(line.replace(/\x1b\[[\d;]+m/g, ""));
}
