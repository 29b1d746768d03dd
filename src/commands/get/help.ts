import { AskonceError, type ErrorCode } from "../../runtime/errors.ts";
import type { CommandHelp } from "../command.ts";
import { table } from "../help/layout.ts";
import { requestFlags, requestFlagsHelp } from "../request-flags.ts";

const KEYS_WITHOUT_FLAG = [
  ["include_profile NAME", "what that profile says of the MFA session counts\nhere too"],
  ["mfa_mode", "session, or direct: the code goes with the role\nitself, for roles over an hour"],
  [
    "role_session_name, external_id, session_tags (k=v,...), source_identity,\n  transitive_session_tags, policy_arns",
    "of a role, from its own profile only",
  ],
  ["credential_process", "of the profile with the keys: a program that\nprints them"],
] as const;

const FAILURES: readonly (readonly [code: ErrorCode, text: string])[] = [
  ["bug", "a bug in askonce; the log has the stack"],
  ["usage", "usage"],
  ["configuration", "configuration"],
  ["no-code", "no code"],
  ["refused", "AWS refused or cannot be reached"],
  ["locked", "another refresh held the lock past the deadline"],
  ["interrupted", "interrupted"],
];

const HELP = `askonce get NAME [flags]
askonce-get NAME [flags]

Prints one line of credential_process JSON for the profile NAME. A cached
session is printed at once; else the code is taken from mfa_process, or asked
for on the terminal or in a window, once for everybody who waits.

${requestFlagsHelp}
Profile keys without a flag
${table(KEYS_WITHOUT_FLAG)}
Exit status
  0 printed
${FAILURES.map(([code, text]) => `  ${new AskonceError(code, text).status} ${text}\n`).join("")}
Examples
  credential_process = /path/to/askonce-get work-keys
                            in a profile of ~/.aws/config
  askonce get work-keys --min-remaining 2h --no-prompt
`;

export const getHelp: CommandHelp = { help: HELP, flags: requestFlags, takesProfile: true };
