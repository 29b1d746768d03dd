/** What commands are made of: types only. */

import type { Flag } from "../args.ts";
import type { Context } from "../runtime/context.ts";
import type { Program } from "../runtime/program.ts";
import type { Streams } from "../runtime/streams.ts";

/** What a command may use; each takes what it needs. */
export interface Tools {
  readonly streams: Streams;
  readonly program: Program;
  readonly context: Context;
}

/** What follows a word, for completion: the name of a file or a profile, or one of these words. */
export type Follower = "file" | "profile" | readonly string[];

/** A flag with what the help says beside it. */
export interface ExplainedFlag extends Flag {
  /** Lines as the help breaks them; completion shows the first one. */
  readonly about: string;
  readonly follower?: Follower;
}

/** What help and completion know of a command. */
export interface CommandHelp {
  /** What `COMMAND --help` prints: usage, flags, examples. */
  readonly help: string;
  readonly flags: readonly ExplainedFlag[];
  /** What comes first after the verb, with the flags that go with it. */
  readonly subcommands?: ReadonlyMap<string, readonly ExplainedFlag[]>;
  readonly takesProfile?: boolean;
}

export interface CommandTools extends Tools {
  readonly commands: Commands;
}

/** A command that parses its own words. */
export interface Command extends CommandHelp {
  /** Carries out the words after the verb; returns the exit status. Throws AskonceError. */
  run(words: readonly string[], tools: CommandTools): Promise<number>;
}

/** A command as the overview lists it. */
export interface ListedCommand {
  readonly verb: string;
  /** The words after the verb. */
  readonly words: string;
  readonly about: string;
  readonly group: "Every day" | "First day";
  /** Loads the command. get, login and logout are help alone: args.ts parses their words and run.ts runs them. */
  load(): Promise<CommandHelp | Command>;
}

/** All commands, in the order in which the overview lists them. */
export type Commands = readonly ListedCommand[];
