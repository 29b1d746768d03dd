/** What the commands for people have in common. Each is one file that is loaded when it is asked for. */

import type { ParseArgsConfig } from "node:util";
import type { Context } from "../runtime/context.ts";
import type { Program } from "../runtime/program.ts";
import type { Streams } from "../runtime/streams.ts";

/** What a command may use; each takes what it needs. */
export interface Tools {
  readonly streams: Streams;
  readonly program: Program;
  readonly context: Context;
}

/** What can follow a verb, for completion. What is not said is read from the help (help/words.ts). */
export interface CommandWords {
  /** The flags, as parseWords() takes them. */
  readonly options?: NonNullable<ParseArgsConfig["options"]>;
  /** What comes first after the verb. */
  readonly subcommands?: readonly string[];
  /** The flags each of those takes, where that is not all of them. */
  readonly flagsOf?: Readonly<Record<string, readonly string[]>>;
  /** Whether the last thing that is named is a profile. */
  readonly takesProfile?: boolean;
  /** What follows a flag: the name of a file or a profile, or one of these words. */
  readonly values?: Readonly<Record<string, "file" | "profile" | readonly string[]>>;
}

export interface PersonCommand extends CommandWords {
  /** What `COMMAND --help` prints, which run() never sees: usage, flags, examples. */
  readonly help: string;
  /** Carries out the words after the verb; returns the exit status. Throws AskonceError. */
  run(words: readonly string[], tools: Tools): Promise<number>;
}

/** By their verbs, in the order in which help lists them. */
export const PERSON_COMMANDS: ReadonlyMap<string, () => Promise<PersonCommand>> = new Map([
  ["status", async () => (await import("./status/status.ts")).status],
  ["doctor", async () => (await import("./doctor/doctor.ts")).doctor],
  ["setup", async () => (await import("./setup.ts")).setup],
  ["mfa", async () => (await import("./mfa/mfa.ts")).mfa],
  ["policy", async () => (await import("./policy/policy.ts")).policy],
  ["completion", async () => (await import("./completion/completion.ts")).completion],
]);
