/** What a refresh starts with, before it is known which session it is about. */

import type { SessionRequest } from "../profile/request.ts";
import type { Context } from "../runtime/context.ts";
import type { Store } from "./store/store.ts";

export interface RefreshInput {
  readonly request: SessionRequest;
  readonly store: Store;
  readonly context: Context;
  readonly asking: Asking;
  /** A usable session is cached: other processes do not wait for this renewal, and a prompt is short. */
  readonly isEarly: boolean;
}

/** How `login` differs from `get`. */
export interface Asking {
  /** The user runs the command by hand now: earlier failures of the same command are ignored. */
  readonly anew?: boolean;
  /** A code that was given with the command. */
  readonly code?: string;
  /** The command itself tells the user that the session is there. */
  readonly silent?: boolean;
}
