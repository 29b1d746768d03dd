/** One kind of question, wherever it is asked, and how asking it can end. */

import type { AskonceError } from "../runtime/errors.ts";
import type { Title } from "./frame.ts";

/** What a text means, or what is wrong with it. */
export type Parsed<T> = { readonly value: T } | { readonly complaint: string };

/** A question to a person. `T` is what its answer means. */
export interface Question<T = string> {
  /** The lines above the input. */
  readonly lines: Title;
  /** One word or two before the input. */
  readonly message: string;
  /** Shown dim at the right while there is room. */
  readonly hint?: string;
  /** How many characters an answer has; 0 for an open one. */
  readonly places: number;
  /** What Enter alone means; shown in brackets where the answer goes. */
  readonly fallback?: string;
  /** Shows only how long the answer is. */
  readonly isSecret?: boolean;
  /** How many characters can be typed. */
  readonly longest?: number;
  /** Reads an answer. A complaint is shown at once, and asking goes on. */
  parse(text: string): Parsed<T>;
  /** The failure of this question where it got no answer. */
  failure(why: NoAnswer): AskonceError;
  /** Runs before a Ctrl-C is sent on, which may end this process; the terminal is restored by then. */
  beforeInterrupt?(): Promise<void>;
}

/** Why a question that was shown got no answer. */
export type NoAnswer = "cancelled" | "timed-out" | "interrupted";

/** `arrived`: the answer is not needed any more; `not-ours`: the question cannot be asked here, or not any more. */
export type Given<T = string> =
  | { readonly kind: "answered"; readonly value: T }
  | { readonly kind: "arrived" }
  | { readonly kind: "not-ours" };

/** How asking ended. */
export type Answer<T = string> = Given<T> | { readonly kind: NoAnswer };

/** How long a question stands. */
export interface Round {
  /** How long the answer is waited for, from now on; without it, or with Infinity, there is no limit. */
  readonly withinMs?: number;
  /** Aborted when the answer is not needed any more. */
  readonly arrived?: AbortSignal;
}

/** The answer; where there is none, throws the failure of its question. */
export function throwUnanswered<T>(question: Question<T>, answer: Answer<T>): Given<T> {
  switch (answer.kind) {
    case "cancelled":
    case "timed-out":
    case "interrupted":
      throw question.failure(answer.kind);
    default:
      return answer;
  }
}
