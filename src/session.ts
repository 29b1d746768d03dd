/** A session, and for how long it may be served. All times are the server's, in milliseconds since 1970. */

/** Temporary credentials from STS with what is needed to judge and to list them. */
export interface Session {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken: string;
  readonly issuedAtMs: number;
  readonly expiresAtMs: number;
  /** Server clock minus local clock when the session was made. */
  readonly clockOffsetMs: number;
  /** The twelve-digit account, when known. */
  readonly accountId?: string;
  /** The role it is of; absent for an MFA session. */
  readonly role?: string;
}

/** Nothing with less than this is ever served: the caller still has to make its request with it. */
export const LEAST_REMAINING_MS = 60_000;

/** botocore and .NET ask again for every request once 15 minutes remain (botocore/credentials.py, RefreshableCredentials). */
const LONGEST_WINDOW_MS = 16 * 60_000;

/** Milliseconds until the session expires, by the server's clock. */
export function remainingMs(session: Session, localNowMs: number): number {
  return session.expiresAtMs - (localNowMs + session.clockOffsetMs);
}

/** True while the session needs no renewal: more than 16 minutes, or a quarter of its lifetime if that is less, remains. */
export function isFresh(session: Session, localNowMs: number): boolean {
  const lifetimeMs = session.expiresAtMs - session.issuedAtMs;
  return remainingMs(session, localNowMs) > Math.max(LEAST_REMAINING_MS, Math.min(LONGEST_WINDOW_MS, lifetimeMs / 4));
}

/** True while the session may be served at all. */
export function isUsable(session: Session, localNowMs: number): boolean {
  return remainingMs(session, localNowMs) > LEAST_REMAINING_MS;
}

/** What the caller wants of the credentials besides that they are fresh. */
export interface Wanted {
  readonly minRemainingSeconds: number;
  /** Only what was made after this run began will do. */
  readonly isForced: boolean;
}

/** True for a session that meets such wishes; one that was made since `sinceMs`, in local time, meets all of them. */
export function meets(session: Session, wanted: Wanted, sinceMs: number, localNowMs: number): boolean {
  if (session.issuedAtMs - session.clockOffsetMs >= sinceMs) return true;
  return !wanted.isForced && remainingMs(session, localNowMs) >= wanted.minRemainingSeconds * 1000;
}

/** True when the session is no older than a profile's `session_duration` accepts: that is about MFA sessions; a role has a life of its own. */
export function isYoungEnough(session: Session, localNowMs: number, greatestAgeMs: number): boolean {
  if (session.role !== undefined) return true;
  return localNowMs + session.clockOffsetMs - session.issuedAtMs <= greatestAgeMs;
}
