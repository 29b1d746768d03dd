/** What the built program loads for a hit. */
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";

const METAFILE = join(import.meta.dirname, "../dist/metafile.json");

/** What a hit may cost in code, ready and not: 7,006 and 98,260 bytes when this was written, and 10 %. */
const READY_BYTES = 7_700;
const HOT_BYTES = 108_000;
const HOT_PACKAGES = ["@noble/hashes", "env-paths", "is-safe-filename", "shell-quote"];

interface Output {
  readonly bytes: number;
  readonly inputs: Readonly<Record<string, { readonly bytesInOutput: number }>>;
}

describe("a hit loads of the built program", () => {
  const outputs: Record<string, Output> = existsSync(METAFILE)
    ? JSON.parse(readFileSync(METAFILE, "utf8")).outputs
    : {};
  const why = "dist is not built: node scripts/build.mjs";

  const hot = ["dist/askonce.cjs", "dist/main.cjs"];
  const inputs = hot.flatMap((path) => Object.keys(outputs[path]?.inputs ?? {}));
  const isBuilt = Object.keys(outputs).length > 0;

  test("the entry and the command", ({ skip }) => {
    if (!isBuilt) skip(why);
    expect(inputs).toEqual(
      expect.arrayContaining(["src/main.ts", "src/commands/get/get.ts", "src/session/credential-process-line.ts"]),
    );
  });

  test("just the packages that are listed", ({ skip }) => {
    if (!isBuilt) skip(why);
    const packages = inputs.flatMap((path) => /node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(path)?.[1] ?? []);
    expect([...new Set(packages)].sort()).toEqual(HOT_PACKAGES);
  });

  test("no client of AWS's, no prompt and no lock", ({ skip }) => {
    if (!isBuilt) skip(why);
    const heavy =
      /node_modules\/(@aws-sdk|enquirer|proper-lockfile|@smithy\/node-http-handler)\/|src\/(aws\/|locking\/lock)/;
    expect(inputs.filter((path) => heavy.test(path))).toEqual([]);
  });

  test("not more bytes than it should", ({ skip }) => {
    if (!isBuilt) skip(why);
    const bytes = hot.reduce((sum, path) => sum + (outputs[path]?.bytes ?? 0), 0);
    expect(bytes).toBeGreaterThan(10_000);
    expect(outputs["dist/askonce.cjs"]?.bytes).toBeLessThan(READY_BYTES);
    expect(bytes).toBeLessThan(HOT_BYTES);
  });
});
