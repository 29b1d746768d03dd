// @ts-check
/** Runs a program once and says what that cost; and many in turn, so that noise hits all alike. */

import { spawn, spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { fileURLToPath } from "node:url";

/**
 * @typedef {object} Cost
 * @property {bigint} startedNs on the clock of `process.hrtime.bigint()`
 * @property {bigint} firstNs when its first output came
 * @property {number} wallMs
 * @property {number} cpuMs user and system, with the children it waited for; NaN where it cannot be told
 * @property {number} peakMb resident memory, as cpuMs
 * @property {number} status
 * @property {string} out
 * @property {string} err
 *
 * @typedef {object} Command
 * @property {readonly string[]} argv
 * @property {Record<string, string>} env all of it
 * @property {string} [cwd]
 *
 * @typedef {object} Row
 * @property {string} id
 * @property {string} label
 * @property {Command} command
 * @property {(out: string) => boolean} isRight what it has to print, each time
 * @property {<T>(work: () => Promise<T>) => Promise<T>} [around] what one run needs
 * @property {boolean} [isPart] its figures are not of a whole run
 * @property {string} [shell] whose `-c :` it is compared with
 */

/** @type {Set<import("node:child_process").ChildProcess>} */
const running = new Set();
let runner = "";

/** Ends all that runs still, with its children. */
export function endAll() {
  for (const { pid } of running) {
    try {
      if (pid !== undefined) process.kill(-pid, "SIGKILL");
    } catch {
      // It has just ended.
    }
  }
}

/**
 * Compiles one of our C programs, statically where there are static libraries; undefined where there is no compiler.
 *
 * @param {string} name
 * @param {string} directory
 */
export function compile(name, directory) {
  const source = fileURLToPath(new URL(`${name}.c`, import.meta.url));
  const program = join(directory, name);
  const isMade = [["-static"], []].some(
    (flags) => spawnSync("cc", ["-O2", ...flags, "-o", program, source], { stdio: "ignore" }).status === 0,
  );
  return isMade ? program : undefined;
}

/** From here on costs are told by the system, where there is a compiler. Whether they are. @param {string} directory */
export function prepare(directory) {
  runner = compile("runner", directory) ?? "";
  return runner !== "";
}

/**
 * Starts a program in a session of its own: it has no terminal, wherever this is run.
 *
 * @param {Command} command
 */
export function start({ argv, env, cwd = "/" }) {
  const [program = "", ...args] = runner === "" ? argv : [runner, ...argv];
  let startedNs = process.hrtime.bigint();
  const child = spawn(program, args, { env, cwd, detached: true, stdio: ["ignore", "pipe", "pipe", "pipe"] });
  running.add(child);
  let firstNs = 0n;
  child.stdout?.once("data", () => {
    firstNs = process.hrtime.bigint();
  });
  const texts = child.stdio.slice(1).map((stream) => text(/** @type {import("node:stream").Readable} */ (stream)));
  /** @type {Promise<Cost>} */
  const done = new Promise((resolve, reject) => {
    let endedNs = 0n;
    child.on("exit", () => {
      endedNs = process.hrtime.bigint();
    });
    child.on("error", reject);
    child.on("close", async (code) => {
      running.delete(child);
      const [out = "", err = "", figures = ""] = await Promise.all(texts);
      let [status, cpuMs, peakMb] = [code ?? 128, Number.NaN, Number.NaN];
      if (runner !== "") {
        const [started = "0", first = "0", ended = "0", cpu, peak, ended_] = figures.trim().split(" ");
        [startedNs, firstNs, endedNs] = [BigInt(started), BigInt(first), BigInt(ended)];
        [status, cpuMs, peakMb] = [Number(ended_), Number(cpu) / 1e3, Number(peak) / 1024];
      }
      resolve({ startedNs, firstNs, wallMs: Number(endedNs - startedNs) / 1e6, cpuMs, peakMb, status, out, err });
    });
  });
  return { pid: child.pid ?? 0, done };
}

/** The process that is measured where `start` gave this one. Throws where it cannot be told. @param {number} pid */
export function programOf(pid) {
  return runner === "" ? pid : Number(readFileSync(`/proc/${pid}/task/${pid}/children`, "latin1").split(" ")[0]);
}

/**
 * The same to its end. Throws when it fails or its answer is wrong.
 *
 * @param {Pick<Row, "label" | "command" | "isRight">} row
 */
export async function run({ label, command, isRight }) {
  const cost = await start(command).done;
  if (cost.status !== 0 || !isRight(cost.out)) {
    throw new Error(`${label}: status ${cost.status}, ${cost.out.length} bytes on stdout\n${cost.err}`);
  }
  return cost;
}

/**
 * Runs every row once a round, each round from another one on. The costs by row, round for round.
 *
 * @param {readonly Row[]} rows
 * @param {number} rounds
 * @returns {Promise<Map<string, Cost[]>>}
 */
export async function inTurn(rows, rounds) {
  /** @type {Map<string, Cost[]>} */
  const costs = new Map(rows.map(({ id }) => [id, []]));
  // The first of each warms the disk's cache, and does not count.
  for (let round = -1; round < rounds; round++) {
    for (const row of rows.map((_, index) => rows[(index + round + 1) % rows.length])) {
      if (row === undefined) continue;
      const cost = await run(row);
      if (round >= 0) costs.get(row.id)?.push(cost);
    }
  }
  return costs;
}

/**
 * How many processes a program starts besides itself; undefined where that cannot be seen. A program that it becomes is none.
 *
 * @param {Row} row
 * @param {string} directory
 */
export async function childrenOf({ command, isPart, around = (work) => work() }, directory) {
  if (isPart) return undefined;
  const trace = join(directory, "trace");
  const strace = ["strace", "-f", "-qq", "-e", "trace=process", "-e", "signal=none", "-o", trace];
  if (spawnSync("strace", ["--version"]).status !== 0) return undefined;
  const { status } = await around(() => start({ ...command, argv: [...strace, ...command.argv] }).done);
  if (status !== 0) return undefined;
  const starts = readFileSync(trace, "latin1").match(/^\d+ +(clone3?|v?fork)\(.*$/gm) ?? [];
  return starts.filter((line) => !line.includes("CLONE_THREAD")).length;
}

/** @param {readonly number[]} values */
export function median(values) {
  const sorted = values.toSorted((one, other) => one - other);
  const middle = Math.floor(sorted.length / 2);
  const [low = Number.NaN, high = Number.NaN] = [sorted[middle - 1], sorted[middle]];
  return sorted.length % 2 === 1 ? high : (low + high) / 2;
}
