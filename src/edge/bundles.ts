/**
 * Loads the other bundles of dist, with what V8 compiled of them for an earlier call: parsing and compiling is most of what
 * Node takes for them. `code/` in the cache directory has that, a file a bundle, for one build of askonce and one Node.
 *
 * V8 knows by itself what another version or other flags have left, and not what is damaged (its checksum is for debug builds),
 * so a file has everything twice: to compare is the quickest check there is.
 */

import { closeSync, constants, fstatSync, lstatSync, openSync, readFileSync } from "node:fs";
import type { Script } from "node:vm";
import type { CompiledCode } from "../runtime/program.ts";

declare const ASKONCE_BUILD: string;

/** What a bundle exports, by the files of src that it is made of. */
type Exports = Readonly<Record<string, unknown>>;

/** What a bundle is: a function in parentheses, nearly as Node makes one of a module (scripts/build.mjs). */
type Run = (
  require: (id: string) => unknown,
  askonceModule: { exports: Exports },
  dirname: string,
  askonceBundles: Bundles,
) => void;

/** Modules of Node's that take it milliseconds, and of which much is bundled that a run never comes to. */
const HEAVY = new Set(["node:child_process", "node:crypto", "node:dns", "node:fs/promises", "node:net", "node:tty"]);

export class Bundles {
  readonly #directory: string;
  readonly #root: string | undefined;
  readonly #uid: number | undefined;
  readonly #modules = new Map<string, { exports: Exports }>();
  readonly #scripts = new Map<string, Script>();
  readonly #builtins = new Map<string, unknown>();
  #hasCompiled = false;

  /**
   * @param directory where the bundles are
   * @param root the cache directory; undefined where nothing is kept
   * @param uid whose it has to be
   */
  constructor(directory: string, root: string | undefined, uid: number | undefined) {
    this.#directory = directory;
    this.#root = root;
    this.#uid = uid;
  }

  /** What a bundle exports; it is run once. Throws what it throws. */
  load(name: string): Exports {
    const loaded = this.#modules.get(name);
    if (loaded !== undefined) return loaded.exports;
    const module = { exports: {} };
    this.#modules.set(name, module);
    const path = `${this.#directory}/${name}.cjs`;
    const run = this.#compile(name, path).runInThisContext() as Run;
    run((id) => this.#needed(id), module, this.#directory, this);
    return module.exports;
  }

  /** What a file of another bundle exports, named `BUNDLE:src/FILE`, or a module of Node's. */
  #needed(id: string): unknown {
    const [bundle = "", file] = id.split(":src/");
    if (file !== undefined) return this.load(bundle)[`src/${file}`];
    // Many files ask for the same, and Node takes its time each time.
    const known = this.#builtins.get(id) ?? (HEAVY.has(id) ? onceUsed(id) : require(id));
    this.#builtins.set(id, known);
    return known;
  }

  /** What V8 has compiled by now of every bundle that is loaded; nothing where it had it all from an earlier call. */
  compiledCode(): CompiledCode[] {
    if (!this.#hasCompiled) return [];
    return [...this.#scripts].map(([name, script]) => ({
      name: fileName(name),
      bytes: () => {
        const code = script.createCachedData();
        return Buffer.concat([code, code]);
      },
    }));
  }

  #compile(name: string, path: string): Script {
    const { Script } = require("node:vm") as typeof import("node:vm");
    const cachedData = this.#codeOf(name);
    const script = new Script(
      // A bundle has no other characters.
      readFileSync(path, "latin1"),
      cachedData === undefined ? { filename: path } : { filename: path, cachedData },
    );
    if (script.cachedDataRejected !== false) this.#hasCompiled = this.#root !== undefined;
    this.#scripts.set(name, script);
    return script;
  }

  /** Code is only taken from a directory of ours alone, and from a file that nobody else can have written. */
  #codeOf(name: string): Buffer | undefined {
    if (this.#root === undefined) return undefined;
    const room = `${this.#root}/code`;
    try {
      for (const path of [this.#root, room]) {
        const { uid, mode } = lstatSync(path);
        if (uid !== this.#uid || mode !== (constants.S_IFDIR | 0o700)) return undefined;
      }
      // A FIFO in its place must not hang us.
      const flags = constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK;
      const file = openSync(`${room}/${fileName(name)}`, flags);
      try {
        const { uid, mode, nlink } = fstatSync(file);
        if (uid !== this.#uid || mode !== (constants.S_IFREG | 0o600) || nlink !== 1) return undefined;
        const bytes = readFileSync(file);
        const half = bytes.length / 2;
        return bytes.subarray(0, half).equals(bytes.subarray(half)) ? bytes.subarray(0, half) : undefined;
      } finally {
        closeSync(file);
      }
    } catch {
      // There is none yet, or it cannot be read.
      return undefined;
    }
  }
}

/** A module of Node's that is loaded when something of it is used, or when it is looked through for what it has. */
function onceUsed(id: string): unknown {
  const itself = (): object => require(id);
  return new Proxy(
    {},
    {
      get: (_, name) => Reflect.get(itself(), name),
      has: (_, name) => Reflect.has(itself(), name),
      ownKeys: () => Reflect.ownKeys(itself()),
      // A proxy may show no other property than one that could be taken away.
      getOwnPropertyDescriptor: (_, name) => {
        const property = Reflect.getOwnPropertyDescriptor(itself(), name);
        return property && { ...property, configurable: true };
      },
    },
  );
}

/** Two Nodes of one version may be built differently, and are in different places then. */
function fileName(bundle: string): string {
  const node = process.execPath.replace(/\W/g, "_").slice(-80);
  return `${bundle}-${ASKONCE_BUILD}-${process.version}-${process.arch}-${node}`;
}
