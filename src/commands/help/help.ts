/** The help texts: the overview, and that of each command. */

import type { Commands } from "../command.ts";
import { helpOfCommand } from "../find.ts";
import { table } from "./layout.ts";
import { narrowHelp } from "./narrow.ts";

/** Leaves room for the longest usage of a command. */
const OVERVIEW_COLUMN = 29;

function overview(commands: Commands): string {
  const groups = [...new Set(commands.map(({ group }) => group))].map((title) => {
    const members = commands.filter(({ group }) => group === title);
    const rows = members.map(({ verb, words, about }) => [`askonce ${verb} ${words}`, about] as const);
    return `${title}\n${table(rows, OVERVIEW_COLUMN)}`;
  });
  return `askonce gives the AWS CLI, the SDKs and Terraform an MFA session, and asks for
the code once.

${groups.join("\n")}
${table([["askonce help COMMAND", "what a command does, its flags, examples"]], OVERVIEW_COLUMN)}  askonce --version

In ~/.aws/config
  [profile work]
  region = eu-west-1
  credential_process = /path/to/askonce-get work-keys

where work-keys is a profile with the long-term keys of an IAM user who has
an MFA device. askonce-get is askonce get, faster; on Windows write askonce.cmd
get work-keys.
`;
}

/** The help about a command, or the overview, for a terminal of so many columns. Throws `usage` for a command that is not there. */
export async function helpFor(about: string | undefined, commands: Commands, columns = 80): Promise<string> {
  const text = await helpText(about, commands);
  return columns >= 80 ? text : narrowHelp(text, columns);
}

/** The same for 80 columns. */
export async function helpText(about: string | undefined, commands: Commands): Promise<string> {
  return about === undefined ? overview(commands) : (await helpOfCommand(about, commands)).help;
}
