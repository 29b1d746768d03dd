// @ts-check
/** The tests' fake AWS for scripts: its TypeScript as one file that Node 20 runs. */

import { fileURLToPath } from "node:url";
import { build } from "esbuild";

/**
 * Bundles a file of test/support/fake-aws.
 *
 * @param {"main.ts" | "server.ts"} entry `main.ts` is a program, `server.ts` has `startFakeAws`
 * @param {string} outfile an ES module
 */
export async function bundleFakeAws(entry, outfile) {
  await build({
    entryPoints: [fileURLToPath(new URL(`../test/support/fake-aws/${entry}`, import.meta.url))],
    outfile,
    bundle: true,
    platform: "node",
    format: "esm",
    target: "node20",
    logLevel: "error",
    // CommonJS packages inside an ES module still ask for `require`.
    banner: { js: "import{createRequire as fakeRequire}from'node:module';const require=fakeRequire(import.meta.url);" },
  });
}
