/** The standard streams of a run. */
export interface Streams {
  readonly stderrIsTerminal: boolean;
  /** True where the terminal cannot move its cursor back. */
  readonly isDumb: boolean;
  /** How wide the terminal on stdout is now; undefined where stdout is no terminal. */
  stdoutColumns(): number | undefined;
  /** How high it is now. */
  stdoutRows(): number | undefined;
  /** Writes the text and resolves when all of it is out; a reader that has gone away counts as done. */
  writeOut(text: string): Promise<void>;
  writeErr(text: string): Promise<void>;
  readStdin(): Promise<string>;
}
