/** What `npm run stress` prints: a line for each guarantee as it is settled, then what broke. */

import { availableParallelism, totalmem } from "node:os";
import type { Reporter, TestCase, TestModule, TestRunEndReason } from "vitest/node";

const WIDTHS = [72, 6, 44] as const;

export default class StressTable implements Reporter {
  readonly #startedAtMs = Date.now();
  readonly #broken: string[] = [];
  #tried = 0;

  onTestRunStart(): void {
    const memory = Math.round(totalmem() / 2 ** 30);
    say(`Node ${process.versions.node}, ${availableParallelism()} cores, ${memory} GB\n`);
    say(line("guarantee", "rounds", "worst", "verdict"));
    say(line(...WIDTHS.map((width) => "-".repeat(width)), "-------"));
  }

  onTestCaseResult(test: TestCase): void {
    const { row } = test.meta();
    const { state, errors } = test.result();
    const failed = state === "failed";
    // What is no guarantee proves that the trial can fail, and is of interest only where it does not.
    if (row !== undefined || failed) {
      this.#tried++;
      const verdict = state === "passed" ? "kept" : failed ? "BROKEN" : state;
      say(line(row?.guarantee ?? test.name, String(row?.rounds ?? ""), row?.worst ?? "", verdict));
    }
    if (failed) this.#broken.push(`${test.name}\n${errors?.map((error) => error.stack ?? error.message).join("\n")}`);
  }

  onTestRunEnd(modules: readonly TestModule[], unhandled: readonly { message: string }[], why: TestRunEndReason): void {
    const seconds = Math.round((Date.now() - this.#startedAtMs) / 1000);
    const others = [...modules.flatMap((module) => module.errors()), ...unhandled].map((error) => error.message);
    for (const text of [...this.#broken, ...others]) say(`\n${text}`);
    const isKept = why === "passed" && this.#tried > 0;
    // A name that fits none is no success.
    if (!isKept) process.exitCode = 1;
    say(`\n${isKept ? "every guarantee kept" : "NOT every guarantee kept"}, ${this.#tried} tried, ${seconds} s`);
  }
}

function line(...cells: string[]): string {
  return cells
    .map((cell, index) => cell.padEnd(WIDTHS[index] ?? 0))
    .join("  ")
    .trimEnd();
}

function say(text: string): void {
  process.stdout.write(`${text}\n`);
}
