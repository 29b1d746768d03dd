/**
 * Loads the other bundles of dist, with what V8 compiled of them for an earlier call: parsing and compiling is most of what
 * Node takes for them. `code/` in the cache directory has that, a file a bundle, for one build of askonce and one Node.
 *
 * V8 knows by itself what another version or other flags have left, and not what is damaged (its checksum is for debug builds),
 * so a file has everything twice: to compare is the quickest check there is.
 */

import { closeSync, constants, fstatSync, lstatSync, openSync, readFileSync } from "node:fs";
import type { Script } from "node:vm";

declare const ASKONCE_BUILD: string;

/** What bundles are run with, as Node runs a module. */
type Run = (
  exports: unknown,
  require: (id: string) => unknown,
  module: { exports: unknown },
  filename: string,
  dirname: string,
  askonceBundles: Bundles,
) => void;

/** A file for `code/`; what is in it takes milliseconds to be made. */
export interface CompiledCode {
  readonly name: string;
  bytes(): Uint8Array;
}

export class Bundles {
  readonly #directory: string;
  readonly #root: string | undefined;
  readonly #uid: number | undefined;
  readonly #modules = new Map<string, { exports: unknown }>();
  readonly #scripts = new Map<string, Script>();
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
  load(name: string): unknown {
    const loaded = this.#modules.get(name);
    if (loaded !== undefined) return loaded.exports;
    const module = { exports: {} };
    this.#modules.set(name, module);
    const path = `${this.#directory}/${name}.cjs`;
    const run = this.#compile(name, path).runInThisContext() as Run;
    const load = (id: string): unknown => (id.startsWith("./") ? this.load(id.slice(2, -".cjs".length)) : require(id));
    run(module.exports, load, module, path, this.#directory, this);
    return module.exports;
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
    // A bundle has no other characters.
    const source = readFileSync(path, "latin1");
    const cachedData = this.#codeOf(name);
    const script = new Script(
      `(function(exports,require,module,__filename,__dirname,askonceBundles){${source}\n})`,
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

/** Two Nodes of one version may be built differently, and are in different places then. */
function fileName(bundle: string): string {
  const node = process.execPath.replace(/\W/g, "_").slice(-80);
  return `${bundle}-${ASKONCE_BUILD}-${process.version}-${process.arch}-${node}`;
}
