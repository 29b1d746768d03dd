/** What the making of one MFA session works with. */

import type { AskonceError } from "../../runtime/errors.ts";
import { sourceIdOf } from "../../session/identity.ts";
import { type MfaIdentity, userIdOf } from "../../session/mfa-identity.ts";
import type { StoredSession } from "../../session/stored-session.ts";
import type { Announcements } from "../asking/announcements.ts";
import type { AskInput } from "../asking/input.ts";
import type { LazyKeys } from "./lazy-keys.ts";
import type { Attempt } from "./source.ts";

export interface MfaWork extends AskInput {
  readonly identity: MfaIdentity;
  readonly keys: LazyKeys;
  readonly announcements: Announcements;
  /** A code that was typed for a device that turned out to be gone: it may be the new device's. */
  readonly typed?: string;
}

export interface StartOver {
  readonly kind: "start-over";
  readonly otherwise: AskonceError;
  /** A code that has been typed already. */
  readonly typed?: string;
}

/** The source's session in the store, if it is enough. */
export function storedSession({ store, identity }: MfaWork, attempt: Attempt): StoredSession | undefined {
  const session = store.sessions.read(identity.sessionId);
  return session !== undefined && attempt.isEnough(session) ? session : undefined;
}

/** True when another process has learnt of another key or device since this one identified the session. */
export function isOutdated({ request, identity, store }: MfaWork): boolean {
  const { source } = request;
  const accessKeyId = source.kind === "program" ? store.users.read(sourceIdOf(source)).accessKeyId : undefined;
  if (accessKeyId !== undefined && accessKeyId !== identity.accessKeyId) return true;
  if (source.mfa.serial !== undefined) return false;
  const { serial, choices } = store.users.read(userIdOf(request, identity.accessKeyId));
  // The device may be remembered as gone while none of the others is chosen yet.
  if (choices !== undefined && !choices.serials.includes(identity.device)) return true;
  return serial !== undefined && serial !== identity.device;
}
