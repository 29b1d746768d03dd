/** argv -> a typed command, or a usage error. Pure. */

import { type ParseArgsConfig, parseArgs } from "node:util";
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

export type Command =
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

const REQUEST_OPTIONS = {
  "mfa-serial": { type: "string" },
  "role-arn": { type: "string" },
  "source-profile": { type: "string" },
  region: { type: "string" },
  "session-duration": { type: "string" },
  duration: { type: "string" },
  "mfa-process": { type: "string" },
  prompt: { type: "string" },
  "no-prompt": { type: "boolean" },
  deadline: { type: "string" },
  log: { type: "string" },
  "min-remaining": { type: "string" },
  force: { type: "boolean" },
  help: { type: "boolean", short: "h" },
} as const;

/** The flags of the verbs that are parsed here. */
export const OPTIONS = {
  get: REQUEST_OPTIONS,
  login: { ...REQUEST_OPTIONS, code: { type: "string" } },
  logout: { ...REQUEST_OPTIONS, all: { type: "boolean" } },
} as const;

/** Parses the words after the program's name. Throws `usage`, whose hint names the help to read. */
export function parseCommand(words: readonly string[]): Command {
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

function parseVerb(verb: keyof typeof OPTIONS, words: readonly string[]): Command {
  const { values, positionals } = parseWords(verb, words, OPTIONS[verb]);
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

/** The words after a verb by these options of node:util's parseArgs. Throws `usage`, whose hint names the verb's help. */
export function parseWords(
  verb: string,
  words: readonly string[],
  options: NonNullable<ParseArgsConfig["options"]>,
): { values: Values; positionals: string[] } {
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
      unknown === undefined
        ? undefined
        : { word: unknown, among: Object.keys({ ...options, help: {} }).map((name) => `--${name}`) },
    );
  }
}

function toFlags(verb: string, values: Values): Flags {
  const text = (flag: string): string | undefined => {
    const value = values[flag];
    if (value === "") throw usage(verb, `--${flag} is empty`);
    return typeof value === "string" ? value : undefined;
  };
  const given = <K extends keyof Flags>(key: K, value: Flags[K] | undefined): Pick<Flags, K> | object =>
    value === undefined ? {} : { [key]: value };
  return {
    ...given("mfaSerial", text("mfa-serial")),
    ...given("roleArn", text("role-arn")),
    ...given("sourceProfile", text("source-profile")),
    ...given("region", text("region")),
    ...given("sessionDurationSeconds", seconds(verb, "session-duration", text("session-duration"), 900, 129_600)),
    ...given("roleDurationSeconds", seconds(verb, "duration", text("duration"), 900, 43_200)),
    ...given("mfaProcess", text("mfa-process")),
    ...given("prompt", text("prompt")),
    ...given("noPrompt", values["no-prompt"] === true ? true : undefined),
    ...given("deadlineSeconds", parseDeadline(text("deadline"), "--deadline")),
    ...given("log", text("log")),
    ...given("minRemainingSeconds", seconds(verb, "min-remaining", text("min-remaining"), 0, 129_600)),
    ...given("force", values.force === true ? true : undefined),
  };
}

function seconds(
  verb: string,
  flag: string,
  text: string | undefined,
  least: number,
  most: number,
): number | undefined {
  if (text === undefined) return undefined;
  const value = parseDuration(text);
  if (value === undefined || value < least || value > most) {
    throw usage(verb, `--${flag} ${quoted(text)} is not a time between ${least} s and ${most / 3600} h`);
  }
  return value;
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
