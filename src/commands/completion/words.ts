/** What can stand at the end of a command line that begins with askonce. Pure, but for what it is given to look things up. */

import type { CommandHelp, ExplainedFlag } from "../command.ts";
import { aboutFlag } from "../help/layout.ts";

/** One word, and what it is for where there is something to say. */
export interface Offer {
  readonly word: string;
  readonly about: string;
}

/** What may come next: these words, or the name of a file. */
export interface Offers {
  readonly words: readonly Offer[];
  readonly files: boolean;
}

/** Where the words come from; asked for only what is needed. */
export interface Known {
  verbs(): Promise<readonly Offer[]>;
  /** The command of a verb; undefined for one that is not there. */
  command(verb: string): Promise<CommandHelp | undefined>;
  profiles(): Promise<readonly string[]>;
}

const NOTHING: Offers = { words: [], files: false };
const FILES: Offers = { words: [], files: true };
const HELP: ExplainedFlag = { name: "help", about: "what the command does" };

/** The offers for the word that is being typed, after those before it (the program's name is none of them). */
export async function offersFor(before: readonly string[], current: string, known: Known): Promise<Offers> {
  const [verb, ...typed] = before;
  if (verb === undefined && current.startsWith("-")) return plain(["--help", "--version"]);
  if (verb === undefined) return { words: await known.verbs(), files: false };
  if (verb === "help") return typed.length > 0 ? NOTHING : { words: await known.verbs(), files: false };
  const command = await known.command(verb);
  if (command === undefined) return NOTHING;
  // What comes after it is somebody else's command line.
  if (typed.includes("--")) return FILES;
  const named = namedIn(typed, command.flags);
  if (named.pending !== undefined) return valuesOf(named.pending, known, "");
  const [, name, start] = /^--([a-z-]+)(=)/.exec(current) ?? [];
  if (start !== undefined) return valuesOf(flagNamed(name, command.flags), known, `--${name}=`);
  const { subcommands, takesProfile } = command;
  if (current.startsWith("-")) {
    const taken = subcommands?.get(named.first ?? "") ?? command.flags;
    const flags = [...taken, HELP].filter((flag) => !named.flags.includes(flag.name));
    return { words: flags.map(offerOf), files: false };
  }
  if (subcommands !== undefined && named.count === 0) return plain([...subcommands.keys()]);
  const place = subcommands === undefined ? 0 : 1;
  return takesProfile === true && named.count === place ? plain(await known.profiles()) : NOTHING;
}

/** A flag with the first line of what the help says beside it. */
function offerOf(flag: ExplainedFlag): Offer {
  const [about = ""] = aboutFlag(flag).split("\n");
  return { word: `--${flag.name}`, about: about.replace(/[,:;]$/, "") };
}

function flagNamed(name: string | undefined, flags: readonly ExplainedFlag[]): ExplainedFlag | undefined {
  return flags.find((flag) => flag.name === name);
}

/** What is typed already: flags, how many other words, the first of them, and a flag that still waits for its value. */
function namedIn(typed: readonly string[], known: readonly ExplainedFlag[]) {
  const flags: string[] = [];
  let count = 0;
  let first: string | undefined;
  let pending: ExplainedFlag | undefined;
  for (const word of typed) {
    const [, name, value] = /^--([a-z-]+)(=)?/.exec(word) ?? [];
    if (pending !== undefined) pending = undefined;
    else if (name !== undefined) {
      flags.push(name);
      const flag = flagNamed(name, known);
      if (value === undefined && flag?.value !== undefined) pending = flag;
    } else if (!word.startsWith("-") || word === "-") {
      count += 1;
      first ??= word;
    }
  }
  return { flags, count, first, pending };
}

async function valuesOf(flag: ExplainedFlag | undefined, known: Known, start: string): Promise<Offers> {
  const follower = flag?.follower ?? (flag?.value === "-" ? ["-"] : []);
  if (follower === "file") return FILES;
  const words = follower === "profile" ? await known.profiles() : follower;
  return plain(words.map((word) => start + word));
}

function plain(words: readonly string[]): Offers {
  return { words: words.map((word) => ({ word, about: "" })), files: false };
}
