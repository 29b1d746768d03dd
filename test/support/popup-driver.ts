/**
 * Asks one question by tmux and writes what came of it, as JSON, to the file named first. The second argument is JSON:
 * `question` (without its signal), `directory`, `withdrawWhen` (a file whose appearance withdraws the question).
 */

import { existsSync, renameSync, writeFileSync } from "node:fs";
import type { DialogQuestion } from "../../src/dialogs/driver.ts";
import { tmuxPopup } from "../../src/dialogs/tmux/popup.ts";
import { cleanUp } from "../../src/runtime/on-exit.ts";

const [resultFile = "", settingsText = "{}"] = process.argv.slice(2);
const settings = JSON.parse(settingsText) as {
  question: Omit<DialogQuestion, "signal" | "withinMs"> & { readonly withinMs?: number };
  directory: string;
  withdrawWhen?: string;
};
const { question, directory, withdrawWhen } = settings;

// The end of a program without its exit, which would close the popup too.
process.on("SIGTERM", cleanUp);
const withdrawal = new AbortController();
const watcher = setInterval(() => {
  if (withdrawWhen !== undefined && existsSync(withdrawWhen)) withdrawal.abort();
}, 10);

const here = { env: process.env, platform: process.platform, directory };
const canAsk = await tmuxPopup.canAsk(here);
const asked = { ...question, withinMs: question.withinMs ?? Infinity, signal: withdrawal.signal };
const answer = await tmuxPopup.ask(asked, here);
clearInterval(watcher);
writeFileSync(`${resultFile}.new`, JSON.stringify({ canAsk, answer }));
renameSync(`${resultFile}.new`, resultFile);
