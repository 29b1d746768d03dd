/** The parts of a help text that are made of data. Pure. */

import type { Flag } from "../../args.ts";
import type { ExplainedFlag } from "../command.ts";

/** Where the right column begins. */
const RIGHT_COLUMN = 28;

/** Two columns, with a line end after each line. The right one begins on a line of its own where the left one is too long. */
export function table(rows: readonly (readonly [left: string, right: string])[], column = RIGHT_COLUMN): string {
  return rows.map(([left, right]) => rowOf(left, right.split("\n"), column)).join("");
}

function rowOf(left: string, right: readonly string[], column: number): string {
  const space = " ".repeat(column);
  const isLong = left.includes("\n") || left.length > column - 4;
  const [first = "", ...rest] = isLong ? ["", ...right] : right;
  const lines = [`  ${left}`.padEnd(isLong ? 0 : column) + first, ...rest.map((line) => space + line)];
  return `${lines.join("\n")}\n`;
}

/** A row for each flag: how it is typed, the profile key that it overrides, and what it does. */
export function flagTable(flags: readonly ExplainedFlag[]): string {
  return table(flags.map((flag) => [typed(flag), aboutFlag(flag)]));
}

/** What the help says beside a flag. */
export function aboutFlag({ profileKey, about }: ExplainedFlag): string {
  return profileKey === undefined ? about : `${profileKey}: ${about}`;
}

/** `[--json] [--device DEVICE]`, for a line of usage. */
export function optional(flags: readonly Flag[]): string {
  return flags.map(({ name, value }) => `[--${name}${value === undefined ? "" : ` ${value}`}]`).join(" ");
}

function typed({ name, short, value }: Flag): string {
  return `${short === undefined ? "" : `-${short}, `}--${name}${value === undefined ? "" : ` ${value}`}`;
}
