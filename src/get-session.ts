/** The use case: a request -> the session to print. What is fresh in the cache is returned at once; all the rest is cold code. */

import { type CacheDirectory, lookAtCache } from "./cache/directory.ts";
import { readSession } from "./cache/session-file.ts";
import { readUser } from "./cache/user-file.ts";
import type { Context } from "./context.ts";
import { type Identity, identify, keySourceId, userIdOf } from "./identity.ts";
import { isStatic } from "./long-term-keys.ts";
import type { SessionRequest } from "./profile/request.ts";
import { isFresh, isYoungEnough, meets, type Session } from "./session.ts";

/** The session for a request: cached, or made now. Throws AskonceError. */
export async function getSession(request: SessionRequest, cacheRoot: string, context: Context): Promise<Session> {
  const cache = lookAtCache(cacheRoot, context.uid);
  const cached = readCached(request, cache, context);
  if (cached !== undefined) {
    context.log("served from the cache");
    return cached;
  }
  const { refresh } = await import("./refresh/refresh.ts");
  return refresh(request, cache, context);
}

function readCached(request: SessionRequest, cache: CacheDirectory, context: Context): Session | undefined {
  if (!cache.usable) return undefined;
  const identity = knownIdentity(request, cache, context.uid);
  if (identity === undefined) return undefined;
  const { sessionId, roleIds } = identity;
  const session = readSession(cache.sessions, roleIds.at(-1) ?? sessionId, context.uid);
  const nowMs = Date.now();
  if (session === undefined || !isFresh(session, nowMs)) return undefined;
  if (!meets(session, request, context.startedAtMs, nowMs)) return undefined;
  const isRole = roleIds.length > 0 || request.direct !== undefined;
  return isRole || isYoungEnough(session, nowMs, request.sessionDurationSeconds * 1000) ? session : undefined;
}

/** Which sessions a request is about, as far as it can be told from the disk: no program is run for it, and AWS is not asked. */
export function knownIdentity(
  request: SessionRequest,
  cache: Extract<CacheDirectory, { usable: true }>,
  uid: number | undefined,
): Identity | undefined {
  const accessKeyId = isStatic(request.keys)
    ? request.keys.accessKeyId
    : readUser(cache.users, keySourceId(request.keys), uid).accessKeyId;
  if (accessKeyId === undefined) return undefined;
  const device = request.mfaSerial ?? readUser(cache.users, userIdOf(request, accessKeyId), uid).serial;
  return device === undefined ? undefined : identify(request, accessKeyId, device);
}
