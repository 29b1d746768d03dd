/** The conversation of `doctor --fix`: what would be done, a yes, what was done. */

import { usage } from "../../args.ts";
import type { Examination } from "../../doctor/examine.ts";
import { applyFixes, fixesOf, fixText } from "../../doctor/fix.ts";
import { terminalOptions } from "../../runtime/environment.ts";
import { oneLine } from "../../runtime/errors.ts";
import { terminalToAskOn } from "../../terminal/ask.ts";
import { askYesNo } from "../../terminal/line-question.ts";
import { wrap } from "../../text/terminal-text.ts";
import type { Tools } from "../command.ts";

type Screen = Pick<Tools, "streams" | "context">;

/** Asks unless told not to, and mends. Returns a line about each thing done; undefined where somebody said no. Throws `usage` where there is nobody to ask. */
export async function mend(
  { facts, shared, local }: Examination,
  isSure: boolean,
  screen: Screen,
): Promise<readonly string[] | undefined> {
  const fixes = fixesOf([...shared, ...local]);
  if (fixes.length === 0) return [];
  const plan = fixes.map((fix) => oneLine(fixText(fix, facts.home)));
  if (!isSure && !(await isWanted(plan, screen))) return undefined;
  return applyFixes(fixes, facts, new Date()).map(oneLine);
}

async function isWanted(plan: readonly string[], { streams, context }: Screen): Promise<boolean> {
  const columns = streams.stdoutColumns();
  if (terminalToAskOn() === undefined || columns === undefined) {
    await streams.writeOut(`askonce doctor --fix would\n${bulleted(plan, Number.POSITIVE_INFINITY)}`);
    throw usage("doctor", "there is no terminal to ask on: --yes does it without asking");
  }
  await streams.writeOut(`askonce doctor --fix would\n${bulleted(plan, columns)}`);
  return askYesNo({ lines: [], message: "Do it", what: "doctor --fix", ...terminalOptions(context.env) });
}

/** Lines with their ends, each thing with a dot before it. */
export function bulleted(things: readonly string[], columns: number): string {
  return things.map((thing) => `${broken(`  · ${thing}`, columns)}\n`).join("");
}

function broken(line: string, columns: number): string {
  return Number.isFinite(columns) ? wrap(line, columns).join("\n") : line;
}
