/** What help and completion say of the flags about a request, which get, login and logout take. */

import { FLAGS } from "../args.ts";
import { DRIVER_NAMES } from "../profile/prompt-choice.ts";
import type { ExplainedFlag } from "./command.ts";
import { flagTable } from "./help/layout.ts";

type FlagName = (typeof FLAGS.get)[number]["name"];

const TEXTS: Readonly<Record<FlagName, Pick<ExplainedFlag, "about" | "follower">>> = {
  "mfa-serial": { about: "the MFA device,\nfound through IAM when absent" },
  "mfa-process": { about: "a command that prints the code", follower: "file" },
  "session-duration": { about: "900s to 36h, 12h unless told" },
  "role-arn": { about: "a role to take with the session" },
  duration: { about: "for the role, 900s to 12h" },
  "min-remaining": { about: "print nothing that ends sooner,\nhalf of what is asked for at most" },
  force: { about: "print nothing that was made before now" },
  "source-profile": { about: "whose keys to use", follower: "profile" },
  region: { about: "whose STS to ask" },
  prompt: {
    about: "how to ask a person:\nauto, terminal, none, tmux, zenity, kdialog,\nosascript, powershell or pinentry",
    follower: ["auto", "terminal", "none", ...DRIVER_NAMES],
  },
  "no-prompt": { about: "never ask a person; mfa_process still runs" },
  deadline: { about: "give up after this long (get: 55)" },
  log: { about: "append a debug log, without secrets, to FILE", follower: "file" },
};

export const requestFlags: readonly ExplainedFlag[] = FLAGS.get.map((flag) => ({ ...flag, ...TEXTS[flag.name] }));

export const requestFlagsHelp = `Flags (each stands above the profile key beside it)
${flagTable(requestFlags)}`;
