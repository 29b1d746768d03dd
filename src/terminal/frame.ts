/** What the prompt looks like at a given width: lines of text, and where the cursor stands. */

import { type Colour, inColour } from "../text/style.ts";
import { cut, printable, widthOf, wrap } from "../text/terminal-text.ts";

/** A line above the prompt: a text that may hold anything, or part of a picture, which is drawn as it is. */
export type TitleLine = string | { readonly picture: string };

/** The lines above the prompt, or how to compose them for so many columns and lines. */
export type Title = readonly TitleLine[] | ((columns: number, rows: number) => readonly TitleLine[]);

/** Everything one picture of the prompt is made of. */
export interface FrameContent {
  title: Title;
  message: string;
  typed: string;
  /** Where in the typed text the next character goes. */
  cursor: number;
  /** How many characters are expected: shown as `_` until they are typed. */
  places: number;
  /** Shown in brackets until something is typed. */
  fallback?: string | undefined;
  /** Dots stand for what is typed. */
  isSecret?: boolean;
  complaint: string | undefined;
  hint: string | undefined;
  secondsLeft: number | undefined;
}

/** A picture of the prompt; the cursor's row and column count from 0. */
export interface Frame {
  lines: string[];
  row: number;
  column: number;
}

const MARKS = new Map<string, Colour>([
  ["✓", "green"],
  ["✗", "red"],
]);

const SMALLEST_WIDTH = 10;

/** A printable line; the mark it may begin with takes its colour when there are any. */
export function colourLine(line: string, colours: boolean): string {
  const text = printable(line);
  const [mark = ""] = text;
  const colour = MARKS.get(mark);
  return colour === undefined ? text : inColour(mark, colour, colours) + text.slice(mark.length);
}

/** Lays the prompt out so that no line reaches the last column and the whole fits on the screen. */
export function composeFrame(content: FrameContent, columns: number, rows: number, colours: boolean): Frame {
  const width = Math.max(columns - 1, SMALLEST_WIDTH);
  const below =
    content.complaint === undefined ? [] : wrap(`✗ ${printable(content.complaint)}`, width).slice(0, rows - 1);
  const room = Math.max(rows - 1 - below.length, 0);
  const title = typeof content.title === "function" ? content.title(columns, room) : content.title;
  const above = title
    .flatMap((line): TitleLine[] => (typeof line === "string" ? wrap(printable(line), width) : [line]))
    .slice(0, room);
  const label = ` ${printable(content.message)} ${width >= 40 ? " " : ""}`;
  const { before, after, blanks } = composeTyped(content, Math.max(width - 2 - widthOf(label), 1));
  const left = `?${label}${before}${after}${blanks}`;
  const note = noteOf(content, width - widthOf(left) - 2);
  const gap = " ".repeat(note === "" ? 0 : width - widthOf(left) - widthOf(note));
  const line = [
    inColour("?", "cyan", colours),
    inColour(label, "bold", colours),
    before + after,
    inColour(blanks, "dim", colours),
    gap + inColour(note, "dim", colours),
  ];
  return {
    lines: [
      ...above.map((line) => (typeof line === "string" ? colourLine(line, colours) : line.picture)),
      line.join(""),
      ...below.map((text) => inColour(text, "red", colours)),
    ],
    row: above.length,
    column: widthOf(`?${label}${before}`),
  };
}

/** What is typed stays in one line: its end stays in sight, what stands after the cursor is cut. */
function composeTyped({ typed: text, cursor, places, fallback, isSecret }: FrameContent, room: number) {
  if (fallback !== undefined && text === "")
    return { before: "", after: "", blanks: cut(`[${printable(fallback)}]`, room) };
  const typed = isSecret ? "•".repeat(text.length) : text;
  let before = printable(typed.slice(0, cursor));
  while (widthOf(before) > room) before = [...before].slice(1).join("");
  const after = cut(printable(typed.slice(cursor)), room - widthOf(before));
  const missing = places - typed.replace(/\s/g, "").length;
  const blanks = "_".repeat(Math.max(0, Math.min(missing, room - widthOf(before + after))));
  return { before, after, blanks };
}

/** The longest of the notes that fits: `answers for 12 h · 48 s left`, `48 s left`, `48 s`. */
function noteOf({ hint, secondsLeft }: FrameContent, room: number): string {
  const time =
    secondsLeft === undefined ? "" : secondsLeft > 120 ? `${Math.ceil(secondsLeft / 60)} min` : `${secondsLeft} s`;
  const left = time && `${time} left`;
  const notes = [[printable(hint ?? ""), left].filter(Boolean).join(" · "), left, time];
  return notes.find((note) => widthOf(note) <= room) ?? "";
}
