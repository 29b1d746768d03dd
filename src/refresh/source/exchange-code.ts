/** A code for a session, or for a role where the code goes with AssumeRole itself: used-code check, STS, cache. One exchange at a time for each device. */

import type { CodeRejection } from "../../aws/failure.ts";
import { stsHost } from "../../aws/failure.ts";
import { accountOfArn } from "../../aws-names/arn.ts";
import { digest } from "../../disk/file-names.ts";
import type { HeldLock } from "../../locking/lock.ts";
import type { SpentCode } from "../../mfa/used-codes.ts";
import { bindCredentials, type StoredSession } from "../../session/stored-session.ts";
import { assumeRoleInput } from "../assume-role.ts";
import { connectionFor, serverNowMs } from "../connection.ts";
import { exchangeLock } from "../lock-names.ts";
import { underLock } from "../under-lock.ts";
import { type Attempt, enough, type Refresh } from "../work.ts";

/** `rejected` by STS; `spent`: known to be, not sent; `lost`: not sent, since another process took our turn. */
export type Exchanged =
  | { readonly session: StoredSession }
  | { readonly rejected: CodeRejection }
  | { readonly spent: SpentCode }
  | "lost";

/** Makes the session unless somebody else has by then. Throws `refused`, `unreachable`, or when time is up. */
export async function exchangeCode(refresh: Refresh, code: string, attempt: Attempt): Promise<Exchanged> {
  // Somebody has typed it: the moment another exchange takes is waited for, whatever is at hand.
  const arrived = (): Exchanged | undefined => {
    const session = enough(refresh, attempt);
    return session && { session };
  };
  const name = exchangeLock(digest("device", refresh.identity.device));
  return underLock(refresh.store.locks, name, refresh.context, { arrived }, (lock) => send(refresh, code, lock));
}

async function send(refresh: Refresh, code: string, lock: HeldLock): Promise<Exchanged> {
  const { store, context, identity, request } = refresh;
  const spent = store.codes.spent(identity.device, code, serverNowMs(refresh));
  if (spent !== undefined) return { spent };
  const keys = await refresh.keys.get(context);
  const { assumeRoleWithCode, getSessionToken } = await import("../../aws/sts.ts");
  const { direct } = request;
  const input = direct === undefined ? undefined : await assumeRoleInput(refresh, direct);
  // Stopped for long, we may have lost the lock without knowing: then somebody else sends a code.
  if (!(await lock.stillOurs())) return "lost";
  const connection = connectionFor(refresh, identity.region);
  context.waiting.for = { host: stsHost(connection.endpoint, connection.region) };
  const typed = { mfaSerial: identity.device, tokenCode: code };
  const keysOf = request.keys.profile;
  // Noted first: the answer may be lost, or this process end before it comes, and STS may have taken the code all the same.
  store.codes.noteSent(identity.device, code);
  const answer =
    input === undefined
      ? await getSessionToken(connection, keys, typed, request.sessionDurationSeconds, { keysOf })
      : await assumeRoleWithCode(connection, keys, typed, input, { keysOf, role: input.roleArn });
  context.log(input === undefined ? "GetSessionToken" : "AssumeRole with a code", {
    profile: request.keys.profile,
    rejected: answer.kind === "rejected" ? answer.rejection : undefined,
  });
  if (answer.kind === "failed") {
    if (!answer.mayBeSpent) store.codes.takeBack(identity.device, code);
    throw answer.error;
  }
  if (answer.kind === "rejected") {
    if (answer.rejection === "wrong") store.codes.noteRejected(identity.device, code, serverNowMs(refresh));
    else store.codes.takeBack(identity.device, code);
    return { rejected: answer.rejection };
  }
  const accountId = answer.session.accountId ?? accountOfArn(direct?.arn ?? identity.device);
  const record = {
    ...answer.session,
    ...(accountId === undefined ? {} : { accountId }),
    id: identity.sessionId,
    profile: direct?.profile ?? request.keys.profile,
    ...(direct === undefined ? {} : { sourceId: identity.mfaSessionId, role: direct.arn }),
    device: identity.device,
  };
  const session = bindCredentials(record, answer.credentials);
  if (await lock.stillOurs()) {
    await store.sessions.keep(session);
    store.failures.clear(identity.sessionId);
    store.windows.endPause();
  }
  return { session };
}
