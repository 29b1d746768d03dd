// @ts-check
/** src/main.ts -> dist/: one entry, cold code in chunks of its own, and the notices of what is bundled. */

import { chmodSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";

const root = join(dirname(fileURLToPath(import.meta.url)), "..");
const out = join(root, "dist");
const { version } = JSON.parse(readFileSync(join(root, "package.json"), "utf8"));

const { metafile, outputFiles } = await build({
  write: false,
  absWorkingDir: root,
  entryPoints: ["src/main.ts"],
  outdir: "dist",
  outExtension: { ".js": ".mjs" },
  chunkNames: "chunks/[name]-[hash]",
  bundle: true,
  splitting: true,
  platform: "node",
  target: "node20",
  format: "esm",
  minifySyntax: true,
  minifyWhitespace: true,
  legalComments: "none",
  define: { ASKONCE_VERSION: JSON.stringify(version) },
  // Packages in CommonJS call require() for Node's own modules.
  banner: {
    js: 'import{createRequire as askonceRequire}from"node:module";const require=askonceRequire(import.meta.url);',
  },
  metafile: true,
  logLevel: "warning",
});

/** @type {Map<string, string>} */
const files = new Map(outputFiles.map(({ path, text }) => [path, text]));
const main = join(out, "main.mjs");
files.set(main, `#!/usr/bin/env node\n${files.get(main)}`);
files.set(join(out, "metafile.json"), JSON.stringify(metafile));
files.set(join(out, "THIRD-PARTY-NOTICES.txt"), notices(Object.keys(metafile.inputs)));

// What is the same stays as it is: an askonce that runs meanwhile may still load its chunks.
const chunks = join(out, "chunks");
mkdirSync(chunks, { recursive: true });
for (const [path, text] of files) {
  if (!existsSync(path) || readFileSync(path, "utf8") !== text) writeFileSync(path, text);
}
for (const name of readdirSync(chunks)) if (!files.has(join(chunks, name))) rmSync(join(chunks, name));
chmodSync(main, 0o755);

/**
 * The licence of every package that is in the bundle.
 * @param {string[]} inputs
 */
function notices(inputs) {
  const packages = new Set(
    inputs.flatMap((input) => {
      const [, path] = /^(.*node_modules\/(?:@[^/]+\/)?[^/]+)\//.exec(input) ?? [];
      return path === undefined ? [] : [path];
    }),
  );
  return [...packages]
    .sort()
    .map((path) => {
      const { name, version: its, license } = JSON.parse(readFileSync(join(root, path, "package.json"), "utf8"));
      const file = readdirSync(join(root, path)).find((entry) => /^licen[cs]e/i.test(entry));
      const text =
        file !== undefined && existsSync(join(root, path, file))
          ? readFileSync(join(root, path, file), "utf8").trim()
          : "";
      return `${name} ${its} (${license})\n\n${text}\n`;
    })
    .join(`\n${"-".repeat(72)}\n\n`);
}
