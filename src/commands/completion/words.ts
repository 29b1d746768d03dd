/** What can stand at the end of a command line that begins with askonce. Pure, but for what it is given to look things up. */

import type { CommandWords } from "../command.ts";

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
  /** What can follow a verb; undefined for one that is not there. */
  after(verb: string): Promise<{ words: CommandWords; aboutFlags: ReadonlyMap<string, string> } | undefined>;
  profiles(): Promise<readonly string[]>;
}

const NOTHING: Offers = { words: [], files: false };
const FILES: Offers = { words: [], files: true };

/** The offers for the word that is being typed, after those before it (the program's name is none of them). */
export async function offersFor(before: readonly string[], current: string, known: Known): Promise<Offers> {
  const [verb, ...typed] = before;
  if (verb === undefined && current.startsWith("-")) return plain(["--help", "--version"]);
  if (verb === undefined) return { words: await known.verbs(), files: false };
  if (verb === "help") return typed.length > 0 ? NOTHING : { words: await known.verbs(), files: false };
  const found = await known.after(verb);
  if (found === undefined) return NOTHING;
  // What comes after it is somebody else's command line.
  if (typed.includes("--")) return FILES;
  const { words, aboutFlags } = found;
  const named = namedIn(typed, words);
  if (named.pending !== undefined) return valuesOf(named.pending, words, known, "");
  const [, flag, start] = /^--([a-z-]+)(=)/.exec(current) ?? [];
  if (flag !== undefined && start !== undefined) return valuesOf(flag, words, known, `--${flag}=`);
  if (current.startsWith("-")) {
    const taken = flagsAfter(named.first, words);
    const flags = [...new Set([...taken, "help"])].filter((name) => !named.flags.includes(name));
    const about = (name: string): string => aboutFlags.get(name) ?? (name === "help" ? "what the command does" : "");
    return { words: flags.map((name) => ({ word: `--${name}`, about: about(name) })), files: false };
  }
  const subcommands = words.subcommands ?? [];
  if (subcommands.length > 0 && named.count === 0) return plain(subcommands);
  const place = subcommands.length > 0 ? 1 : 0;
  return words.takesProfile === true && named.count === place ? plain(await known.profiles()) : NOTHING;
}

function flagsAfter(subcommand: string | undefined, { flagsOf = {}, options = {} }: CommandWords): readonly string[] {
  const of = subcommand !== undefined && Object.hasOwn(flagsOf, subcommand) ? flagsOf[subcommand] : undefined;
  return of ?? Object.keys(options);
}

/** What is typed already: flags, how many other words, the first of them, and a flag that still waits for its value. */
function namedIn(typed: readonly string[], { options = {} }: CommandWords) {
  const flags: string[] = [];
  let count = 0;
  let first: string | undefined;
  let pending: string | undefined;
  for (const word of typed) {
    const [, flag, value] = /^--([a-z-]+)(=)?/.exec(word) ?? [];
    if (pending !== undefined) pending = undefined;
    else if (flag !== undefined) {
      flags.push(flag);
      if (value === undefined && Object.hasOwn(options, flag) && options[flag]?.type === "string") pending = flag;
    } else if (!word.startsWith("-") || word === "-") {
      count += 1;
      first ??= word;
    }
  }
  return { flags, count, first, pending };
}

async function valuesOf(flag: string, { values = {} }: CommandWords, known: Known, start: string): Promise<Offers> {
  const kind = Object.hasOwn(values, flag) ? values[flag] : undefined;
  if (kind === "file") return FILES;
  const words = kind === "profile" ? await known.profiles() : (kind ?? []);
  return plain(words.map((word) => start + word));
}

function plain(words: readonly string[]): Offers {
  return { words: words.map((word) => ({ word, about: "" })), files: false };
}
