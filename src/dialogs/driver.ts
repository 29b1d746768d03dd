/** The one interface of everything that asks a person away from the terminal. One driver a file, each independent of the others. */

import type { DriverName } from "../profile/prompt-choice.ts";
import type { Environment } from "../runtime/environment.ts";

/** What a driver may know of where it runs. */
export interface Surroundings {
  readonly env: Environment;
  readonly platform: NodeJS.Platform;
  /** A directory of ours alone (0700), for a pipe with a name; undefined where there is none. */
  readonly directory: string | undefined;
}

/** One question. Its texts are plain, one printable line each, and may hold any character: the driver escapes what means something to it. */
export interface DialogQuestion {
  /** Whose code, and for what; a complaint about the last answer comes last. */
  readonly lines: readonly string[];
  /** That last line, where it is a complaint. */
  readonly complaint?: string | undefined;
  /** What is to be typed: `Code`. */
  readonly label: string;
  /** How long an answer is waited for; Infinity for ever. */
  readonly withinMs: number;
  /** Aborted when no answer is needed any more: the dialog goes at once. */
  readonly signal: AbortSignal;
}

/** How it ended. `withdrawn`: by the signal. `cannot`: it did not start, and nobody has seen the question. */
export type DialogAnswer =
  | { readonly kind: "answered"; readonly text: string }
  | { readonly kind: "cancelled" | "timed-out" | "withdrawn" | "cannot" };

export interface Driver {
  readonly name: DriverName;
  /** Whether it can really ask here and now: a look that shows nothing and takes two seconds at most. Never rejects. */
  canAsk(here: Surroundings): Promise<boolean>;
  /** Asks once, and leaves nothing behind, also when this process is killed meanwhile. Never rejects. */
  ask(question: DialogQuestion, here: Surroundings): Promise<DialogAnswer>;
}
