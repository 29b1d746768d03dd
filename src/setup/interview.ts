/** How setup gets its answers: from the flags' defaults where nobody is to be asked, else on the terminal. */

import { usage } from "../args.ts";
import type { CacheDirectory } from "../cache/directory.ts";
import { askInTurn } from "../refresh/asking/ask-in-turn.ts";
import { openStore } from "../refresh/store/store.ts";
import type { Context } from "../runtime/context.ts";
import type { AskonceError } from "../runtime/errors.ts";
import { terminalToAskOn } from "../terminal/ask.ts";
import {
  answerGiven,
  choiceQuestion,
  type LineQuestion,
  lineQuestion,
  yesNoQuestion,
} from "../terminal/line-question.ts";
import type { Question } from "../terminal/question.ts";

export interface InterviewQuestion {
  /** What stands above the input. */
  readonly lines: readonly string[];
  readonly message: string;
  /** Why it cannot be decided without asking: a clause. */
  readonly open: string;
  /** The flag that answers it then. */
  readonly flag: string;
}

/** Each throws `usage` with the flag where it cannot ask and has no fallback, and `no-code` or `interrupted` where it got no answer. */
export interface Interview {
  line(
    asked: InterviewQuestion,
    fallback: string | undefined,
    check: (text: string) => string | undefined,
  ): Promise<string>;
  secret(asked: InterviewQuestion, check: (text: string) => string | undefined): Promise<string>;
  /** The index of a choice. */
  choice(asked: InterviewQuestion, choices: readonly string[], fallback: number | undefined): Promise<number>;
  yesNo(asked: InterviewQuestion): Promise<boolean>;
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
  const ask = async <T>(question: Question<T>): Promise<T> =>
    answerGiven(await askInTurn(question, locks, context), { what: "setup" });
  const asSetup = ({ lines, message }: InterviewQuestion): LineQuestion => ({ lines, message, what: "setup" });
  return {
    line: (asked, fallback, check) =>
      ask(lineQuestion({ ...asSetup(asked), ...(fallback === undefined ? {} : { fallback }) }, check)),
    secret: (asked, check) => ask(lineQuestion({ ...asSetup(asked), isSecret: true }, check)),
    choice: (asked, choices, fallback) => ask(choiceQuestion(asSetup(asked), choices, fallback)),
    yesNo: (asked) => ask(yesNoQuestion(asSetup(asked))),
  };
}

function undecided({ open, flag }: InterviewQuestion): AskonceError {
  return usage("setup", `${open}: say it with ${flag}`);
}
