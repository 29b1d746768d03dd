/** Programs of our own that tests start: files of this directory, bundled with what they use of src. */

import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { build } from "esbuild";
import { afterAll, beforeAll } from "vitest";

/** Registers the making of `test/support/NAME.ts`, and its end, for the tests of a file. Returns where it is then. */
export function withDriver(name: string): string {
  const directory = mkdtempSync(join(tmpdir(), `${name}-`));
  const path = join(directory, "driver.mjs");
  beforeAll(async () => {
    await build({
      entryPoints: [join(import.meta.dirname, `${name}.ts`)],
      outfile: path,
      bundle: true,
      platform: "node",
      format: "esm",
      // Packages in CommonJS call require() for Node's own modules.
      banner: { js: "import{createRequire}from'node:module';const require=createRequire(import.meta.url);" },
    });
  });
  afterAll(() => rmSync(directory, { recursive: true }));
  return path;
}
