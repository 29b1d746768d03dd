/** The end of a run: its timer, and the failure that says what the run was waiting for. */

import { shellWord } from "../text/shell-words.ts";
import type { Context, Log } from "./context.ts";
import { childEnvironment } from "./environment.ts";
import { AskonceError } from "./errors.ts";
import { openLog } from "./log.ts";

/** Left for putting the terminal back and for the error line. */
const CLEAN_UP_MS = 300;

/** Ends the work at its deadline, in whatever state it is, with the failure that fits the state. */
export async function withDeadline(
  { env, uid, startedAtMs }: Pick<Context, "env" | "uid" | "startedAtMs">,
  log: Log,
  seconds: number,
  profile: string,
  work: (context: Context) => Promise<number>,
): Promise<number> {
  // Made for who waits: Node loads what it is made of only then.
  let made: AbortController | undefined;
  const controller = (): AbortController => {
    made ??= new AbortController();
    return made;
  };
  let write = log;
  let endsAtMs = Number.POSITIVE_INFINITY;
  let timer: NodeJS.Timeout | undefined;
  let mayWait = false;
  let giveUp: (error: AskonceError) => void;
  const timeIsUp = new Promise<never>((_, reject) => {
    giveUp = reject;
  });
  const end = (): void => {
    const error = outOfTime(context.waiting);
    controller().abort(error);
    // What the work is about to clean up gets the moment that was left for it.
    setTimeout(giveUp, CLEAN_UP_MS / 2, error);
  };
  const setTimer = (): void => {
    clearTimeout(timer);
    if (mayWait && Number.isFinite(endsAtMs)) timer = setTimeout(end, Math.max(0, endsAtMs - Date.now() - CLEAN_UP_MS));
  };
  const context: Context = {
    env,
    childEnvironment: childEnvironment(env),
    uid,
    startedAtMs,
    deadline: {
      get endsAtMs() {
        return endsAtMs;
      },
      get signal() {
        return controller().signal;
      },
    },
    endAfter(given) {
      endsAtMs = startedAtMs + given * 1000;
      setTimer();
    },
    waiting: { for: "nothing", profile },
    afterwards: [],
    log: (event, fields) => write(event, fields),
    logTo(path) {
      write = openLog(path, startedAtMs, uid);
    },
  };
  context.endAfter(seconds);
  // What is cached goes into a pipe before the event loop turns, as no timer could go off by then: it needs none.
  const turn = setImmediate(() => {
    mayWait = true;
    setTimer();
  });
  try {
    const status = await Promise.race([work(context), timeIsUp]);
    for (const task of context.afterwards) await task();
    return status;
  } finally {
    clearImmediate(turn);
    clearTimeout(timer);
  }
}

/** The failure of a run whose time is up, by what it was waiting for. */
function outOfTime({ for: waitingFor, profile: name }: Context["waiting"]): AskonceError {
  if (typeof waitingFor === "object")
    return new AskonceError(
      "unreachable",
      `${waitingFor.host} did not answer in time for ${name}`,
      "check the network and try again",
      "unreachable-host",
    );
  switch (waitingFor) {
    case "a lock":
      return new AskonceError(
        "locked",
        `another refresh for ${name} did not end in time`,
        "answer its prompt, or try again",
        "lock-held",
      );
    case "the keys":
      return new AskonceError(
        "configuration",
        `the credential_process with the keys of ${name} did not end in time`,
        "run it by hand to see what it waits for",
        "key-program-failed",
      );
    case "the code":
      return new AskonceError(
        "no-code",
        `no MFA code for ${name} in time`,
        `run \`askonce login ${shellWord(name)}\` in a terminal, then try again`,
        "prompt-timed-out",
      );
    case "the reader":
      return new AskonceError(
        "no-code",
        `nobody read the answer for ${name} in time`,
        "read its standard output and try again: the session is kept",
        "output-unread",
      );
    case "nothing":
      return new AskonceError(
        "no-code",
        `no answer for ${name} in time`,
        "try again, with a longer --deadline if the machine is busy",
        "deadline-passed",
      );
  }
}
