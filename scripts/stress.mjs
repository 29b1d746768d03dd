// Tries every guarantee in many rounds and prints the result of each: npm run stress [-- --times N] [-- -t NAME]
import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";

const { values } = parseArgs({
  options: { times: { type: "string", default: "1" }, testNamePattern: { type: "string", short: "t" } },
});
if (!(Number(values.times) > 0)) {
  console.error("--times takes a number: how often the usual rounds are run");
  process.exit(2);
}
const pattern = values.testNamePattern === undefined ? [] : ["-t", values.testNamePattern];
const { status } = spawnSync(
  process.execPath,
  [
    ...["node_modules/vitest/vitest.mjs", "run", "--config", "test/vitest.config.ts", "--project", "stress"],
    ...["--reporter", "./test/support/stress-table.ts", "--silent", ...pattern],
  ],
  {
    cwd: fileURLToPath(new URL("..", import.meta.url)),
    stdio: "inherit",
    env: { ...process.env, ASKONCE_STRESS_TIMES: values.times },
  },
);
process.exit(status ?? 1);
