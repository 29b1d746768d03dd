/** The help texts: only what is built. */

import { quoted } from "../../args.ts";
import { AskonceError } from "../../runtime/errors.ts";
import { PERSON_COMMANDS, type PersonCommand } from "../command.ts";
import { narrowHelp } from "./narrow.ts";

const OVERVIEW = `askonce gives the AWS CLI, the SDKs and Terraform an MFA session, and asks for
the code once.

Every day
  askonce get NAME           print credentials for a profile
  askonce login [NAME]       sign in now; asks for the code in the terminal
  askonce status [NAME]      sessions, time left, who waits for a code
  askonce logout NAME        forget cached sessions
  askonce doctor [NAME]      say what is wrong with a call, and the cure

First day
  askonce setup              find keys and devices, write the profiles
  askonce mfa list NAME      the MFA devices; also enroll and resync
  askonce policy             print an IAM policy that demands MFA
  askonce completion SHELL   complete commands, flags and profiles

  askonce help COMMAND       what a command does, its flags, examples
  askonce --version

In ~/.aws/config
  [profile work]
  region = eu-west-1
  credential_process = /path/to/askonce-get work-keys

where work-keys is a profile with the long-term keys of an IAM user who has
an MFA device. askonce-get is askonce get, faster; on Windows write askonce.cmd
get work-keys.
`;

const REQUEST_FLAGS = `Flags (each stands above the profile key beside it)
  --mfa-serial ARN          mfa_serial: the MFA device,
                            found through IAM when absent
  --mfa-process COMMAND     mfa_process: a command that prints the code
  --session-duration TIME   session_duration: 900s to 36h, 12h unless told
  --role-arn ARN            role_arn: a role to take with the session
  --duration TIME           duration_seconds: for the role, 900s to 12h
  --min-remaining TIME      min_remaining: print nothing that ends sooner,
                            half of what is asked for at most
  --force                   print nothing that was made before now
  --source-profile NAME     source_profile: whose keys to use
  --region REGION           region: whose STS to ask
  --prompt HOW              mfa_prompt: how to ask a person:
                            auto, terminal, none, tmux, zenity, kdialog,
                            osascript, powershell or pinentry
  --no-prompt               never ask a person; mfa_process still runs
  --deadline SECONDS        give up after this long (get: 55)
  --log FILE                append a debug log, without secrets, to FILE
`;

const PROFILE_KEYS = `Profile keys without a flag
  include_profile NAME      what that profile says of the MFA session counts
                            here too
  mfa_mode                  session, or direct: the code goes with the role
                            itself, for roles over an hour
  role_session_name, external_id, session_tags (k=v,...), source_identity,
  transitive_session_tags, policy_arns
                            of a role, from its own profile only
  credential_process        of the profile with the keys: a program that
                            prints them
`;

const GET = `askonce get NAME [flags]
askonce-get NAME [flags]

Prints one line of credential_process JSON for the profile NAME. A cached
session is printed at once; else the code is taken from mfa_process, or asked
for on the terminal or in a window, once for everybody who waits.

${REQUEST_FLAGS}
${PROFILE_KEYS}
Exit status
  0 printed
  1 a bug in askonce; the log has the stack
  2 usage
  3 configuration
  4 no code
  5 AWS refused or cannot be reached
  6 another refresh held the lock past the deadline
  130 interrupted

Examples
  credential_process = /path/to/askonce-get work-keys
                            in a profile of ~/.aws/config
  askonce get work-keys --min-remaining 2h --no-prompt
`;

const LOGIN = `askonce login [NAME] [flags] [--code -]

Makes the session of NAME now, without the time limit of get, and lets
everybody who waits for it go on. Without NAME: what other processes wait for,
else AWS_PROFILE, else the only profile, else it asks.

  --code -                  read the code from standard input

${REQUEST_FLAGS}
Examples
  askonce login work
  askonce login             in a second terminal, for what waits in the first
  pass otp aws/work | askonce login work --code -
`;

const LOGOUT = `askonce logout NAME [flags]
askonce logout --all

Forgets the cached MFA session of NAME and the roles taken with it, for every
profile that shares it; or all sessions. They stay valid at AWS until they
expire.

  --all                     every session that is cached

The flags of get say which session, where the profile does not.

Examples
  askonce logout work
  askonce logout --all
`;

const TEXTS = new Map([
  ["get", GET],
  ["login", LOGIN],
  ["logout", LOGOUT],
]);

/** The same, for a terminal of so many columns. */
export async function helpFor(about: string | undefined, columns = 80): Promise<string> {
  const text = await helpText(about);
  return columns >= 80 ? text : narrowHelp(text, columns);
}

/** The help about a command, or the overview. Throws `usage` for a command that is not there. */
export async function helpText(about: string | undefined): Promise<string> {
  const text = about === undefined ? OVERVIEW : TEXTS.get(about);
  return text ?? (await personCommand(about ?? "")).help;
}

/** Every command, in the order of the overview, and what it says of each. */
export function commandList(): { readonly word: string; readonly about: string }[] {
  const verbs = [...TEXTS.keys(), ...PERSON_COMMANDS.keys()];
  const lines = [...OVERVIEW.matchAll(/^ {2}askonce ([a-z]+)\b.*? {2,}(.*)$/gm)];
  const abouts = new Map(lines.map(([, verb = "", about = ""]) => [verb, about]));
  const place = (verb: string): number => ([...abouts.keys(), verb] as string[]).indexOf(verb);
  return verbs.sort((one, other) => place(one) - place(other)).map((word) => ({ word, about: abouts.get(word) ?? "" }));
}

/** A command that has a file of its own. Throws `usage` for one that is not there. */
export async function personCommand(name: string): Promise<PersonCommand> {
  const load = PERSON_COMMANDS.get(name);
  if (load !== undefined) return load();
  const among = [...TEXTS.keys(), ...PERSON_COMMANDS.keys(), "help", "--help", "--version"];
  throw new AskonceError("usage", `there is no command ${quoted(name)}`, "`askonce --help` lists them", undefined, {
    meant: { word: name, among },
  });
}
