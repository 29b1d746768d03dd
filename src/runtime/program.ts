/** Code that V8 has compiled, as a file for the next run. */
export interface CompiledCode {
  readonly name: string;
  /** Takes milliseconds. */
  bytes(): Uint8Array;
}

/** The program that runs. */
export interface Program {
  readonly version: string;
  /** The path of the Node that runs it. */
  readonly node: string;
  /** The path of the script that Node was started with. */
  readonly script: string;
  /** What V8 had to compile in this run. */
  compiledCode(): readonly CompiledCode[];
}
