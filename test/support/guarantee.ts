/** A guarantee that is tried in rounds: a few in the suite, many in `npm run stress`, which prints the result of each. */

import { it } from "vitest";

/** How many rounds; `npm run stress -- --times N` multiplies the second. 0 in the suite: it takes too long there, and is not tried. */
export interface Rounds {
  readonly suite: number;
  readonly stress: number;
}

/** One line of the table. */
export interface Row {
  readonly guarantee: string;
  readonly rounds: number;
  /** The worst that was seen, with its unit: set before it is judged, for the table shows it for a broken guarantee too. */
  worst: string;
}

declare module "vitest" {
  interface TaskMeta {
    row?: Row;
  }
}

const SUITE_MS = 120_000;
const STRESS_MS = 300_000;

/** How often the rounds of `npm run stress` are run; 0 in the suite. */
const times = Number(process.env.ASKONCE_STRESS_TIMES ?? 0);

/** Registers a guarantee, in the words of a user, and how it is tried: `keep` runs the rounds and throws when it is broken. */
export function guarantee(text: string, rounds: Rounds, keep: (row: Row) => Promise<void>): void {
  if (roundsOf(rounds) === 0) return;
  it(text, { timeout: times === 0 ? SUITE_MS : STRESS_MS * times }, async ({ task }) => {
    const row: Row = { guarantee: text, rounds: roundsOf(rounds), worst: "" };
    task.meta.row = row;
    await keep(row);
  });
}

/** So many of it in this run: for what is no guarantee of its own. */
export function roundsOf({ suite, stress }: Rounds): number {
  return times === 0 ? suite : stress * times;
}
