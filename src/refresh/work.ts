/** What one refresh works with, and what is wanted of it. */

import { isStatic } from "../keys/long-term-keys.ts";
import type { AskonceError } from "../runtime/errors.ts";
import { type Identity, keySourceId, userIdOf } from "../session/identity.ts";
import type { SessionRecord, StoredSession } from "../session/stored-session.ts";
import type { Announcements } from "./asking/announcements.ts";
import type { Places } from "./asking/place.ts";
import type { RefreshInput } from "./input.ts";
import type { SigningKeys } from "./signing-keys.ts";

export interface Refresh extends RefreshInput {
  readonly identity: Identity;
  readonly keys: SigningKeys;
  readonly announcements: Announcements;
  /** The IAM user's name, where it is known. */
  readonly userName: string | undefined;
  readonly places: Places;
  /** A code that was typed for a device that is no more: it may be the new one's. */
  readonly typed?: string;
}

/** What is wanted of one renewal. */
export interface Attempt {
  isEnough(session: SessionRecord): boolean;
  /** The last moment for an answer, in local time; Infinity for as long as the run lasts. */
  readonly answerUntilMs: number;
}

/** The MFA session in the store, if it is enough. */
export function enough({ store, identity }: Refresh, attempt: Attempt): StoredSession | undefined {
  const session = store.sessions.read(identity.sessionId);
  return session !== undefined && attempt.isEnough(session) ? session : undefined;
}

/** The key or the device is another one by now: everything is looked up once more, with the code that was typed already. */
export class StartOver extends Error {
  /** What to fail with where a new start leads to the same place. */
  readonly otherwise: AskonceError;
  readonly typed: string | undefined;

  constructor(otherwise: AskonceError, typed?: string) {
    super("start over");
    this.otherwise = otherwise;
    this.typed = typed;
  }
}

/** True when another process has learnt of another key or device since this refresh began. */
export function isStale({ request, identity, store }: Refresh): boolean {
  const { accessKeyId } = isStatic(request.keys) ? {} : store.users.read(keySourceId(request.keys));
  if (accessKeyId !== undefined && accessKeyId !== identity.accessKeyId) return true;
  if (request.mfaSerial !== undefined) return false;
  const { serial, choices } = store.users.read(userIdOf(request, identity.accessKeyId));
  // The device may be remembered as gone, and which of the others it is not yet.
  if (choices !== undefined && !choices.serials.includes(identity.device)) return true;
  return serial !== undefined && serial !== identity.device;
}
