import { HOTP, Secret } from "otpauth";

/** Seconds a code is shown for. */
export const STEP_SECONDS = 30;
/** Codes accepted either side of the server's current one. */
export const WINDOW = 1;

/** Something that makes six-digit codes, and the last code STS took from it. */
export interface CodeSource {
  /** Base32 seed. */
  secret: string;
  /** Counter of the newest code accepted; it and everything before it is spent. */
  lastCounter: number;
  /** Steps the device, and the server's idea of it, were moved ahead of the clock; see `freshCode`. */
  stepsAhead: number;
}

/** RFC 6238 counter of a moment. */
export function counterAt(ms: number): number {
  return Math.floor(ms / 1000 / STEP_SECONDS);
}

/** Counter a device stands at. */
export function currentCounter(source: CodeSource, nowMs: number): number {
  return counterAt(nowMs) + source.stepsAhead;
}

/** The code for a counter: SHA-1, six digits. */
export function codeFor(secret: string, counter: number): string {
  return HOTP.generate({ secret: Secret.fromBase32(secret), algorithm: "SHA1", digits: 6, counter });
}

/** Takes a code: true at most once per counter, and never for a counter before one already taken. */
export function consumeCode(source: CodeSource, code: string, nowMs: number): boolean {
  const now = currentCounter(source, nowMs);
  for (let counter = now - WINDOW; counter <= now + WINDOW; counter++) {
    if (counter > source.lastCounter && codeFor(source.secret, counter) === code) {
      source.lastCounter = counter;
      return true;
    }
  }
  return false;
}

/** Counter of the earliest code, now or one step ahead, that STS would still take; undefined when all are spent. */
export function usableCounter(source: CodeSource, nowMs: number): number | undefined {
  const now = currentCounter(source, nowMs);
  const counter = Math.max(now, source.lastCounter + 1);
  return counter <= now + WINDOW ? counter : undefined;
}
