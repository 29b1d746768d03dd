/** A session, and for how long it may be served. All times are the server's, in milliseconds since 1970. */

import { elapsedMs, type Moment } from "../runtime/clock.ts";

/** When a session was made, when it expires, and what it is of. */
export interface Session {
  readonly issuedAtMs: number;
  readonly expiresAtMs: number;
  /** Server clock minus local clock when the session was made. */
  readonly clockOffsetMs: number;
  /** When that was, by our own clocks. */
  readonly madeAt?: Moment;
  /** The twelve-digit account, when known. */
  readonly accountId?: string;
  /** The role it is of; absent for an MFA session. */
  readonly role?: string;
}

/** Nothing with less than this is ever served: the caller still has to make its request with it. */
export const LEAST_REMAINING_MS = 60_000;

/** botocore and .NET ask again for every request once 15 minutes remain (botocore/credentials.py, RefreshableCredentials). */
const LONGEST_WINDOW_MS = 16 * 60_000;

/** Further back than this no clock is set by itself, nor is another machine's with the same files. */
const SET_BACK_MS = 5 * 60_000;

/** Milliseconds until the session expires, by the server's clock. */
export function remainingMs(session: Session, now: Moment): number {
  return session.expiresAtMs - serverNowMs(session, now);
}

/** Infinity where nothing tells: our clock is from before the session was made, and the machine was started since. */
function serverNowMs({ clockOffsetMs, madeAt }: Session, now: Moment): number {
  if (madeAt === undefined) return now.wallMs + clockOffsetMs;
  const elapsed = elapsedMs(madeAt, now);
  return elapsed < -SET_BACK_MS ? Number.POSITIVE_INFINITY : madeAt.wallMs + clockOffsetMs + elapsed;
}

function ageMs(session: Session, now: Moment): number {
  return serverNowMs(session, now) - session.issuedAtMs;
}

/** True while the session needs no renewal: more than 16 minutes, or a quarter of its lifetime if that is less, remains. */
export function isFresh(session: Session, now: Moment): boolean {
  return remainingMs(session, now) > renewalMs(session);
}

/** What is left of a session when it is renewed. */
export function renewalMs({ issuedAtMs, expiresAtMs }: Session): number {
  return Math.max(LEAST_REMAINING_MS, Math.min(LONGEST_WINDOW_MS, (expiresAtMs - issuedAtMs) / 4));
}

/** True while the session may be served at all. */
export function isUsable(session: Session, now: Moment): boolean {
  return remainingMs(session, now) > LEAST_REMAINING_MS;
}

/** What the caller wants of the credentials besides that they are fresh. */
export interface Wanted {
  readonly minRemainingSeconds: number;
  /** Only what was made after this run began will do. */
  readonly isForced: boolean;
}

/** True for a session that meets such wishes; one that was made since `sinceMs`, in local time, meets all of them. */
export function meets(session: Session, wanted: Wanted, sinceMs: number, now: Moment): boolean {
  if (wasMadeSince(session, sinceMs, now)) return true;
  return !wanted.isForced && remainingMs(session, now) >= wanted.minRemainingSeconds * 1000;
}

/** True for a session that is younger than a moment of our own wall clock. */
export function wasMadeSince(session: Session, sinceMs: number, now: Moment): boolean {
  return ageMs(session, now) <= now.wallMs - sinceMs;
}

/** True when the session is no older than a profile's `session_duration` accepts: that is about MFA sessions; a role has a life of its own. */
export function isYoungEnough(session: Session, now: Moment, greatestAgeMs: number): boolean {
  if (session.role !== undefined) return true;
  return ageMs(session, now) <= greatestAgeMs;
}

/** Milliseconds from now for which a session answers such wishes as it is, fresh and young enough; not above 0 where it does not. */
export function servedForMs(session: Session, wanted: Wanted, greatestAgeMs: number, now: Moment): number {
  const remaining = remainingMs(session, now);
  return Math.min(
    remaining - renewalMs(session),
    remaining - wanted.minRemainingSeconds * 1000,
    session.role === undefined ? greatestAgeMs - ageMs(session, now) : Number.POSITIVE_INFINITY,
  );
}
