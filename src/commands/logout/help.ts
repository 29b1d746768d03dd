import { ALL_FLAG } from "../../args.ts";
import type { CommandHelp, ExplainedFlag } from "../command.ts";
import { flagTable } from "../help/layout.ts";
import { requestFlags } from "../request-flags.ts";

const all: ExplainedFlag = { ...ALL_FLAG, about: "every session that is cached" };

const HELP = `askonce logout NAME [flags]
askonce logout --all

Forgets the cached MFA session of NAME and the roles taken with it, for every
profile that shares it; or all sessions. They stay valid at AWS until they
expire.

${flagTable([all])}
The flags of get say which session, where the profile does not.

Examples
  askonce logout work
  askonce logout --all
`;

export const logoutHelp: CommandHelp = { help: HELP, flags: [...requestFlags, all], takesProfile: true };
