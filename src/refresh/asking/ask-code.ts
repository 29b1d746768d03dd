/** Gets one code at one place, while the SDK is loaded and the cache is watched for the session to come from elsewhere. */

import { answeredLine } from "../../mfa/prompt-text.ts";
import type { Context, Log } from "../../runtime/context.ts";
import { terminalOptions } from "../../runtime/environment.ts";
import type { StoredSession } from "../../session/stored-session.ts";
import { sayOnTerminal } from "../../terminal/ask.ts";
import { type Given, throwUnanswered } from "../../terminal/question.ts";
import type { RefreshInput } from "../input.ts";
import { POLL_MS } from "../under-lock.ts";
import { codeQuestion } from "./code-question.ts";
import type { AskInput } from "./input.ts";
import type { Place } from "./place.ts";

/** Left for STS, the cache and the error line after the last moment to answer. */
export const AFTER_ANSWER_MS = 1_500;
/** What `get` has unless it is told otherwise: a shorter time is one process's own trouble. */
const USUAL_DEADLINE_MS = 55_000;
/** The prompt is on the screen by then. */
const LOAD_AFTER_MS = 100;

interface CodeRound {
  /** What was wrong with the last code. */
  readonly complaint: string | undefined;
  /** The last moment for an answer, in local time. */
  readonly answerUntilMs: number;
  /** True once another process has made the session. */
  hasArrived(): boolean;
}

/** Asks until there is a code, the session arrives from elsewhere, or the place is no longer ours. Throws `no-code` and `interrupted`. */
export async function askCode(
  refresh: AskInput,
  place: Place,
  { complaint, answerUntilMs, hasArrived }: CodeRound,
): Promise<Given> {
  const { context, request } = refresh;
  context.waiting.for = "the code";
  context.log("asking for a code", { profile: request.name, place: place.kind });
  const loading = setTimeout(loadSts, LOAD_AFTER_MS, context.log);
  const withinMs = Math.min(answerUntilMs, context.deadline.endsAtMs - AFTER_ANSWER_MS) - Date.now();
  const watch = watchFor(hasArrived);
  const question = codeQuestion(refresh, place, complaint);
  try {
    return throwUnanswered(question, await place.ask(question, { withinMs, arrived: watch.signal }));
  } finally {
    clearTimeout(loading);
    watch.stop();
  }
}

/** True when a question ended since this process has less time than others: nobody shares that. */
export function isOwnDeadline({ startedAtMs, deadline: { endsAtMs } }: Context): boolean {
  return endsAtMs - startedAtMs < USUAL_DEADLINE_MS && Date.now() > endsAtMs - AFTER_ANSWER_MS - 500;
}

/** The SDK is loaded while the user types; what goes wrong with it shows when it is used. */
function loadSts(log: Log): void {
  import("../../aws/sts.ts").then(
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
export async function tellOnTerminal(
  { request, context, asking }: RefreshInput,
  session: StoredSession,
): Promise<void> {
  if (asking.silent === true) return;
  await sayOnTerminal(answeredLine(request.name, session, Date.now()), terminalOptions(context.env));
}
