/** One question to a person, wherever it is asked: its words, its answer checked while it is asked, and how it ended. */

import { callerName } from "../../caller/caller.ts";
import { type Answer, askPerson, cancelled, unanswered } from "../../mfa/ask-code.ts";
import { parseTokenCode } from "../../mfa/code.ts";
import {
  besideLines,
  dialogLines,
  questionHint,
  questionLines,
  type Subject,
  spentComplaint,
} from "../../mfa/prompt-text.ts";
import { nextCodeInMs } from "../../mfa/used-codes.ts";
import { codeLifetimeSeconds } from "../../profile/request.ts";
import { firstOf } from "../../runtime/abort.ts";
import { steadyMs } from "../../runtime/clock.ts";
import { terminalOptions } from "../../runtime/environment.ts";
import { serverNowMs } from "../connection.ts";
import type { Refresh } from "../work.ts";
import { askersOf } from "./askers.ts";
import type { Place, WINDOW } from "./places.ts";

/** One question of several that may be needed until there is a session. */
interface Round {
  readonly complaint: string | undefined;
  readonly withinMs: number;
  /** Aborted when the session came from elsewhere. */
  readonly arrived: AbortSignal;
}

/** Asks on the terminal. Throws `no-code` and `interrupted`. */
export function askAtTerminal(refresh: Refresh, place: Place, round: Round): Promise<Answer> {
  const subject = subjectOf(refresh);
  const sinceMs = Date.now();
  return askPerson({
    // Looked up at each drawing: the other question may end while this one stands.
    lines: (columns) => {
      const other = askersOf(refresh.store.locks, refresh.identity.sessionId).find(
        (one) => one.place !== place.id && one.sinceMs < sinceMs,
      );
      return other === undefined
        ? questionLines(subject, round.complaint, columns)
        : besideLines(subject, other, round.complaint, columns);
    },
    hint: questionHint(subject),
    withinMs: round.withinMs,
    check: (code) => complaintAbout(refresh, code),
    arrived: round.arrived,
    ...terminalOptions(refresh.context.env),
  });
}

/**
 * Asks in a window until there is a code. `not-ours`: it could not be shown. Throws `no-code`, and then none is shown for a
 * while, to anybody.
 */
export async function askInWindow(
  refresh: Refresh,
  { driver }: Extract<Place, { kind: typeof WINDOW }>,
  round: Round,
): Promise<Answer> {
  const { store, context, places } = refresh;
  if (store.windows.pausedUntilMs() !== undefined) return "not-ours";
  const subject = subjectOf(refresh);
  const endsAtMs = steadyMs() + round.withinMs;
  const signal = firstOf([round.arrived, context.deadline.signal]);
  store.windows.notePause();
  for (let complaint = round.complaint; ; ) {
    const lines = dialogLines(subject, complaint);
    const question = { lines, complaint: complaint === undefined ? undefined : lines.at(-1), label: "Code", signal };
    const answer = await driver.ask({ ...question, withinMs: endsAtMs - steadyMs() }, places.here);
    const isAnswered = answer.kind === "answered";
    context.log("a window was closed", { driver: driver.name, answer: isAnswered ? "typed" : answer.kind });
    if (isAnswered) {
      const parsed = parseTokenCode(answer.text);
      complaint = "complaint" in parsed ? parsed.complaint : complaintAbout(refresh, parsed.code);
      if (!("code" in parsed) || complaint !== undefined) continue;
      store.windows.takeBackPause();
      return parsed;
    }
    if (answer.kind === "cannot") {
      store.windows.takeBackPause();
      return "not-ours";
    }
    if (round.arrived.aborted) return "arrived";
    store.windows.restartPause();
    throw answer.kind === "cancelled" ? cancelled() : unanswered();
  }
}

/** What the question is about. */
export function subjectOf({ request, identity, userName }: Refresh): Subject {
  return {
    profile: request.name,
    device: identity.device,
    accountId: undefined,
    userName,
    sessionSeconds: codeLifetimeSeconds(request),
    role: request.direct?.arn,
    roles: request.roles.map(({ arn }) => arn),
    caller: callerName(),
  };
}

/** What is wrong with a code before it is sent. */
function complaintAbout(refresh: Refresh, code: string): string | undefined {
  try {
    const atMs = serverNowMs(refresh);
    const spent = refresh.store.codes.spent(refresh.identity.device, code, atMs);
    return spent && spentComplaint(spent, nextCodeInMs(atMs));
  } catch {
    // A note that is refused: the exchange meets it again, where it can be told.
    return undefined;
  }
}
