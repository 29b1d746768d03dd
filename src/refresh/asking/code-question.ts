/** The question for an MFA code: its words, and what is wrong with a code before it is sent. */

import { requesterOf } from "../../caller/requester.ts";
import { CODE_QUESTION } from "../../mfa/ask-code.ts";
import {
  besideLines,
  dialogLines,
  type PromptSubject,
  questionHint,
  questionLines,
  spentComplaint,
} from "../../mfa/prompt-text.ts";
import { nextCodeInMs } from "../../mfa/used-codes.ts";
import { codeLifetimeSeconds } from "../../profile/request.ts";
import { serverNowMs } from "../connection.ts";
import { askersOf } from "./askers.ts";
import type { AskInput } from "./input.ts";
import type { Place, PlaceQuestion } from "./place.ts";

/** @param complaint what was wrong with the last code */
export function codeQuestion(refresh: AskInput, { id }: Place, complaint: string | undefined): PlaceQuestion {
  const subject = subjectOf(refresh);
  const sinceMs = Date.now();
  return {
    ...CODE_QUESTION,
    // Looked up at each drawing: the other question may end while this one stands.
    lines: (columns) => {
      const other = askersOf(refresh.store.locks, refresh.identity.sessionId).find(
        (one) => one.place !== id && one.sinceMs < sinceMs,
      );
      return other === undefined
        ? questionLines(subject, complaint, columns)
        : besideLines(subject, other, complaint, columns);
    },
    windowLines: (newComplaint) => dialogLines(subject, newComplaint),
    complaint,
    hint: questionHint(subject),
    parse: (text) => {
      const parsed = CODE_QUESTION.parse(text);
      const spent = "value" in parsed ? complaintAbout(refresh, parsed.value) : undefined;
      return spent === undefined ? parsed : { complaint: spent };
    },
  };
}

/** What the question is about. */
export function subjectOf({ request, identity, userName, context }: AskInput): PromptSubject {
  return {
    profile: request.name,
    device: identity.device,
    accountId: undefined,
    userName,
    sessionSeconds: codeLifetimeSeconds(request),
    role: request.source.direct?.arn,
    roles: request.roles.map(({ arn }) => arn),
    caller: requesterOf(context).program,
  };
}

/** What is wrong with a code before it is sent. */
function complaintAbout(refresh: AskInput, code: string): string | undefined {
  try {
    const atMs = serverNowMs(refresh);
    const spent = refresh.store.codes.spent(refresh.identity.device, code, atMs);
    return spent && spentComplaint(spent, nextCodeInMs(atMs));
  } catch {
    // A note that is refused: the exchange meets it again, where it can be told.
    return undefined;
  }
}
