/** What one run of askonce carries everywhere: who runs it, until when, and where its log goes. */

import type { Environment } from "./environment.ts";

/** Notes an event for ASKONCE_LOG. Fields are names, ids and figures; never a credential or a code. */
export type Log = (event: string, fields?: Readonly<Record<string, string | number | boolean | undefined>>) => void;

/** What a request waits for: the failure that ends it at its deadline says so. */
export type Waiting = "a lock" | "the keys" | "the code" | { readonly host: string } | "the reader" | "nothing";

/** When a request must have ended. */
export interface Deadline {
  /** In local time; Infinity for `login`. */
  readonly endsAtMs: number;
  /** Aborted when time is up. */
  readonly signal: AbortSignal;
}

/** Who a request is for. */
export interface Requester {
  /** The program, as a person would call it, such as `terraform apply`; undefined where a person typed askonce. */
  readonly program: string | undefined;
  /** The command, whose processes share failures and lines; undefined where it is not known. */
  readonly commandId: string | undefined;
  /** The terminal, as locks name it; undefined for none. */
  readonly terminal: string | undefined;
}

/** One request. Nothing in it is about the process, so that one process can serve many. */
export interface Context {
  readonly env: Environment;
  /** The environment of child processes: the caller's, without the variables that are not for them. */
  readonly childEnvironment: NodeJS.ProcessEnv;
  /** undefined where files have no owner (Windows). */
  readonly uid: number | undefined;
  /** Undefined where the request is this process's own: see caller/requester.ts. */
  readonly requester?: Requester;
  readonly startedAtMs: number;
  readonly deadline: Deadline;
  /** Sets the deadline, in seconds from the start. */
  endAfter(seconds: number): void;
  /** What the request waits for now, and the profile it is about: one object for all parts of the request. */
  readonly waiting: { for: Waiting; profile: string };
  /** Tasks for the time that is left once the answer is out. */
  readonly afterwards: (() => Promise<void>)[];
  readonly log: Log;
  /** Has the log go to this file from now on. */
  logTo(path: string): void;
}
