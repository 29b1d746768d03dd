/** `askonce doctor`: why a call fails, from one command. Asks for no code and makes no session. */

import { parseWords, usage } from "../../args.ts";
import { type Examination, examine } from "../../doctor/examine.ts";
import type { Finding } from "../../doctor/finding.ts";
import { findingLines, lastLine, type ReportLayout, toReport } from "../../doctor/report.ts";
import { terminalOptions } from "../../runtime/environment.ts";
import { withProgress } from "../../terminal/progress.ts";
import type { Command, CommandTools, ExplainedFlag, Tools } from "../command.ts";
import { flagTable } from "../help/layout.ts";

const FLAGS: readonly ExplainedFlag[] = [
  { name: "offline", about: "ask nobody but this machine" },
  {
    name: "fix",
    about: `do what is safe: modes of your own files, keys that
shadow a profile, locks of processes that are gone,
whole paths; shows it first and asks`,
  },
  { name: "yes", short: "y", about: "with --fix: do it without asking" },
  { name: "json", about: "print what was found as one line of JSON, whose form\nis stable" },
];

const HELP = `askonce doctor [NAME] [flags]

Looks at everything between a program's call and AWS's answer, and says what is
wrong and how to mend it: the AWS files, what stands above the profile, the
command line, the environment, the cache, the way to AWS, the keys, the device,
the policy. It asks for no code and makes no session. Without NAME: AWS_PROFILE,
else every profile that askonce is called for.

Flags
${flagTable(FLAGS)}
Exit status
  0 nothing is wrong, or only warnings
  1 something is wrong
  2 usage

Examples
  askonce doctor
  askonce doctor work --offline
  askonce doctor --fix
  askonce doctor --json | jq -r '.findings[] | select(.state != "ok") | .text'
`;

async function run(words: readonly string[], tools: CommandTools): Promise<number> {
  const { program, context, commands } = tools;
  const { values, positionals } = parseWords("doctor", words, FLAGS);
  if (positionals.length > 1) throw usage("doctor", `doctor takes one profile, not ${positionals.length}`);
  const [name] = positionals;
  if (name === "") throw usage("doctor", "the name of the profile is empty");
  const asked = { isJson: values.json === true, isOffline: values.offline === true };
  if (values.yes === true && values.fix !== true) throw usage("doctor", "--yes goes with --fix");
  if (asked.isJson && values.fix === true && values.yes !== true)
    throw usage("doctor", "--json asks nobody: --fix needs --yes with it");
  const verbs = new Set(commands.map(({ verb }) => verb));
  const look = (): Promise<Examination> => examine(name, verbs, program, context);
  const fixed = values.fix === true ? await fix(look, values.yes === true, asked.isJson, tools) : [];
  if (fixed === undefined) return 0;
  return report(look, asked, fixed, tools);
}

/** What was done; undefined where it was not wanted. */
async function fix(
  look: () => Promise<Examination>,
  isSure: boolean,
  isJson: boolean,
  { streams, context }: Tools,
): Promise<readonly string[] | undefined> {
  const { bulleted, mend } = await import("./doctor-fix.ts");
  const done = await mend(await look(), isSure, { streams, context });
  if (isJson) return done;
  const columns = streams.stdoutColumns() ?? Number.POSITIVE_INFINITY;
  if (done === undefined) await streams.writeOut("Nothing was changed.\n");
  else if (done.length === 0) await streams.writeOut("There is nothing that --fix mends.\n\n");
  else await streams.writeOut(`Done\n${bulleted(done, columns)}\n`);
  return done;
}

async function report(
  look: () => Promise<Examination>,
  { isJson, isOffline }: { readonly isJson: boolean; readonly isOffline: boolean },
  fixed: readonly string[],
  { streams, context }: Tools,
): Promise<number> {
  const columns = streams.stdoutColumns();
  const screen: ReportLayout = {
    columns: columns ?? Number.POSITIVE_INFINITY,
    colours: columns !== undefined && terminalOptions(context.env).colours,
  };
  const { shared, local, facts, remote } = await look();
  const profiles = facts.subjects.map((subject) => subject.name);
  const say = async (findings: readonly Finding[]): Promise<void> => {
    if (!isJson) await streams.writeOut(findingLines(findings, profiles, screen));
  };
  // What belongs to one of several profiles stands together, and waits for AWS.
  const isOne = profiles.length < 2;
  const early = isOne ? [...shared, ...local] : shared;
  await say(early);
  const told = isOffline ? [] : await withProgress("asking AWS", streams, remote);
  const late = isOne ? told : byProfile([...local, ...told], profiles);
  await say(late);
  const all = [...early, ...late];
  await streams.writeOut(isJson ? `${JSON.stringify(toReport(all, profiles, fixed))}\n` : lastLine(all, screen));
  return all.some(({ state }) => state === "fail") ? 1 : 0;
}

function byProfile(findings: readonly Finding[], profiles: readonly string[]): Finding[] {
  return profiles.flatMap((name) => findings.filter(({ profile }) => profile === name));
}

export const doctor: Command = { help: HELP, flags: FLAGS, takesProfile: true, run };
