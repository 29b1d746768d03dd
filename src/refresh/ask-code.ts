/** Gets one code at one place, while the SDK is loaded and the cache is watched for the session to come from elsewhere. */

import type { StoredSession } from "../cache/session-file.ts";
import { type Context, firstOf, type Log } from "../context.ts";
import { terminalOptions } from "../environment.ts";
import { type Answer, askPerson, type Place, sayOnTerminal } from "../mfa/code-source.ts";
import { codeFromProcess } from "../mfa/mfa-process.ts";
import { answeredLine, questionHint, questionLines, spentComplaint } from "../mfa/question.ts";
import { nextCodeInMs } from "../mfa/used-codes.ts";
import { codeLifetimeSeconds } from "../profile/request.ts";
import { POLL_MS } from "./under-lock.ts";
import { type Attempt, enough, type Refresh, serverNowMs } from "./work.ts";

/** Left for STS, the cache and the error line after the last moment to answer. */
export const AFTER_ANSWER_MS = 1_500;
/** What `get` has unless it is told otherwise: a shorter time is one process's own trouble. */
const USUAL_DEADLINE_MS = 55_000;
/** The prompt is on the screen by then. */
const LOAD_AFTER_MS = 100;

/** Asks until there is a code, the session arrives from elsewhere, or the place is no longer ours. Throws `no-code` and `interrupted`. */
export async function askCode(
  refresh: Refresh,
  attempt: Attempt,
  place: Place,
  complaint: string | undefined,
): Promise<Answer> {
  const { context, identity, request, store, asking } = refresh;
  context.waitingFor = "the code";
  context.log("asking for a code", { profile: request.name, place: place.kind });
  const loading = setTimeout(loadSts, LOAD_AFTER_MS, context.log);
  const withinMs = Math.min(attempt.answerUntilMs, context.endsAtMs - AFTER_ANSWER_MS) - Date.now();
  const watch = watchFor(() => enough(refresh, attempt) !== undefined);
  try {
    if (place.kind === "stdin") return { code: asking.code ?? "" };
    if (place.kind === "process") {
      const signal = firstOf([
        context.signal,
        watch.signal,
        ...(Number.isFinite(withinMs) ? [AbortSignal.timeout(Math.max(0, Math.floor(withinMs)))] : []),
      ]);
      return await answerOfProcess(place.command, context.childEnvironment, signal, watch.signal);
    }
    const subject = {
      caller: undefined,
      profile: request.name,
      device: identity.device,
      accountId: undefined,
      userName: refresh.userName,
      sessionSeconds: codeLifetimeSeconds(request),
      role: request.direct?.arn,
      roles: [],
    };
    return await askPerson({
      lines: questionLines(subject, complaint),
      hint: questionHint(subject),
      withinMs,
      check: (code) => {
        try {
          const atMs = serverNowMs(refresh);
          const spent = store.codes.spent(identity.device, code, atMs);
          return spent && spentComplaint(spent, nextCodeInMs(atMs));
        } catch {
          // A note that is refused: the exchange meets it again, where it can be told.
          return undefined;
        }
      },
      arrived: watch.signal,
      ...terminalOptions(context.env),
    });
  } finally {
    clearTimeout(loading);
    watch.stop();
  }
}

async function answerOfProcess(
  command: string,
  environment: NodeJS.ProcessEnv,
  signal: AbortSignal,
  arrived: AbortSignal,
): Promise<Answer> {
  try {
    return { code: await codeFromProcess(command, environment, signal) };
  } catch (error) {
    if (arrived.aborted) return "arrived";
    throw error;
  }
}

/** True when a question ended since this process has less time than others: nobody shares that. */
export function isOwnDeadline({ startedAtMs, endsAtMs }: Context): boolean {
  return endsAtMs - startedAtMs < USUAL_DEADLINE_MS && Date.now() > endsAtMs - AFTER_ANSWER_MS - 500;
}

/** The SDK is loaded while the user types; what goes wrong with it shows when it is used. */
function loadSts(log: Log): void {
  import("../aws/sts.ts").then(
    () => log("SDK loaded"),
    () => {},
  );
}

/** Looks again and again for what ends the question. */
export function watchFor(isThere: () => boolean): { signal: AbortSignal; stop(): void } {
  const controller = new AbortController();
  const timer = setInterval(() => {
    try {
      if (isThere()) controller.abort();
    } catch {
      // A file that is refused: whoever looks next, in line, meets it again and tells of it.
      controller.abort();
    }
  }, POLL_MS);
  return { signal: controller.signal, stop: () => clearInterval(timer) };
}

/** Leaves the one line that stays of a question. */
export async function tellOnTerminal({ request, context, asking }: Refresh, session: StoredSession): Promise<void> {
  if (asking.silent === true) return;
  await sayOnTerminal(answeredLine(request.name, session, Date.now()), terminalOptions(context.env));
}
