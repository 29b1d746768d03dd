/** The wizard: keys, a device, a name; shows the change, writes it with a backup, and signs in. */

import { dirname } from "node:path";
import { parseWords } from "../args.ts";
import { readSharedTexts, type SharedTexts } from "../aws-files/read.ts";
import { type Replaced, replaceSharedFiles, undoLastChange } from "../aws-files/replace.ts";
import { cacheRoot, lookAtCache } from "../cache/directory.ts";
import { homeDirectory } from "../disk/home.ts";
import { noteRun } from "../ready/keep-ready.ts";
import { openStore } from "../refresh/store/store.ts";
import { terminalOptions } from "../runtime/environment.ts";
import { oneLine } from "../runtime/errors.ts";
import type { Streams } from "../runtime/streams.ts";
import { diffLines } from "../setup/diff.ts";
import { atTerminal, type Interview, UNATTENDED } from "../setup/interview.ts";
import { copyLauncher, findLauncher, type Launcher } from "../setup/launcher-path.ts";
import { type Options, ROLE_CHOICES, setupOptions } from "../setup/options.ts";
import { planSetup } from "../setup/plan.ts";
import { askForChoices, type Result } from "../setup/wizard.ts";
import { withProgress } from "../terminal/progress.ts";
import { shellWord } from "../text/shell-words.ts";
import { printable, wrap } from "../text/terminal-text.ts";
import type { Command, ExplainedFlag, Tools } from "./command.ts";
import { flagTable } from "./help/layout.ts";
import { login } from "./login/login.ts";

const FLAGS: readonly ExplainedFlag[] = [
  { name: "keys", value: "NAME", about: "the profile with the long-term keys", follower: "profile" },
  { name: "profile", value: "NAME", about: "the profile you will use", follower: "profile" },
  { name: "mfa-serial", value: "ARN", about: "the MFA device; found through IAM when absent" },
  { name: "region", value: "REGION", about: "region of the profile" },
  {
    name: "roles",
    value: "HOW",
    about: `roles with mfa_serial, or for over an hour: plain
(above the profile, no code of their own), direct (a
code each, for longer), keep`,
    follower: ROLE_CHOICES,
  },
  { name: "access-key-id", value: "ID", about: "new keys, with --secret-key" },
  { name: "secret-key", value: "-", about: "read the secret access key from standard input" },
  { name: "no-login", about: "do not sign in at the end" },
  { name: "yes", short: "y", about: "ask nothing; what cannot be decided then ends with\nstatus 2" },
  { name: "undo", about: "put back what the last change was, then the\none before" },
];

const HELP = `askonce setup [flags]

Finds your keys and MFA device, shows what it would write to ~/.aws, asks,
writes it with a backup beside each file, and signs in. What the flags say is
not asked.

Flags
${flagTable(FLAGS)}
Examples
  askonce setup
  askonce setup --keys work-keys --profile work --yes
  printf %s "$S" | askonce setup --access-key-id AKIA... --secret-key - --yes
  askonce setup --undo
`;

const LABEL_COLUMNS = 9;
/** However narrow the terminal is. */
const MOST_NARROW = 16;

export const setup: Command = {
  help: HELP,
  flags: FLAGS,
  async run(words, tools) {
    const { streams, program, context } = tools;
    const { values, positionals } = parseWords("setup", words, FLAGS);
    const options = setupOptions(values, positionals);
    const texts = await readSharedTexts(context.env);
    if (options.undo) return undo(texts, tools);
    const cache = lookAtCache(cacheRoot(context.env), context.uid);
    const interview = options.yes ? UNATTENDED : atTerminal(cache, context);
    const launcher = findLauncher(program.script, context);
    const result = await askForChoices({
      ...{ texts, options, interview, context, env: context.env, store: openStore(cache, context) },
      program: launcher.program,
      say: async (label, text) => {
        await print(streams, fitted(labelled("✓", label), text, streams));
      },
      progress: (text, work) => withProgress(text, streams, work),
      readSecret: () => streams.readStdin(),
    });
    const after = planSetup(texts, result.choices);
    if (after.config === texts.config && after.credentials === texts.credentials) {
      const { calling, keysAs } = result.choices;
      const name = shellWord(calling);
      const said = [`nothing to change: ${calling} calls askonce for ${keysAs} already`, `  askonce login ${name}`];
      return print(streams, [...said, ...usageLines(name).slice(1)].map(oneLine));
    }
    const isWanted = await confirm(texts, after, launcher, result, interview, tools);
    if (!isWanted) return print(streams, ["nothing was changed"]);
    await write(texts, after, launcher, result, tools);
    // The launcher may be called first where no Node is on PATH.
    noteRun(cache, program, context);
    return finish(result, options, tools);
  },
};

async function confirm(
  texts: SharedTexts,
  after: Pick<SharedTexts, "config" | "credentials">,
  { copyFrom, program, isPassing }: Launcher,
  { choices }: Result,
  interview: Interview,
  { streams, context }: Tools,
): Promise<boolean> {
  const colours = streams.stdoutColumns() !== undefined && terminalOptions(context.env).colours;
  const copies = copyFrom !== undefined && copyFrom !== program && !choices.keepsLine;
  await print(streams, [
    ...diffLines(tilde(texts.credentialsPath), texts.credentials, after.credentials, colours),
    ...diffLines(tilde(texts.configPath), texts.config, after.config, colours),
    ...(copies
      ? [
          "",
          `${tilde(program)} (new)`,
          ...fitted("  ", `a copy of ${tilde(copyFrom)}, which goes when its Node goes`, streams),
        ]
      : []),
    ...(isPassing && !copies
      ? ["", ...fitted("! ", `${program} goes when its Node goes: run setup again then`, streams)]
      : []),
    "",
  ]);
  return interview.yesNo({ lines: [], message: "Write this?", open: "", flag: "--yes" });
}

async function write(
  texts: SharedTexts,
  after: Pick<SharedTexts, "config" | "credentials">,
  { copyFrom, program }: Launcher,
  { choices }: Result,
  { streams, context }: Tools,
): Promise<void> {
  if (copyFrom !== undefined && copyFrom !== program && !choices.keepsLine) copyLauncher(copyFrom, program);
  const replaced = replaceSharedFiles(
    [
      // First the keys: a line that calls for them is of no use without.
      { path: texts.credentialsPath, before: texts.credentials, after: after.credentials },
      { path: texts.configPath, before: texts.config, after: after.config },
    ],
    dirname(texts.configPath),
    context.uid,
    new Date(),
  );
  const lines = replaced.flatMap((one) => fileLines("written", one, streams));
  await print(streams, [...lines, ...fitted(labelled(" ", "undo"), "askonce setup --undo", streams)]);
}

function fileLines(done: string, { path, backup }: Replaced, streams: Streams): string[] {
  return [
    ...fitted(labelled("✓", done), tilde(path), streams),
    ...(backup === undefined ? [] : fitted(labelled(" ", "backup"), tilde(backup), streams)),
  ];
}

function labelled(mark: string, label: string): string {
  return `${mark} ${label.padEnd(LABEL_COLUMNS)} `;
}

/** Tries it at once, unless there is no device yet, and says how it is used. */
async function finish({ choices, device }: Result, options: Options, tools: Tools): Promise<number> {
  const { streams } = tools;
  const { calling } = choices;
  const name = shellWord(calling);
  if (device?.missing !== undefined) {
    const first = ["First add a device that makes codes", `  ${device.missing}`, `  askonce login ${name}`, ""];
    return print(streams, ["", ...first, ...usageLines(name)].map(oneLine));
  }
  if (options.login) {
    await print(streams, [""]);
    try {
      await login({ verb: "login", name: calling, flags: {}, codeFromStdin: false }, tools);
    } catch (error) {
      // It is set up all the same.
      const later = ["Once you can sign in", `  askonce login ${name}`];
      await print(streams, [...later, ...usageLines(name).slice(1), ""].map(oneLine));
      throw error;
    }
  }
  return print(streams, ["", ...usageLines(name)].map(oneLine));
}

function usageLines(name: string): string[] {
  if (name === "default") return ["Now, and in Terraform and every SDK", "  aws sts get-caller-identity"];
  return ["Now", `  aws sts get-caller-identity --profile ${name}`, `  export AWS_PROFILE=${name}`];
}

/** Lines for the width there is; further ones stand below the text of the first. */
function fitted(head: string, text: string, streams: Streams): string[] {
  const columns = streams.stdoutColumns();
  const room = Math.max((columns ?? 0) - 1 - head.length, MOST_NARROW);
  const lines = columns === undefined ? [oneLine(text)] : wrap(printable(text), room);
  return lines.map((line, index) => (index === 0 ? head + line : " ".repeat(head.length) + line.trimStart()));
}

async function undo(texts: SharedTexts, { streams, context }: Tools): Promise<number> {
  const { files, left } = undoLastChange(dirname(texts.configPath), context.uid, new Date());
  const lines = files.flatMap((one) => fileLines("as before", one, streams));
  const more =
    left === 0 ? [] : fitted(labelled(" ", "more"), "askonce setup --undo takes back the change before", streams);
  return print(streams, [...lines, ...more]);
}

async function print(streams: Streams, lines: readonly string[]): Promise<number> {
  await streams.writeOut(lines.map((line) => `${line}\n`).join(""));
  return 0;
}

function tilde(path: string): string {
  const home = `${homeDirectory()}/`;
  return path.startsWith(home) ? `~/${path.slice(home.length)}` : path;
}
