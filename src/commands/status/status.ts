/** `askonce status`: what there is of sessions now. It only looks. */

import { parseWords, usage } from "../../args.ts";
import { cacheRoot } from "../../cache/directory.ts";
import { sleep } from "../../runtime/abort.ts";
import { terminalOptions } from "../../runtime/environment.ts";
import { cut, widthOf } from "../../text/terminal-text.ts";
import type { Command, ExplainedFlag, Tools } from "../command.ts";
import { flagTable, optional } from "../help/layout.ts";
import { collectStatus } from "./collect.ts";
import { statusLines } from "./picture.ts";
import type { StatusReport } from "./report.ts";

const FLAGS: readonly ExplainedFlag[] = [
  {
    name: "json",
    about: "one line of JSON, for programs: times in UTC,\nsecondsLeft by AWS's clock, no secrets",
  },
  { name: "watch", about: "draw it anew each second, until Ctrl-C" },
];

const HELP = `askonce status [NAME] ${optional(FLAGS)}

Shows the sessions there are, how long they last, and the roles taken with
them; the profiles that call askonce and have none; and who waits for a code
now. It asks nobody, calls nothing and changes nothing. With NAME only what is
about that profile.

Flags
${flagTable(FLAGS)}
Examples
  askonce status
  askonce status work
  askonce status --watch
  askonce status --json | jq '.sessions[] | {profile, secondsLeft}'
`;

const EACH_MS = 1_000;

export const status: Command = { help: HELP, flags: FLAGS, takesProfile: true, run };

async function run(words: readonly string[], tools: Tools): Promise<number> {
  const { values, positionals } = parseWords("status", words, FLAGS);
  const [name] = positionals;
  const { streams, context } = tools;
  if (positionals.length > 1) throw usage("status", `status takes one profile, not ${positionals.length}`);
  if (name === "") throw usage("status", "the name of the profile is empty");
  if (values.json === true && values.watch === true) throw usage("status", "--watch draws a picture: not with --json");
  const collect = (): Promise<StatusReport> => collectStatus(cacheRoot(context.env), name, context.env, context.uid);
  if (values.watch === true) return watch(collect, tools);
  const report = await collect();
  await streams.writeOut(values.json === true ? `${jsonOf(report)}\n` : `${picture(report, tools).join("\n")}\n`);
  return 0;
}

/** One line that a terminal may be shown: JSON.stringify leaves some control and format characters as they are. */
function jsonOf(report: StatusReport): string {
  const text = JSON.stringify(report);
  // Thousands of sessions are megabytes, which have none of that as a rule.
  if (!/[^\x20-\x7e]/.test(text)) return text;
  return text.replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu, (character) =>
    [...Array(character.length).keys()]
      .map((index) => `\\u${character.charCodeAt(index).toString(16).padStart(4, "0")}`)
      .join(""),
  );
}

function picture(report: StatusReport, { streams, context }: Tools): string[] {
  const columns = streams.stdoutColumns();
  return statusLines(report, columns, columns !== undefined && terminalOptions(context.env).colours);
}

/**
 * Draws over what it drew before. The cursor stands below the picture and is never hidden, so that there is nothing to
 * undo however this ends: by a signal, that is, or with the terminal.
 */
async function watch(collect: () => Promise<StatusReport>, tools: Tools): Promise<number> {
  const { streams, context } = tools;
  // A dumb one cannot go back to what it has drawn.
  if (streams.stdoutColumns() === undefined || streams.isDumb)
    throw usage("status", "--watch needs a terminal to draw on");
  let shown: readonly string[] = [];
  for (;;) {
    const report = await collect();
    const [columns, rows] = [streams.stdoutColumns(), streams.stdoutRows()];
    if (columns === undefined || rows === undefined) return 0;
    const lines = bounded(picture(report, tools), rows - 1, columns);
    // A narrower window has folded what was drawn.
    const up = shown.reduce((sum, line) => sum + Math.max(1, Math.ceil(plainWidth(line) / columns)), 0);
    const back = up === 0 ? "\r" : `\r\x1b[${Math.min(up, rows - 1)}A`;
    await streams.writeOut(`${back}${lines.map((line) => `${line}\x1b[K\r\n`).join("")}\x1b[J`);
    shown = lines;
    await sleep(EACH_MS, context.deadline.signal);
  }
}

/** No more lines than can be drawn over, the last one telling of the others. */
function bounded(lines: readonly string[], most: number, columns: number): string[] {
  if (lines.length <= most) return [...lines];
  const kept = lines.slice(0, Math.max(0, most - 1));
  return [...kept, cut(`… and ${lines.length - kept.length} more lines`, columns)];
}

function plainWidth(line: string): number {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: colours begin with one
  return widthOf(line.replace(/\x1b\[\d+m/g, ""));
}
