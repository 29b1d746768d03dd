/** Exchanges a code for an MFA session, or for a `direct` role: used-code check, STS, cache. One exchange at a time for each device. */

import { type CodeRejection, stsHost } from "../../aws/failure.ts";
import { accountOfArn } from "../../aws-names/arn.ts";
import type { HeldLock } from "../../locking/lock.ts";
import type { SpentCode } from "../../mfa/used-codes.ts";
import { sessionProfileOf } from "../../profile/source.ts";
import { deviceIdOf } from "../../session/mfa-identity.ts";
import { bindCredentials, type StoredSession } from "../../session/stored-session.ts";
import { assumeRoleInput } from "../assume-role.ts";
import { connectionFor, serverNowMs } from "../connection.ts";
import { exchangeLock } from "../lock-names.ts";
import { underLock } from "../under-lock.ts";
import { type MfaWork, storedSession } from "./mfa-work.ts";
import type { Attempt } from "./source.ts";
import { userNameOf } from "./user-name.ts";

export type Exchanged =
  | { readonly kind: "session"; readonly session: StoredSession }
  /** By STS. */
  | { readonly kind: "rejected"; readonly rejection: CodeRejection }
  /** Not sent, because it was used or rejected before. */
  | { readonly kind: "spent"; readonly spent: SpentCode }
  /** Not sent, because another process took over the lock. */
  | { readonly kind: "lost" };

/** Makes the session unless another process has made it by then. Throws `refused`, `unreachable`, or when time is up. */
export async function exchangeCode(work: MfaWork, code: string, attempt: Attempt): Promise<Exchanged> {
  // The code is typed already: the short time of another exchange is waited for even if a usable session is cached.
  const arrived = (): Exchanged | undefined => {
    const session = storedSession(work, attempt);
    return session && { kind: "session", session };
  };
  const name = exchangeLock(deviceIdOf(work.identity.device));
  return underLock(work.store.locks, name, work.context, { arrived }, (lock) => send(work, code, lock));
}

async function send(work: MfaWork, code: string, lock: HeldLock): Promise<Exchanged> {
  const { store, context, identity, request } = work;
  const { device } = identity;
  const spent = store.codes.spent(device, code, serverNowMs(work));
  if (spent !== undefined) return { kind: "spent", spent };
  const keys = await work.keys.get(context);
  const { assumeRoleWithCode, getSessionToken } = await import("../../aws/sts.ts");
  const { profile, direct } = request.source;
  const input = direct === undefined ? undefined : await assumeRoleInput(direct, () => userNameOf(work));
  // A process that was stopped for long may have lost the lock, and another one may send a code.
  if (!(await lock.stillOurs())) return { kind: "lost" };
  const connection = connectionFor(work, identity.region);
  context.waiting.for = { host: stsHost(connection.endpoint, connection.region) };
  const typed = { mfaSerial: device, tokenCode: code };
  // Noted first: STS may accept the code although its answer is lost, or this process ends before it comes.
  store.codes.noteSent(device, code);
  const answer =
    input === undefined
      ? await getSessionToken(connection, keys, typed, request.sessionDurationSeconds, { keysOf: profile })
      : await assumeRoleWithCode(connection, keys, typed, input, { keysOf: profile, role: input.roleArn });
  context.log(input === undefined ? "GetSessionToken" : "AssumeRole with a code", {
    profile,
    rejected: answer.kind === "rejected" ? answer.rejection : undefined,
  });
  if (answer.kind === "failed") {
    if (!answer.mayBeSpent) store.codes.takeBack(device, code);
    throw answer.error;
  }
  if (answer.kind === "rejected") {
    if (answer.rejection === "wrong") store.codes.noteRejected(device, code, serverNowMs(work));
    else store.codes.takeBack(device, code);
    return answer;
  }
  const accountId = answer.session.accountId ?? accountOfArn(direct?.arn ?? device);
  const record = {
    ...answer.session,
    ...(accountId === undefined ? {} : { accountId }),
    id: identity.sessionId,
    profile: sessionProfileOf(request.source),
    ...(direct === undefined ? {} : { sourceId: identity.mfaSessionId, role: direct.arn }),
    device,
  };
  const session = bindCredentials(record, answer.credentials);
  if (await lock.stillOurs()) {
    await store.sessions.keep(session);
    store.failures.clear(identity.sessionId);
    store.windows.endPause();
  }
  return { kind: "session", session };
}
