/** Every way askonce can fail on purpose, and the exit status each one ends with. Anything else that is thrown is a bug. */

import type { Reason } from "./reasons.ts";

const EXIT_STATUS = {
  bug: 1,
  output: 1,
  usage: 2,
  configuration: 3,
  "request-configuration": 3,
  "nobody-to-ask": 4,
  "no-code": 4,
  refused: 5,
  "request-refused": 5,
  unreachable: 5,
  locked: 6,
  interrupted: 130,
} as const;

/**
 * The closed set of failures. `no-code` and `nobody-to-ask` share a status but not a fate: only the first is shared with
 * the command. So it is with `configuration` and `request-configuration`, which is about one process's own network.
 */
export type ErrorCode = keyof typeof EXIT_STATUS;

/** A word that is not known, and those that are: one of them may have been meant. */
export interface Meant {
  readonly word: string;
  readonly among: readonly string[];
}

/**
 * A failure the user can do something about.
 *
 * `message` says what happened and `hint` what to do, both without a capital, a full stop or a secret: together they are
 * the one line that AWS clients paste into their own errors.
 */
export class AskonceError extends Error {
  override readonly name = "AskonceError";
  readonly code: ErrorCode;
  readonly hint: string | undefined;
  /** What failed, for code that has to tell; undefined where the code says enough. */
  readonly reason: Reason | undefined;
  /** Where it is there, run.ts looks for a better hint (text/near-words.ts). */
  readonly meant: Meant | undefined;

  constructor(
    code: ErrorCode,
    message: string,
    hint?: string,
    reason?: Reason,
    details?: ErrorOptions & { readonly meant?: Meant },
  ) {
    super(message, details);
    this.code = code;
    this.hint = hint;
    this.reason = reason;
    this.meant = details?.meant;
  }

  /** The process's exit status, 1 to 130. */
  get status(): number {
    return EXIT_STATUS[this.code];
  }

  /** `askonce: <what happened>; <what to do>`, one printable line without its line end. */
  get line(): string {
    return oneLine(`askonce: ${this.message}${this.hint === undefined ? "" : `; ${this.hint}`}`);
  }
}

/** True for one of the codes above; narrows text that was read from a file. */
export function isErrorCode(text: string): text is ErrorCode {
  return Object.hasOwn(EXIT_STATUS, text);
}

/** Wraps whatever was thrown: what is not an AskonceError is a bug, whose text stays out of the line since it may hold anything. */
export function asAskonceError(thrown: unknown): AskonceError {
  if (thrown instanceof AskonceError) return thrown;
  return new AskonceError(
    "bug",
    "a bug in askonce",
    "run it again with ASKONCE_LOG=FILE, which will hold the stack",
    undefined,
    {
      cause: thrown,
    },
  );
}

/** Text from files and servers can hold escapes that would drive the terminal it is shown on; they go. */
export function oneLine(text: string): string {
  return text.replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]+/gu, " ").trimEnd();
}
