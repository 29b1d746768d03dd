import { CODE_FLAG } from "../../args.ts";
import type { CommandHelp, ExplainedFlag } from "../command.ts";
import { flagTable } from "../help/layout.ts";
import { requestFlags, requestFlagsHelp } from "../request-flags.ts";

const code: ExplainedFlag = { ...CODE_FLAG, about: "read the code from standard input" };

const HELP = `askonce login [NAME] [flags] [--code -]

Makes the session of NAME now, without the time limit of get, and lets
everybody who waits for it go on. Without NAME: what other processes wait for,
else AWS_PROFILE, else the only profile, else it asks.

${flagTable([code])}
${requestFlagsHelp}
Examples
  askonce login work
  askonce login             in a second terminal, for what waits in the first
  pass otp aws/work | askonce login work --code -
`;

export const loginHelp: CommandHelp = { help: HELP, flags: [...requestFlags, code], takesProfile: true };
