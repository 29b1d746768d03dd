/** How setup gets its answers: from the flags' defaults where nobody is to be asked, else on the terminal. */

import { usage } from "../args.ts";
import type { CacheDirectory } from "../cache/directory.ts";
import { terminalToAskOn } from "../mfa/ask-code.ts";
import { openStore } from "../refresh/store/store.ts";
import { underLock } from "../refresh/under-lock.ts";
import type { Context } from "../runtime/context.ts";
import { terminalOptions } from "../runtime/environment.ts";
import type { AskonceError } from "../runtime/errors.ts";
import { askChoice, askLine, askYesNo, type LineQuestion } from "../terminal/line-question.ts";

export interface Asked {
  /** What stands above the input. */
  readonly lines: readonly string[];
  readonly message: string;
  /** Why it cannot be decided without asking: a clause. */
  readonly open: string;
  /** The flag that answers it then. */
  readonly flag: string;
}

/** Each throws `usage` naming the flag where there is nobody to ask and no fallback, and as askLine does. */
export interface Interview {
  line(asked: Asked, fallback: string | undefined, check: (text: string) => string | undefined): Promise<string>;
  secret(asked: Asked, check: (text: string) => string | undefined): Promise<string>;
  /** The index of a choice. */
  choice(asked: Asked, choices: readonly string[], fallback: number | undefined): Promise<number>;
  yesNo(asked: Asked): Promise<boolean>;
}

/** Takes every fallback. */
export const UNATTENDED: Interview = {
  async line(asked, fallback, check) {
    if (fallback === undefined || check(fallback) !== undefined) throw undecided(asked);
    return fallback;
  },
  secret: async (asked) => {
    throw undecided(asked);
  },
  async choice(asked, _, fallback) {
    if (fallback === undefined) throw undecided(asked);
    return fallback;
  },
  yesNo: async () => true,
};

/** Asks on the terminal, one question at a time as every askonce does. Throws `usage` where there is none of ours. */
export function atTerminal(cache: CacheDirectory, context: Context): Interview {
  if (terminalToAskOn() === undefined)
    throw usage("setup", "setup asks on a terminal, and there is none: --yes takes what it can decide by itself");
  const { locks } = openStore(cache, context);
  const inTurn = <T>(work: () => Promise<T>): Promise<T> => {
    const terminal = terminalToAskOn();
    if (terminal === undefined) return work();
    return underLock<never, T>(locks, terminal, context, { arrived: () => undefined }, work);
  };
  const question = ({ lines, message }: Asked): LineQuestion => ({
    ...{ lines, message, what: "setup" },
    ...terminalOptions(context.env),
  });
  return {
    line: (asked, fallback, check) =>
      inTurn(() => askLine({ ...question(asked), ...(fallback === undefined ? {} : { fallback }) }, check)),
    secret: (asked, check) => inTurn(() => askLine({ ...question(asked), isSecret: true }, check)),
    choice: (asked, choices, fallback) => inTurn(() => askChoice(question(asked), choices, fallback)),
    yesNo: (asked) => inTurn(() => askYesNo(question(asked))),
  };
}

function undecided({ open, flag }: Asked): AskonceError {
  return usage("setup", `${open}: say it with ${flag}`);
}
