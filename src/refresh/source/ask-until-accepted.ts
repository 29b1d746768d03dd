/** Asks for codes at one place until STS accepts one, three times at most. */

import type { CodeRejection } from "../../aws/failure.ts";
import { rejectionComplaint, spentComplaint } from "../../mfa/prompt-text.ts";
import { nextCodeInMs } from "../../mfa/used-codes.ts";
import { sleep } from "../../runtime/abort.ts";
import { AskonceError } from "../../runtime/errors.ts";
import type { StoredSession } from "../../session/stored-session.ts";
import { askCode, tellOnTerminal } from "../asking/ask-code.ts";
import type { Place } from "../asking/place.ts";
import { connectionFor, serverNowMs } from "../connection.ts";
import { exchangeCode } from "./exchange-code.ts";
import { type MfaWork, type StartOver, storedSession } from "./mfa-work.ts";
import { forgetChoice, lookUpAgain, notAccepted } from "./rejection.ts";
import type { Attempt } from "./source.ts";

const MOST_REJECTIONS = 3;

export type AskedCode =
  | { readonly kind: "session"; readonly session: StoredSession }
  | StartOver
  /** It was not possible to ask at this place after all. */
  | { readonly kind: "not-ours" };

/** Throws `no-code`, `interrupted`, and what STS refuses. */
export async function askUntilAccepted(work: MfaWork, attempt: Attempt, place: Place): Promise<AskedCode> {
  const { identity, context, request } = work;
  // An unusable CA bundle is reported before anything is asked.
  connectionFor(work, identity.region);
  let rejected: { code: string; rejection: CodeRejection } | undefined;
  let complaint: string | undefined;
  const { answerUntilMs } = attempt;
  const hasArrived = (): boolean => storedSession(work, attempt) !== undefined;
  for (let rejections = 0; ; ) {
    const arrived = storedSession(work, attempt);
    if (arrived !== undefined) return { kind: "session", session: arrived };
    const answer = await askCode(work, place, { complaint, answerUntilMs, hasArrived });
    if (answer.kind === "not-ours") return answer;
    if (answer.kind === "arrived") {
      const session = storedSession(work, attempt);
      if (session !== undefined && place.kind === "terminal") await tellOnTerminal(work, session);
      continue;
    }
    // A program that prints a rejected code again would print it every time.
    if (place.kind === "process" && rejected?.code === answer.value)
      throw notAccepted(work, rejected.rejection, rejections);
    const exchanged = await exchangeCode(work, answer.value, attempt);
    if (exchanged.kind === "lost") continue;
    if (exchanged.kind === "session") {
      if (place.kind === "terminal") await tellOnTerminal(work, exchanged.session);
      return exchanged;
    }
    if (exchanged.kind === "spent") {
      const nextInMs = nextCodeInMs(serverNowMs(work));
      complaint = spentComplaint(exchanged.spent, nextInMs);
      // A program that prints a rejected code has a wrong clock or another device; after a used code it prints the next one.
      if (!isPerson(place) && exchanged.spent.was === "rejected") throw notAccepted(work, "wrong", 1);
      if (place.kind === "stdin" || (place.kind === "process" && work.isEarly))
        throw new AskonceError("no-code", complaint, "give that one", "code-spent");
      if (place.kind === "process") await sleep(nextInMs, context.deadline.signal);
      continue;
    }
    const { rejection } = exchanged;
    rejections++;
    if (rejection === "not-this-users-device" && request.source.mfa.serial === undefined) {
      const startOver = await lookUpAgain(work, answer.value);
      if (startOver !== undefined) return startOver;
    }
    if (rejections === MOST_REJECTIONS) forgetChoice(work);
    if (place.kind === "stdin" || rejections === MOST_REJECTIONS) throw notAccepted(work, rejection, rejections);
    rejected = { code: answer.value, rejection };
    complaint = rejectionComplaint(rejection, identity.device, rejections + 1);
  }
}

/** True where a person answers. */
export function isPerson({ kind }: Place): boolean {
  return kind === "terminal" || kind === "window";
}
