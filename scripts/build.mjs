// @ts-check
/**
 * src/ -> dist/: `askonce.cjs` is what Node starts with, `main.cjs` all that a hit needs, the others what is behind
 * import(); `askonce-get` is the launcher. And the notices of what is bundled.
 *
 * A file is what is loaded together, as CommonJS and, but for the first, a function that src/edge/bundles.ts runs: Node takes its
 * time with each module of the other kind, and with each file. Every file of src is in one bundle only, from which the
 * others have it: it would have its state twice.
 */

import { createHash } from "node:crypto";
import { chmodSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { fileURLToPath } from "node:url";
import { build, transform } from "esbuild";

const root = join(dirname(fileURLToPath(import.meta.url)), "..");
const out = join(root, "dist");
const { version } = JSON.parse(readFileSync(join(root, "package.json"), "utf8"));

/** @satisfies {import("esbuild").BuildOptions} */
const shared = /** @type {const} */ ({
  write: false,
  metafile: true,
  absWorkingDir: root,
  outdir: "dist",
  outExtension: { ".js": ".cjs" },
  bundle: true,
  platform: "node",
  // Packages as modules, of which only what is used is taken.
  mainFields: ["module", "main"],
  // proper-lockfile is given its own, and a client of the SDK its keys.
  alias: {
    "graceful-fs": "node:fs",
    "@aws-sdk/credential-provider-node": "./src/edge/stubs/no-other-keys.ts",
    "@smithy/core/event-streams": "./src/edge/stubs/no-event-streams.ts",
  },
  target: "node20",
  format: "cjs",
  // Node's own import() would start its loader for modules.
  supported: { "dynamic-import": false },
  minifySyntax: true,
  minifyWhitespace: true,
  legalComments: "none",
  define: { ASKONCE_VERSION: JSON.stringify(version) },
  logLevel: "warning",
});

/** Which bundle has a file of src. @type {Map<string, string>} */
const owners = new Map();
/** The files behind import(), by their bundle. @type {Map<string, string>} */
const later = new Map();

/**
 * A file behind import() has a bundle of its own, named by its path: `src/aws/sts.ts` is in `aws-sts`. A file that has its
 * folder's name is named by the folder: `src/refresh/refresh.ts` is in `refresh`.
 * @param {string} file
 */
function laterBundle(file) {
  const parts = relative("src", file).replace(/\.ts$/, "").split("/");
  if (parts.at(-1) === parts.at(-2)) parts.pop();
  const bundle = parts.join("-");
  if (![undefined, file].includes(later.get(bundle))) throw new Error(`two bundles named ${bundle}`);
  later.set(bundle, file);
  return bundle;
}

/** The files of src that another bundle asks for. @type {Set<string>} */
const asked = new Set();

/** What a file of src exports, without its types. @param {string} file */
async function namesOf(file) {
  const { absWorkingDir, outdir, write } = shared;
  const { metafile } = await build({
    absWorkingDir,
    outdir,
    write,
    metafile: true,
    format: "esm",
    entryPoints: [file],
  });
  return Object.values(metafile.outputs).flatMap(({ exports }) => exports);
}

/**
 * The entry of a bundle: what others ask for is in one object, a file under its path. A getter for each, as esbuild makes
 * them for exports, takes a hit longer than all that is in them.
 * @param {string[]} exported
 */
async function entryOf(exported) {
  const files = await Promise.all(exported.map(async (file, index) => ({ file, index, names: await namesOf(file) })));
  const imports = files.map(({ file, index, names }) => {
    const list = names.map((name) => `${name} as ${name}${index}`).join(", ");
    return names.length === 0 ? `import "./${file}";` : `import { ${list} } from "./${file}";`;
  });
  const objects = files.map(({ file, index, names }) => {
    return `${JSON.stringify(file)}: { ${names.map((name) => `${name}: ${name}${index}`).join(", ")} }`;
  });
  return `${imports.join("\n")}\naskonceModule.exports = { ${objects.join(", ")} };`;
}

/**
 * Bundles files with all they import that is in no other bundle.
 * @param {string} bundle
 * @param {string[]} exported
 */
async function bundleOf(bundle, exported) {
  /** @type {import("esbuild").Plugin} */
  const elsewhere = {
    name: "elsewhere",
    setup({ onResolve, onLoad }) {
      onResolve({ filter: /^assert$/ }, ({ importer }) => {
        return importer.includes("/signal-exit/") ? { path: join(root, "src/edge/stubs/assert-equal.ts") } : undefined;
      });
      // It imports each as a whole, which is made by copying a hundred properties, and uses a few.
      onResolve({ filter: /^node:/ }, ({ path, importer }) => {
        return importer.includes("/env-paths/") ? { path, namespace: "whole" } : undefined;
      });
      onLoad({ filter: /./, namespace: "whole" }, ({ path }) => ({
        contents: `export default require(${JSON.stringify(path)});`,
      }));
      onResolve({ filter: /^\./ }, ({ kind, path, resolveDir, importer }) => {
        const file = relative(root, join(resolveDir, path));
        if (!file.startsWith("src/") || importer === "") return undefined;
        const owner = owners.get(file) ?? (kind === "dynamic-import" ? laterBundle(file) : bundle);
        if (owner === bundle) return undefined;
        asked.add(file);
        return { path: `${owner}:${file}`, external: true };
      });
    },
  };
  return build({
    ...shared,
    stdin: { contents: await entryOf(exported), resolveDir: root },
    entryNames: bundle,
    banner: { js: "(function(require,askonceModule,__dirname,askonceBundles){" },
    footer: { js: "})" },
    // Ours keep their names, for the stacks in the log; those two are a client of the SDK, and nearly nothing else.
    minifyIdentifiers: ["aws-sts", "aws-iam"].includes(bundle),
    plugins: [elsewhere],
  });
}

/** The files of a bundle; those it begins with come first. @type {Map<string, string[]>} */
const members = new Map();

/**
 * Finds the files of a bundle: all that these need and no other bundle has.
 * @param {string} bundle
 * @param {string[]} entries
 */
async function survey(bundle, entries) {
  const { metafile } = await bundleOf(bundle, entries);
  const files = Object.keys(metafile.inputs).filter((file) => file.startsWith("src/"));
  for (const file of files) owners.set(file, bundle);
  members.set(bundle, [...new Set([...entries, ...files])]);
}

await survey("main", ["src/main.ts"]);
// What a look at locks takes stands alone: whoever looks loads nothing of what takes them.
await survey("looking", ["src/refresh/asking/asking-lock.ts", "src/text/terminal-text.ts"]);
await survey("lock-state", ["src/locking/lock-state.ts"]);
// Who is needed most often comes first, and has what others share with it.
for (let left = ["refresh", "aws-sts"]; left.length > 0; left = bundlesLeft()) {
  for (const bundle of left) {
    const file = later.get(bundle) ?? `no ${bundle}`;
    if (!owners.has(file)) await survey(bundle, [file]);
  }
}

/** The bundles to come: a file behind import() may be part of another one by now. */
function bundlesLeft() {
  return [...later].filter(([, file]) => !owners.has(file)).map(([bundle]) => bundle);
}

asked.add("src/main.ts");
const built = [];
for (const [bundle, all] of members) {
  built.push(
    await bundleOf(
      bundle,
      all.filter((file) => asked.has(file)),
    ),
  );
}
const bundles = built.flatMap(({ outputFiles }) => outputFiles);
const digest = createHash("sha256");
for (const { contents } of bundles) digest.update(contents);
const define = { ...shared.define, ASKONCE_BUILD: JSON.stringify(digest.digest("hex").slice(0, 16)) };
// Node keeps nothing of what it compiles of the file that it starts with.
built.push(await build({ ...shared, define, entryPoints: { askonce: "src/start.ts" }, minifyIdentifiers: true }));

/** @type {Map<string, string>} */
const files = new Map(built.flatMap(({ outputFiles }) => outputFiles).map(({ path, text }) => [path, text]));
const [entry, launcher] = [join(out, "askonce.cjs"), join(out, "askonce-get")];
files.set(entry, `#!/usr/bin/env node\n${files.get(entry)}`);
files.set(launcher, withVariables(withoutComments(readSource("src/ready/askonce-get")), await readyVariables()));
const outputs = Object.assign({}, ...built.map(({ metafile }) => metafile.outputs));
files.set(join(out, "metafile.json"), JSON.stringify({ outputs }));
const inputs = built.flatMap(({ metafile }) => Object.keys(metafile.inputs));
files.set(join(out, "THIRD-PARTY-NOTICES.txt"), notices(inputs));

// What is the same stays as it is: an askonce that runs meanwhile may still load it.
mkdirSync(out, { recursive: true });
for (const [path, text] of files) {
  if (!existsSync(path) || readFileSync(path, "utf8") !== text) writeFileSync(path, text);
}
for (const name of readdirSync(out)) if (!files.has(join(out, name))) rmSync(join(out, name), { recursive: true });
for (const program of [entry, launcher]) chmodSync(program, 0o755);

/** @param {string} path */
function readSource(path) {
  return readFileSync(join(root, path), "utf8");
}

/** The environment variables that a ready answer depends on. @returns {Promise<readonly string[]>} */
async function readyVariables() {
  const { code } = await transform(readSource("src/ready/variables.ts"), { loader: "ts", format: "esm" });
  return (await import(`data:text/javascript,${encodeURIComponent(code)}`)).VARIABLES;
}

/**
 * Writes the variables into the launcher: their values one after the other, and `|=VALUE` for each that is set, `|` for others.
 * @param {string} script
 * @param {readonly string[]} variables
 */
function withVariables(script, variables) {
  const texts = {
    "@VALUES@": variables.map((name) => `\${${name}-}`),
    "@SETTINGS@": variables.map((name) => `|\${${name}+=$${name}}`),
  };
  return Object.entries(texts).reduce((text, [mark, parts]) => {
    const pieces = text.split(mark);
    if (pieces.length !== 2) throw new Error(`askonce-get has ${mark} ${pieces.length - 1} times`);
    return pieces.join(parts.join(""));
  }, script);
}

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
