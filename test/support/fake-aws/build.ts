import { fileURLToPath } from "node:url";
import { build } from "esbuild";

/** Bundles `main.ts` into one file that Node 20 can run. */
export async function bundleFakeAws(outFile: string): Promise<void> {
  await build({
    entryPoints: [fileURLToPath(new URL("./main.ts", import.meta.url))],
    outfile: outFile,
    bundle: true,
    platform: "node",
    format: "esm",
    target: "node20",
    logLevel: "error",
    // CommonJS packages inside an ES module still ask for `require`.
    banner: { js: "import{createRequire as fakeRequire}from'node:module';const require=fakeRequire(import.meta.url);" },
  });
}
