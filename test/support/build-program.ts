import { execFileSync } from "node:child_process";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

/** Builds the program once, before the process tests run it. */
export function setup(): void {
  const root = join(dirname(fileURLToPath(import.meta.url)), "../..");
  execFileSync(process.execPath, [join(root, "scripts/build.mjs")], { stdio: "inherit" });
}
