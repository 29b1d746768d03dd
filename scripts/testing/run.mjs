// @ts-check
/** Runs vitest for scripts/test and prints its closing lines: run.mjs [what vitest takes] */

import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { constants, tmpdir } from "node:os";
import { join } from "node:path";
import { filesToRunAgain, summarize } from "./summary.mjs";

const isCi = process.env.CI === "true";
const directory = mkdtempSync(join(tmpdir(), "askonce-test-"));
process.on("exit", () => rmSync(directory, { recursive: true, force: true }));

const first = await runVitest("first", {});
const again = isCi ? filesToRunAgain(first) : [];
if (again.length > 0) console.log(`\nonce more, each file that failed: ${again.join(" ")}`);
const second = again.length > 0 ? await runVitest("second", { ASKONCE_TEST_FILES: again.join("\n") }) : undefined;

const { problems, unstable, figures, status } = summarize(first, second);
if (isCi) {
  const node = `Node ${process.versions.node}`;
  const own = unstable.map(({ where, message }) => `unstable: ${where}\n  ${node}: ${message}\n`);
  const all = keepUnstable(own.join(""));
  console.log(all === "" ? "\nno unstable test" : `\nunstable tests, which failed and then passed:\n${all.trimEnd()}`);
}
if (problems.length > 0) console.log(`\n${problems.join("\n")}`);
if (figures !== undefined) console.log(`\n${figures}`);
process.exitCode = status;

/**
 * @param {string} name of the report
 * @param {Record<string, string>} env
 * @returns {Promise<import("./summary.mjs").Run>}
 */
async function runVitest(name, env) {
  const path = join(directory, name);
  const child = spawn(
    process.execPath,
    [
      ...["node_modules/vitest/vitest.mjs", "run", "--config", "test/vitest.config.ts"],
      ...["--reporter=default", "--reporter=./scripts/testing/reporter.mjs", ...process.argv.slice(2)],
    ],
    { stdio: "inherit", env: { ...process.env, ...env, ASKONCE_TEST_REPORT: path } },
  );
  const forward = (/** @type {NodeJS.Signals} */ signal) => child.kill(signal);
  process.on("SIGINT", forward).on("SIGTERM", forward);
  const [code, signal] = await once(child, "exit");
  process.off("SIGINT", forward).off("SIGTERM", forward);
  const status = code ?? 128 + constants.signals[/** @type {NodeJS.Signals} */ (signal)];
  try {
    return { status, report: JSON.parse(readFileSync(path, "utf8")) };
  } catch {
    return { status };
  }
}

/** Adds to the list that several runs share, where there is one, and gives all of it. @param {string} lines */
function keepUnstable(lines) {
  const path = process.env.ASKONCE_TEST_UNSTABLE;
  if (path === undefined) return lines;
  writeFileSync(path, lines, { flag: "a" });
  return readFileSync(path, "utf8");
}
