/** What one run of askonce carries everywhere: who runs it, until when, and where its log goes. */

import type { Environment } from "./environment.ts";

/** Notes an event for ASKONCE_LOG. Fields are names, ids and figures; never a credential or a code. */
export type Log = (event: string, fields?: Readonly<Record<string, string | number | boolean | undefined>>) => void;

/** What the run waits for, to say the right thing when time is up. */
export type Waiting = "a lock" | "the keys" | "the code" | { readonly host: string } | "the reader" | "nothing";

export interface Context {
  /** The profile that was named, for what is said of the run; `login` may find it out later. */
  name: string;
  readonly env: Environment;
  /** The environment children get: the caller's, less what they have no business with. */
  readonly childEnvironment: NodeJS.ProcessEnv;
  /** undefined where files have no owner (Windows). */
  readonly uid: number | undefined;
  readonly startedAtMs: number;
  /** When the run must have ended, in local time; Infinity for `login`. */
  readonly endsAtMs: number;
  /** Sets another end, in seconds from the start. */
  endAfter(seconds: number): void;
  /** Aborted when time is up. */
  readonly signal: AbortSignal;
  /** What is done once the answer is out, in whatever time is left. */
  readonly afterwards: (() => Promise<void>)[];
  log: Log;
  waitingFor: Waiting;
}
