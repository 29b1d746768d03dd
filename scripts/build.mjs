// @ts-check
/**
 * src/ -> dist/: `askonce.cjs` is what Node starts with, `main.cjs` all that a hit needs, `cold/` the rest in chunks,
 * `askonce-get` the launcher; and the notices of what is bundled.
 *
 * What a hit needs is CommonJS in one file, since Node takes its time with each module of the other kind. The rest imports
 * from that file what it shares with it: nothing is there twice, or would have its state twice.
 */

import { chmodSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { basename, dirname, join, relative } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";

const root = join(dirname(fileURLToPath(import.meta.url)), "..");
const out = join(root, "dist");
const { version } = JSON.parse(readFileSync(join(root, "package.json"), "utf8"));

/** @satisfies {import("esbuild").BuildOptions} */
const shared = /** @type {const} */ ({
  write: false,
  metafile: true,
  absWorkingDir: root,
  outdir: "dist",
  bundle: true,
  platform: "node",
  target: "node20",
  minifySyntax: true,
  minifyWhitespace: true,
  legalComments: "none",
  define: { ASKONCE_VERSION: JSON.stringify(version) },
  logLevel: "warning",
});
const commonJs = /** @type {const} */ ({ ...shared, format: "cjs", outExtension: { ".js": ".cjs" } });

/** @type {Set<string>} */
const coldEntries = new Set();
/**
 * What is behind import() is not needed for a hit.
 * @type {import("esbuild").Plugin}
 */
const coldIsElsewhere = {
  name: "cold is elsewhere",
  setup({ onResolve }) {
    onResolve({ filter: /^\./ }, ({ kind, path, resolveDir }) => {
      if (kind !== "dynamic-import") return undefined;
      coldEntries.add(relative(root, join(resolveDir, path)));
      return { path: `./cold/${basename(path, ".ts")}.mjs`, external: true };
    });
  },
};
const start = await build({ ...commonJs, entryPoints: { askonce: "src/start.ts" } });
const survey = await build({ ...commonJs, entryPoints: ["src/main.ts"], plugins: [coldIsElsewhere] });
const hotFiles = Object.keys(survey.metafile.inputs).filter((file) => file.startsWith("src/"));
// What main.ts loads first is loaded first.
const exportAll = ["src/main.ts", ...hotFiles].map((file) => `export * from "./${file}";`).join("\n");
const hot = await build({
  ...commonJs,
  stdin: { contents: exportAll, resolveDir: root },
  entryNames: "main",
  plugins: [coldIsElsewhere],
});

/** @type {import("esbuild").Plugin} */
const hotIsThere = {
  name: "hot is there",
  setup({ onResolve }) {
    onResolve({ filter: /^\./ }, ({ path, resolveDir }) =>
      hotFiles.includes(relative(root, join(resolveDir, path))) ? { path: "../main.cjs", external: true } : undefined,
    );
  },
};
const cold = await build({
  ...shared,
  entryPoints: [...coldEntries],
  outdir: "dist/cold",
  outExtension: { ".js": ".mjs" },
  entryNames: "[name]",
  chunkNames: "[name]-[hash]",
  splitting: true,
  format: "esm",
  // Packages in CommonJS call require() for Node's own modules.
  banner: {
    js: 'import{createRequire as askonceRequire}from"node:module";const require=askonceRequire(import.meta.url);',
  },
  plugins: [hotIsThere],
});

const built = [start, hot, cold];
/** @type {Map<string, string>} */
const files = new Map(built.flatMap(({ outputFiles }) => outputFiles).map(({ path, text }) => [path, text]));
const [entry, launcher] = [join(out, "askonce.cjs"), join(out, "askonce-get")];
files.set(entry, `#!/usr/bin/env node\n${files.get(entry)}`);
files.set(launcher, withoutComments(readFileSync(join(root, "src/launcher/askonce-get"), "utf8")));
const outputs = Object.assign({}, ...built.map(({ metafile }) => metafile.outputs));
files.set(join(out, "metafile.json"), JSON.stringify({ outputs }));
const inputs = built.flatMap(({ metafile }) => Object.keys(metafile.inputs));
files.set(join(out, "THIRD-PARTY-NOTICES.txt"), notices(inputs));

// What is the same stays as it is: an askonce that runs meanwhile may still load its chunks.
mkdirSync(join(out, "cold"), { recursive: true });
for (const [path, text] of files) {
  if (!existsSync(path) || readFileSync(path, "utf8") !== text) writeFileSync(path, text);
}
for (const directory of [out, join(out, "cold")]) {
  for (const name of readdirSync(directory)) {
    const path = join(directory, name);
    if (path !== join(out, "cold") && !files.has(path)) rmSync(path, { recursive: true });
  }
}
for (const program of [entry, launcher]) chmodSync(program, 0o755);

/**
 * A shell reads its script at each start: what is not for it is left out.
 * @param {string} script
 */
function withoutComments(script) {
  const [shebang, ...lines] = script.split("\n");
  return [shebang, ...lines.filter((line) => !/^\s*(#|$)/.test(line)).map((line) => line.trim()), ""].join("\n");
}

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
