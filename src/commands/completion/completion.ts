import { type Flag, parseWords, usage } from "../../args.ts";
import { readSharedFiles } from "../../aws-files/read.ts";
import type { Environment } from "../../runtime/environment.ts";
import type { Command, Commands, CommandTools } from "../command.ts";
import { completed, readLine } from "./bash-line.ts";
import { SCRIPTS } from "./scripts.ts";
import { type Known, type Offers, offersFor } from "./words.ts";

/** For the scripts: what can follow the words that are given, for the shell of that name. */
const WORDS: Flag = { name: "words", value: "SHELL" };

const HELP = `askonce completion ${[...SCRIPTS.keys()].join("|")}

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
export const completion: Command = {
  help: HELP,
  flags: [],
  subcommands: new Map([...SCRIPTS.keys()].map((shell) => [shell, []])),
  run,
};

async function run(words: readonly string[], { streams, context, commands }: CommandTools): Promise<number> {
  const { values, positionals } = parseWords("completion", words, [WORDS]);
  if (typeof values.words === "string") {
    // Somebody is typing: nothing is said about what does not work.
    await streams.writeOut(await answer(values.words, positionals, known(context.env, commands)).catch(() => ""));
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

function known(env: Environment, commands: Commands): Known {
  return {
    verbs: async () => [
      ...commands.map(({ verb, about }) => ({ word: verb, about })),
      { word: "help", about: "what a command does" },
    ],
    command: async (verb) => commands.find((command) => command.verb === verb)?.load(),
    async profiles() {
      const { profiles } = await readSharedFiles(env);
      // A name with control characters would drive the terminal it is listed on.
      return [...profiles.keys()].filter((name) => name !== "" && !/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u.test(name));
    },
  };
}
