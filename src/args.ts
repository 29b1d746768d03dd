/** argv -> a typed command, or a usage error. Pure. */

import { parseArgs } from "node:util";
import { AskonceError, type Meant } from "./runtime/errors.ts";
import { parseDuration } from "./text/times.ts";

/** What a command line can set about one request; each stands above the profile key of the same meaning. */
export interface Flags {
  readonly mfaSerial?: string;
  readonly roleArn?: string;
  readonly sourceProfile?: string;
  readonly region?: string;
  readonly sessionDurationSeconds?: number;
  readonly roleDurationSeconds?: number;
  readonly mfaProcess?: string;
  readonly prompt?: string;
  readonly noPrompt?: boolean;
  readonly deadlineSeconds?: number;
  readonly log?: string;
  readonly minRemainingSeconds?: number;
  readonly force?: boolean;
}

export type ParsedCommand =
  | { readonly verb: "get"; readonly name: string; readonly flags: Flags }
  | {
      readonly verb: "login";
      readonly name: string | undefined;
      readonly flags: Flags;
      readonly codeFromStdin: boolean;
    }
  | { readonly verb: "logout"; readonly name: string | undefined; readonly flags: Flags }
  /** Everything else: its own file parses its words. */
  | { readonly verb: "other"; readonly name: string; readonly words: readonly string[] }
  | { readonly verb: "help"; readonly about: string | undefined }
  | { readonly verb: "version" };

/** A flag as it is typed. Help and completion are made of the same data. */
export interface Flag {
  /** Without its dashes. */
  readonly name: string;
  /** A letter that means the same. */
  readonly short?: string;
  /** What its value is called in the help; a flag without one takes no value. */
  readonly value?: string;
  /** The profile key that it overrides. */
  readonly profileKey?: string;
}

/** A flag about one request: what it sets, and for a number how to read it. `read` throws `usage`. */
type RequestFlag = {
  [Key in keyof Flags]-?: Flag & { readonly sets: Key } & ValueOf<NonNullable<Flags[Key]>>;
}[keyof Flags];
type ValueOf<T> = T extends boolean
  ? { readonly value?: never }
  : T extends number
    ? { readonly value: string; readonly read: (text: string, flag: string, verb: string) => T | undefined }
    : { readonly value: string };

/** The flags about one request, in the order of the help. */
const REQUEST_FLAGS = [
  { name: "mfa-serial", value: "ARN", profileKey: "mfa_serial", sets: "mfaSerial" },
  { name: "mfa-process", value: "COMMAND", profileKey: "mfa_process", sets: "mfaProcess" },
  {
    name: "session-duration",
    value: "TIME",
    profileKey: "session_duration",
    sets: "sessionDurationSeconds",
    read: secondsBetween(900, 129_600),
  },
  { name: "role-arn", value: "ARN", profileKey: "role_arn", sets: "roleArn" },
  {
    name: "duration",
    value: "TIME",
    profileKey: "duration_seconds",
    sets: "roleDurationSeconds",
    read: secondsBetween(900, 43_200),
  },
  {
    name: "min-remaining",
    value: "TIME",
    profileKey: "min_remaining",
    sets: "minRemainingSeconds",
    read: secondsBetween(0, 129_600),
  },
  { name: "force", sets: "force" },
  { name: "source-profile", value: "NAME", profileKey: "source_profile", sets: "sourceProfile" },
  { name: "region", value: "REGION", profileKey: "region", sets: "region" },
  { name: "prompt", value: "HOW", profileKey: "mfa_prompt", sets: "prompt" },
  { name: "no-prompt", sets: "noPrompt" },
  { name: "deadline", value: "SECONDS", sets: "deadlineSeconds", read: parseDeadline },
  { name: "log", value: "FILE", sets: "log" },
] as const satisfies readonly RequestFlag[];

export const CODE_FLAG: Flag = { name: "code", value: "-" };
export const ALL_FLAG: Flag = { name: "all" };

/** The flags of the verbs that are parsed here. */
export const FLAGS = {
  get: REQUEST_FLAGS,
  login: [...REQUEST_FLAGS, CODE_FLAG],
  logout: [...REQUEST_FLAGS, ALL_FLAG],
} as const satisfies Record<string, readonly Flag[]>;

const HELP: Flag = { name: "help", short: "h" };

/** Parses the words after the program's name. Throws `usage`, whose hint names the help to read. */
export function parseCommand(words: readonly string[]): ParsedCommand {
  const [verb, ...rest] = words;
  switch (verb) {
    case undefined:
      throw new AskonceError("usage", "a command is missing", "`askonce --help` lists them");
    case "--help":
    case "-h":
    case "help":
      // Who asks how to ask is shown everything.
      return { verb: "help", about: rest.find((word) => !["help", "--help", "-h"].includes(word)) };
    case "--version":
      return { verb: "version" };
    case "get":
    case "login":
    case "logout":
      return parseVerb(verb, rest);
    default:
      return asksForHelp(rest) ? { verb: "help", about: verb } : { verb: "other", name: verb, words: rest };
  }
}

/** After `--` come words that are somebody else's. */
function asksForHelp(words: readonly string[]): boolean {
  const end = words.indexOf("--");
  return (end < 0 ? words : words.slice(0, end)).some((word) => word === "--help" || word === "-h");
}

function parseVerb(verb: keyof typeof FLAGS, words: readonly string[]): ParsedCommand {
  const { values, positionals } = parseWords(verb, words, [...FLAGS[verb], HELP]);
  if (values.help === true) return { verb: "help", about: verb };
  if (positionals.length > 1) throw usage(verb, `${verb} takes one profile, not ${positionals.length}`);
  const flags = toFlags(verb, values);
  const [name] = positionals;
  if (verb === "logout") {
    if ((values.all === true) === (name !== undefined)) throw usage(verb, "logout takes a profile or --all");
    return { verb, name, flags };
  }
  const unnamed = (): AskonceError => usage(verb, `${verb} needs the name of a profile`);
  if (name === "") throw unnamed();
  if (verb === "get") {
    if (name === undefined) throw unnamed();
    return { verb, name, flags };
  }
  if (values.code !== undefined && values.code !== "-") {
    throw usage(verb, "a code on the command line can be seen by every user of this machine: --code takes only -");
  }
  return { verb, name, flags, codeFromStdin: values.code === "-" };
}

/** Flags by their names as they are typed. */
export type Values = Record<string, string | boolean | undefined>;

/** The words after a verb that takes these flags. Throws `usage`, whose hint names the verb's help. */
export function parseWords(
  verb: string,
  words: readonly string[],
  flags: readonly Flag[],
): { values: Values; positionals: string[] } {
  const options = Object.fromEntries(
    flags.map(({ name, short, value }) => [
      name,
      { type: value === undefined ? ("boolean" as const) : ("string" as const), ...(short && { short }) },
    ]),
  );
  try {
    const { values, positionals } = parseArgs({ args: [...words], options, allowPositionals: true, strict: true });
    return { values: values as Values, positionals };
  } catch (error) {
    // The parser's own texts are several sentences long; its first one names the flag.
    const text = error instanceof Error ? (error.message.split(/[.\n]/)[0] ?? "") : "";
    const unknown = /^Unknown option '(--[^']+)'/.exec(text)?.[1];
    throw usage(
      verb,
      text.replace(/^[A-Z]/, (letter) => letter.toLowerCase()),
      unknown === undefined ? undefined : { word: unknown, among: [...flags, HELP].map(({ name }) => `--${name}`) },
    );
  }
}

function toFlags(verb: string, values: Values): Flags {
  const flags: Partial<Record<keyof Flags, string | number | boolean>> = {};
  for (const flag of REQUEST_FLAGS) {
    const given = values[flag.name];
    if (given === "") throw usage(verb, `--${flag.name} is empty`);
    const value = "read" in flag && typeof given === "string" ? flag.read(given, `--${flag.name}`, verb) : given;
    if (value !== undefined) flags[flag.sets] = value;
  }
  return flags as Flags;
}

function secondsBetween(least: number, most: number) {
  return (text: string, flag: string, verb: string): number => {
    const value = parseDuration(text);
    if (value !== undefined && value >= least && value <= most) return value;
    throw usage(verb, `${flag} ${quoted(text)} is not a time between ${least} s and ${most / 3600} h`);
  };
}

/** Seconds as `--deadline` and ASKONCE_DEADLINE have them: a positive number, fractions allowed. Throws `usage`. */
export function parseDeadline(text: string | undefined, whose: string): number | undefined {
  if (text === undefined || text === "") return undefined;
  const value = Number(text);
  if (!/^\d+(\.\d+)?$/.test(text) || value <= 0 || value > 86_400) {
    throw new AskonceError("usage", `${whose} ${quoted(text)} is not a number of seconds`);
  }
  return value;
}

/** A usage error of a verb; with `meant` it may end in what was meant instead. */
export function usage(verb: string, message: string, meant?: Meant): AskonceError {
  return new AskonceError("usage", message, `see \`askonce ${verb} --help\``, undefined, meant && { meant });
}

/** A word of the command line as an error shows it. */
export function quoted(text: string): string {
  return JSON.stringify(text.length > 80 ? `${text.slice(0, 77)}...` : text);
}
