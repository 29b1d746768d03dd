/** A code for a session: used-code check, sts:GetSessionToken, cache. One exchange at a time for each device. */

import { accountOfArn } from "../arn.ts";
import type { CodeRejection } from "../aws/failure.ts";
import type { StoredSession } from "../cache/session-file.ts";
import { digest } from "../digest.ts";
import { lockUnless } from "./lock-unless.ts";
import { type Attempt, enough, type Refresh } from "./work.ts";

/** `rejected` by STS; `usedAgoMs`: known to be used, not sent; `lost`: not sent, since another process took our turn. */
export type Exchanged =
  | { readonly session: StoredSession }
  | { readonly rejected: CodeRejection }
  | { readonly usedAgoMs: number }
  | "lost";

/** Makes the session unless somebody else has by then. Throws `refused`, `unreachable`, or when time is up. */
export async function exchangeCode(refresh: Refresh, code: string, attempt: Attempt): Promise<Exchanged> {
  const { store, context, identity, request } = refresh;
  // Somebody has typed it: the moment another exchange takes is waited for, whatever is at hand.
  const arrived = (): StoredSession | undefined => enough(refresh, attempt);
  const turn = await lockUnless(store, `${digest("device", identity.device)}.exchange`, context, arrived, true);
  if ("arrived" in turn) return { session: turn.arrived };
  const { lock } = turn;
  try {
    const usedAgoMs = store.usedAgoMs(identity.device, code);
    if (usedAgoMs !== undefined) return { usedAgoMs };
    const { getSessionToken } = await import("../aws/sts.ts");
    // Stopped for long, we may have lost the lock without knowing: then somebody else sends a code.
    if (!(await lock.stillOurs())) return "lost";
    context.waitingFor = "AWS";
    const answer = await getSessionToken(
      { region: identity.region, endpoint: request.endpoint, signal: context.signal },
      request.keys,
      { mfaSerial: identity.device, tokenCode: code, durationSeconds: request.sessionDurationSeconds },
      { keysOf: request.keys.profile },
    );
    context.log("GetSessionToken", {
      profile: request.keys.profile,
      rejected: "rejected" in answer ? answer.rejected : undefined,
    });
    if ("rejected" in answer) return answer;
    store.keepUsedCode(identity.device, code);
    const accountId = accountOfArn(identity.device);
    const session: StoredSession = {
      ...answer.session,
      ...(accountId === undefined ? {} : { accountId }),
      id: identity.sessionId,
      profile: request.keys.profile,
      device: identity.device,
    };
    if (await lock.stillOurs()) {
      store.keepSession(session);
      store.clearFailures(identity.sessionId);
    }
    return { session };
  } finally {
    await lock.release();
  }
}
