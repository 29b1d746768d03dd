import { parseWords, OPTIONS as REQUESTS, usage } from "../../args.ts";
import { readSharedFiles } from "../../aws-files/read.ts";
import { DRIVER_NAMES } from "../../profile/prompt-choice.ts";
import type { Environment } from "../../runtime/environment.ts";
import { type CommandWords, PERSON_COMMANDS, type PersonCommand, type Tools } from "../command.ts";
import { commandList, helpText } from "../help/help.ts";
import { aboutFlags, wordsOfHelp } from "../help/words.ts";
import { completed, readLine } from "./bash-line.ts";
import { SCRIPTS } from "./scripts.ts";
import { type Known, type Offers, offersFor } from "./words.ts";

const OPTIONS = {
  /** For the scripts: what can follow the words that are given, for the shell of that name. */
  words: { type: "string" },
} as const;

const HELP = `askonce completion bash|zsh|fish|powershell

Prints a script that has the shell complete askonce's commands, flags and
profiles. Profiles are read at each key: one that is new is there at once.

Examples
  bash, in ~/.bashrc
    eval "$(askonce completion bash)"
  zsh, in ~/.zshrc
    source <(askonce completion zsh)
  fish
    askonce completion fish > ~/.config/fish/completions/askonce.fish
  PowerShell, in $PROFILE
    askonce completion powershell | Out-String | Invoke-Expression
`;

/** `askonce completion SHELL` prints the shell's script, and `--words` what that script asks for. */
export const completion: PersonCommand = { help: HELP, options: {}, subcommands: [...SCRIPTS.keys()], run };

async function run(words: readonly string[], { streams, context }: Tools): Promise<number> {
  const { values, positionals } = parseWords("completion", words, OPTIONS);
  if (typeof values.words === "string") {
    // Somebody is typing: nothing is said about what does not work.
    await streams.writeOut(await answer(values.words, positionals, known(context.env)).catch(() => ""));
    return 0;
  }
  const [shell = "", ...more] = positionals;
  const script = SCRIPTS.get(shell);
  const names = [...SCRIPTS.keys()].join(", ");
  if (script === undefined || more.length > 0)
    throw usage("completion", `completion needs the name of one shell: ${names}`, {
      word: shell,
      among: [...SCRIPTS.keys()],
    });
  await streams.writeOut(script);
  return 0;
}

/** The lines for a shell's script: a kind, then a word each. */
async function answer(shell: string, given: readonly string[], source: Known): Promise<string> {
  if (shell !== "bash") {
    const words = shell === "powershell" ? given.map((word) => word.slice(1)) : given;
    const current = words.at(-1) ?? "";
    const offers = await offersFor(afterProgram(words.slice(0, -1)), current, source);
    // The other shells look for themselves which of the words fit.
    const fitting = offers.words.filter(({ word }) => shell !== "powershell" || word.startsWith(current));
    return lines(
      offers,
      fitting.map(({ word, about }) => (about === "" ? word : `${word}\t${about}`)),
    );
  }
  const [text = "", breaks = ""] = given;
  const line = readLine(text, breaks);
  if (line.isRedirected) return "files\n";
  const offers = await offersFor(afterProgram(line.before), line.current, source);
  return lines(
    offers,
    offers.words.flatMap(({ word }) => completed(word, line) ?? []),
  );
}

function lines({ files }: Offers, words: readonly string[]): string {
  return [files ? "files" : "words", ...words, ""].join("\n");
}

function afterProgram([program = "", ...words]: readonly string[]): string[] {
  return /(^|[\\/])askonce-get(\.\w+)?$/.test(program) ? ["get", ...words] : words;
}

function known(env: Environment): Known {
  return {
    verbs: async () => [...commandList(), { word: "help", about: "what a command does" }],
    async after(verb) {
      const words = await wordsAfter(verb);
      return words === undefined ? undefined : { words, aboutFlags: aboutFlags(await helpText(verb)) };
    },
    async profiles() {
      const { profiles } = await readSharedFiles(env);
      // A name with control characters would drive the terminal it is listed on.
      return [...profiles.keys()].filter((name) => name !== "" && !/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u.test(name));
    },
  };
}

async function wordsAfter(verb: string): Promise<CommandWords | undefined> {
  if (Object.hasOwn(REQUESTS, verb)) return requestWords(verb as keyof typeof REQUESTS);
  const command = await PERSON_COMMANDS.get(verb)?.();
  return command === undefined ? undefined : { ...wordsOfHelp(verb, command.help), ...command };
}

/** Those of get, login and logout, which args.ts parses. */
function requestWords(verb: keyof typeof REQUESTS): CommandWords {
  return {
    options: REQUESTS[verb],
    takesProfile: true,
    values: {
      "source-profile": "profile",
      log: "file",
      "mfa-process": "file",
      prompt: ["auto", "terminal", "none", ...DRIVER_NAMES],
      code: ["-"],
    },
  };
}
