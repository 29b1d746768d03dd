/** What the process edge hands to the program; nothing below it knows `process`'s streams, arguments or exit. */

import type { CompiledCode } from "../edge/bundles.ts";
import type { Environment } from "./environment.ts";

export interface Ports {
  readonly argv: readonly string[];
  readonly env: Environment;
  readonly uid: number | undefined;
  /** When the process started, in local time. */
  readonly startedAtMs: number;
  readonly version: string;
  /** The Node that runs this, and the script it was started with. */
  readonly node: string;
  readonly script: string;
  readonly stderrIsTerminal: boolean;
  /** How wide the terminal on stdout is, as of now; undefined where it is none. */
  stdoutColumns(): number | undefined;
  /** And how high. */
  stdoutRows(): number | undefined;
  /** Writes all of it and resolves when it is out; a reader that is gone counts as done. */
  writeOut(text: string): Promise<void>;
  writeErr(text: string): Promise<void>;
  readStdin(): Promise<string>;
  /** What V8 had to compile, as files for the next run to take it from. */
  compiledCode(): readonly CompiledCode[];
}
