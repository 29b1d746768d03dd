/** What one run of askonce carries everywhere: who runs it, until when, and where its log goes. */

import type { Environment } from "./environment.ts";
import { AskonceError } from "./errors.ts";

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

/** The failure of a run whose time is up, by what it was waiting for. */
export function outOfTime(waitingFor: Waiting, name: string): AskonceError {
  if (typeof waitingFor === "object")
    return new AskonceError(
      "unreachable",
      `${waitingFor.host} did not answer in time for ${name}`,
      "check the network and try again",
    );
  switch (waitingFor) {
    case "a lock":
      return new AskonceError(
        "locked",
        `another refresh for ${name} did not end in time`,
        "answer its prompt, or try again",
      );
    case "the keys":
      return new AskonceError(
        "configuration",
        `the credential_process with the keys of ${name} did not end in time`,
        "run it by hand to see what it waits for",
      );
    case "the code":
      return new AskonceError(
        "no-code",
        `no MFA code for ${name} in time`,
        `run \`askonce login ${shellWord(name)}\` in a terminal, then try again`,
      );
    case "the reader":
      return new AskonceError(
        "no-code",
        `nobody read the answer for ${name} in time`,
        "read its standard output and try again: the session is kept",
      );
    case "nothing":
      return new AskonceError(
        "no-code",
        `no answer for ${name} in time`,
        "try again, with a longer --deadline if the machine is busy",
      );
  }
}

/** Aborted with the first of these, for its reason. (AbortSignal.any came with Node 20.3.) */
export function firstOf(signals: readonly AbortSignal[]): AbortSignal {
  const controller = new AbortController();
  for (const signal of signals) {
    const abort = (): void => controller.abort(signal.reason);
    if (signal.aborted) abort();
    else signal.addEventListener("abort", abort, { once: true });
  }
  return controller.signal;
}

/** Waits; rejects as soon as time is up. */
export function sleep(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const stop = (): void => {
      clearTimeout(timer);
      reject(signal.reason);
    };
    const timer = setTimeout(() => {
      signal.removeEventListener("abort", stop);
      resolve();
    }, ms);
    if (signal.aborted) stop();
    else signal.addEventListener("abort", stop, { once: true });
  });
}

/** A name as it is typed in a shell: quoted only where it has to be. */
export function shellWord(text: string): string {
  return /^[\w@%+=:,./-]+$/.test(text) && !text.startsWith("-") ? text : `'${text.replaceAll("'", "'\\''")}'`;
}
