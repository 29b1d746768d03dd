/** What one refresh works with, and what is wanted of it. */

import type { StoredSession } from "../cache/session-file.ts";
import type { Context } from "../context.ts";
import type { Identity } from "../identity.ts";
import type { SessionRequest } from "../profile/request.ts";
import type { Store } from "./store.ts";

export interface Refresh {
  readonly request: SessionRequest;
  readonly identity: Identity;
  /** The IAM user's name, where it is known. */
  readonly userName: string | undefined;
  readonly store: Store;
  readonly context: Context;
  readonly asking: Asking;
}

/** How `login` differs from `get`. */
export interface Asking {
  /** Typed by hand now: failures that the same command met before do not count. */
  readonly anew?: boolean;
  /** A code that was given with the command. */
  readonly code?: string;
  /** The caller tells the user itself that the session is there. */
  readonly silent?: boolean;
}

/** What is wanted of one renewal. */
export interface Attempt {
  isEnough(session: StoredSession): boolean;
  /** Something valid is at hand: nobody waits for it, and nobody is asked for long. */
  readonly early: boolean;
  /** The last moment for an answer, in local time; Infinity for as long as the run lasts. */
  readonly answerUntilMs: number;
}

/** The MFA session in the store, if it is enough. */
export function enough({ store, identity }: Refresh, attempt: Attempt): StoredSession | undefined {
  const session = store.session(identity.sessionId);
  return session !== undefined && attempt.isEnough(session) ? session : undefined;
}
