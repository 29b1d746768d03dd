import { parseWords, quoted, usage } from "../../args.ts";
import { partitionNames } from "../../aws-names/partition.ts";
import { wrap } from "../../text/terminal-text.ts";
import type { Command, ExplainedFlag, Tools } from "../command.ts";
import { flagTable } from "../help/layout.ts";
import { signInPolicy } from "./policy-document.ts";

const FLAGS: readonly ExplainedFlag[] = [
  {
    name: "self-enroll",
    about: "a user without an MFA device may add a first one,\nnamed like the user: jane, jane-phone",
  },
  {
    name: "partition",
    value: "NAME",
    about: "aws unless told: aws-us-gov, aws-cn, ...",
    follower: partitionNames(),
  },
  { name: "how", about: "print the commands instead of the policy" },
];

const HELP = `askonce policy [flags]

Prints the IAM policy for people who sign in with askonce: without MFA it
denies everything but what signing in takes. It grants nothing else: what
they may do with MFA, other policies say. On a terminal the commands that
put it on a group follow; in a file or a pipe there is JSON alone.

Flags
${flagTable(FLAGS)}
Without MFA remain
  GetUser, ListMFADevices, ListVirtualMFADevices, ResyncMFADevice,
  ChangePassword (asks for the old one), GetAccountPasswordPolicy,
  GetSessionToken; each for one's own user where IAM can tell.
  With --self-enroll also CreateVirtualMFADevice and EnableMFADevice.
  Never what takes a device away.

Examples
  askonce policy > require-mfa.json
  askonce policy --self-enroll --partition aws-us-gov
  askonce policy --how
`;

const RISK =
  "askonce: with --self-enroll, whoever has stolen the keys of a user without an MFA device can enrol a device of their own; attach the policy without it once everybody has one";

/** `askonce policy`: JSON alone on stdout where a file or a program reads it. */
export const policy: Command = { help: HELP, flags: FLAGS, run };

async function run(words: readonly string[], { streams }: Tools): Promise<number> {
  const { values, positionals } = parseWords("policy", words, FLAGS);
  if (positionals.length > 0) throw usage("policy", `policy takes no ${quoted(positionals[0] ?? "")}`);
  const selfEnroll = values["self-enroll"] === true;
  const partition = partitionOf(values.partition);
  const columns = streams.stdoutColumns();
  const json = `${JSON.stringify(signInPolicy(partition, selfEnroll), undefined, 2)}\n`;
  const how = howToAttach(partition, selfEnroll, columns ?? 80);
  const parts = values.how === true ? [how] : columns === undefined ? [json] : [json, how];
  await streams.writeOut(parts.join("\n"));
  // A person sees it wherever stdout goes, and it is in no file.
  if (selfEnroll)
    await streams.writeErr(`${(streams.stderrIsTerminal ? wrap(RISK, columns ?? 80) : [RISK]).join("\n")}\n`);
  return 0;
}

function partitionOf(given: string | boolean | undefined): string {
  if (given === undefined) return "aws";
  const names = partitionNames();
  const known = names.find((name) => name === given);
  if (known === undefined)
    throw usage("policy", `there is no partition ${quoted(String(given))}: there are ${names.join(", ")}`, {
      word: String(given),
      among: names,
    });
  return known;
}

function howToAttach(partition: string, selfEnroll: boolean, columns: number): string {
  const flags = `${selfEnroll ? " --self-enroll" : ""}${partition === "aws" ? "" : ` --partition ${partition}`}`;
  const lockedOut = selfEnroll ? "" : " Whoever has no MFA device is locked out: try it with one user first.";
  const text = wrap(`An administrator puts it on a group, with GROUP and ACCOUNT filled in.${lockedOut}`, columns);
  return `${text.map((line) => line.trim()).join("\n")}

  askonce policy${flags} > require-mfa.json
  aws iam create-policy \\
    --policy-name require-mfa \\
    --policy-document file://require-mfa.json &&
  aws iam attach-group-policy \\
    --group-name GROUP \\
    --policy-arn arn:${partition}:iam::ACCOUNT:policy/require-mfa
`;
}
