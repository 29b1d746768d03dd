/**
 * Asks one question on its terminal and writes what came of it, as JSON, to the file named first. The second argument is
 * JSON: `deadlineMs`, `withdrawWhen` (a file whose appearance withdraws the question), `colours`,
 * `lines`, `hint`, `say`, `signals`, `ignore`.
 */

import { existsSync, renameSync, writeFileSync } from "node:fs";
import { takeStream } from "../../src/edge/standard-streams.ts";
import { CODE_QUESTION } from "../../src/mfa/ask-code.ts";
import { askOnTerminal, restoreTerminal, writeToTerminal } from "../../src/terminal/prompt.ts";

for (const stream of [0, 1, 2] as const) takeStream(stream);
const [resultFile = "", settingsText = "{}"] = process.argv.slice(2);
const settings = JSON.parse(settingsText) as {
  deadlineMs?: number;
  withdrawWhen?: string;
  colours?: boolean;
  lines?: string[];
  hint?: string;
  say?: string;
  /** Signals that end the driver as a careful program ends: terminal first. */
  signals?: NodeJS.Signals[];
  /** Signals without effect. */
  ignore?: NodeJS.Signals[];
};

for (const signal of settings.signals ?? []) {
  process.on(signal, () => {
    restoreTerminal();
    report({ kind: "signalled", signal });
    process.exit(7);
  });
}

for (const signal of settings.ignore ?? []) process.on(signal, () => {});

const withdrawal = new AbortController();
const { withdrawWhen, deadlineMs, hint, colours = false } = settings;
const watcher = setInterval(() => {
  if (withdrawWhen !== undefined && existsSync(withdrawWhen)) withdrawal.abort();
}, 10);

const answer = await askOnTerminal(
  {
    ...CODE_QUESTION,
    lines: settings.lines ?? ["askonce · aws s3 needs an MFA session for work", "  user jane · device jane-phone"],
    ...(hint === undefined ? {} : { hint }),
    // The text as it was typed.
    parse(text) {
      const parsed = CODE_QUESTION.parse(text);
      return "complaint" in parsed ? parsed : { value: text };
    },
  },
  {
    ...{ colours, signal: withdrawal.signal },
    ...(deadlineMs === undefined ? {} : { withinMs: deadlineMs }),
    // In the guard's environment, for tests to find it by: it is not on the terminal as others are.
    searchPath: process.cwd(),
  },
);
clearInterval(watcher);
const said = settings.say === undefined ? undefined : writeToTerminal(settings.say, { colours });
const { value: text, ...ending } = { value: undefined, ...answer };
report({ ...ending, ...(text === undefined ? {} : { text }), ...(said === undefined ? {} : { said }) });

function report(result: object): void {
  writeFileSync(`${resultFile}.new`, JSON.stringify(result));
  renameSync(`${resultFile}.new`, resultFile);
}
