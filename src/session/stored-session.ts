/** A session as the cache keeps it: a record to decide by, and the credentials, which are opened only where they are used. */

import type { Session } from "./session.ts";

/** What tells a session from others and what `status` shows of it. No secret is in it. */
export interface SessionRecord extends Session {
  readonly id: string;
  readonly accessKeyId: string;
  /** The session a role was taken with; absent for an MFA session itself. */
  readonly sourceId?: string;
  readonly profile: string;
  readonly device?: string;
}

/** Temporary credentials from STS. */
export interface Credentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken: string;
}

/** The credentials are in a private field: logging, printing or copying a session never shows them, and a copy has none. */
class Bound {
  readonly #credentials: Credentials;

  constructor(record: SessionRecord, credentials: Credentials) {
    Object.assign(this, record);
    this.#credentials = credentials;
  }

  static async open(session: Bound): Promise<Credentials> {
    return session.#credentials;
  }
}

/** A record with the credentials that belong to it. A copy of it, changed or not, is only a record. */
export type StoredSession = SessionRecord & Bound;

/** Joins a record and its credentials for good. */
export function bindCredentials(
  record: Omit<SessionRecord, "accessKeyId">,
  { accessKeyId, secretAccessKey, sessionToken }: Credentials,
): StoredSession {
  const bound: unknown = new Bound({ ...record, accessKeyId }, { accessKeyId, secretAccessKey, sessionToken });
  return bound as StoredSession;
}

/** The credentials of a session, for the place that prints them or signs with them. */
export function openCredentials(session: StoredSession): Promise<Credentials> {
  return Bound.open(session);
}
