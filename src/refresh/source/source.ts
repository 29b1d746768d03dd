/** What a refresh needs of the source of its request. One implementation for each kind of source. */

import type { AskonceError } from "../../runtime/errors.ts";
import type { Identity } from "../../session/identity.ts";
import type { SessionRecord, StoredSession } from "../../session/stored-session.ts";

/** Serves one refresh. */
export interface Source {
  /** Called first. Throws `nobody-to-ask` if this process could neither make the session nor wait for it. */
  begin(): Promise<void>;
  /** Finds out which session it is. May run a program, call AWS and prompt. */
  identify(): Promise<IdentifiedSource>;
  /** Called last, whatever happened. Never rejects. */
  end(): Promise<void>;
}

export interface IdentifiedSource {
  readonly identity: Identity;
  /** Makes the session, or returns the one that another process made meanwhile. Throws AskonceError. */
  make(attempt: Attempt): Promise<Made>;
  /** The default of `role_session_name` for a role that is assumed with this session of the chain. */
  sessionName(session: StoredSession): Promise<string>;
}

/** What is expected of one renewal. */
export interface Attempt {
  isEnough(session: SessionRecord): boolean;
  /** The last moment for an answer, in local time; Infinity for as long as the run lasts. */
  readonly answerUntilMs: number;
}

export type Made =
  | { readonly kind: "session"; readonly session: StoredSession }
  /** The source is another one by now: identify it again, and fail with `otherwise` if that happens too often. */
  | { readonly kind: "start-over"; readonly otherwise: AskonceError };
