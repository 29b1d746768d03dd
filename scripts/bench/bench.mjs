// @ts-check
/**
 * Measures what askonce costs, beside what nothing at all costs: npm run bench [-- --rounds N]
 *
 * Prints a table, writes the same to bench-results.json and draws scripts/bench/bench.svg. A target that is missed is said and is
 * no failure; an answer that is wrong is one.
 */

import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { availableParallelism, cpus, tmpdir, totalmem } from "node:os";
import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { parseArgs } from "node:util";
import { bundleFakeAws } from "../fake-aws.mjs";
import { measureAws } from "./aws.mjs";
import { drawChart } from "./chart.mjs";
import { measureCold, measureStorm } from "./cold.mjs";
import { BenchHome, TOKEN_LENGTH } from "./home.mjs";
import { childrenOf, endAll, prepare } from "./measure.mjs";
import { resultOf, tableOf, targetsOf } from "./report.mjs";
import { measureHits } from "./rows.mjs";

const RESULTS = fileURLToPath(new URL("../../bench-results.json", import.meta.url));
/** What takes longer has fewer rounds. */
const SHARES = { hits: 1, cold: 0.25, aws: 0.5 };

const { values } = parseArgs({ options: { rounds: { type: "string", default: "60" } } });
const rounds = Number(values.rounds);
if (!(Number.isInteger(rounds) && rounds > 0)) {
  console.error("--rounds takes a number: how often the quick ones are run");
  process.exit(2);
}

const directory = mkdtempSync(join(tmpdir(), "askonce-bench-"));
process.on("exit", () => {
  endAll();
  rmSync(directory, { recursive: true, force: true, maxRetries: 5 });
});
for (const [signal, status] of /** @type {const} */ ([
  ["SIGINT", 130],
  ["SIGTERM", 143],
  ["SIGHUP", 129],
])) {
  process.on(signal, () => process.exit(status));
}

const isExact = prepare(directory);
const bundle = join(directory, "fake-aws.mjs");
await bundleFakeAws("server.ts", bundle);
const { startFakeAws } = await import(pathToFileURL(bundle).href);
const aws = await startFakeAws({ settings: { tokenLength: TOKEN_LENGTH } });
const newHome = (/** @type {string} */ name) => new BenchHome(join(directory, name), aws);
const share = (/** @type {keyof typeof SHARES} */ group) => Math.max(1, Math.round(rounds * SHARES[group]));

/** @type {import("./report.mjs").Result[]} */
const results = [];
say("hits …");
await add(await measureHits(newHome, directory, share("hits")));
say("cold …");
await add(await measureCold(newHome("cold"), share("cold")));
say("a hundred at once …");
const storm = await measureStorm(newHome("storm"));
results.push(resultOf(storm.row, new Map([[storm.row.id, [storm.cost]]]), undefined));
say("the AWS CLI …");
for (const group of await measureAws(newHome("aws"), directory, share("aws"))) await add(group);
await aws.close();

const targets = targetsOf(results);
const machine = {
  node: process.versions.node,
  cores: availableParallelism(),
  processor: cpus()[0]?.model ?? "",
  memoryGb: Math.round(totalmem() / 2 ** 30),
};
writeFileSync(
  RESULTS,
  `${JSON.stringify({ at: new Date().toISOString(), machine, results, targets }, undefined, 2)}\n`,
);
drawChart();
const { node, cores, processor, memoryGb } = machine;
process.stdout.write(
  `Node ${node}, ${cores} cores (${processor}), ${memoryGb} GB; session tokens of ${TOKEN_LENGTH} bytes\n\n`,
);
if (!isExact)
  console.log("There is no `cc` here: all times have 1 to 2 ms of Node's own in them, and the rest is not told.\n");
process.stdout.write(tableOf(results, targets));
process.exit(0);

/**
 * The results of a group; `node -e 0` is shown once.
 *
 * @param {{ rows: import("./measure.mjs").Row[], costs: Map<string, Partial<import("./measure.mjs").Cost>[]> } } group
 */
async function add(group) {
  for (const row of group.rows) {
    if (results.some(({ id }) => id === row.id)) continue;
    results.push(resultOf(row, group.costs, await childrenOf(row, directory)));
  }
}

/** What it is at, for those who wait. @param {string} text */
function say(text) {
  if (process.stderr.isTTY) console.error(text);
}
