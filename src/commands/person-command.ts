/** What the commands for people have in common. Each is one file that is loaded when it is asked for. */

import type { Context } from "../context.ts";
import type { Ports } from "../ports.ts";

export interface PersonCommand {
  /** What `COMMAND --help` prints: usage, flags, examples. */
  readonly help: string;
  /** Carries out the words after the verb; returns the exit status. Throws AskonceError. */
  run(words: readonly string[], ports: Ports, context: Context): Promise<number>;
}

/** By their verbs, in the order in which help lists them. */
export const PERSON_COMMANDS: ReadonlyMap<string, () => Promise<PersonCommand>> = new Map([
  ["setup", async () => (await import("./setup.ts")).setup],
]);
