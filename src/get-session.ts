/** The use case: a request -> the session to print. What is fresh in the cache is returned at once; all the rest is cold code. */

import { type CacheDirectory, lookAtCache } from "./cache/directory.ts";
import { readSession } from "./cache/session-file.ts";
import { readUser } from "./cache/user-file.ts";
import type { Context } from "./context.ts";
import { identify, userIdOf } from "./identity.ts";
import type { SessionRequest } from "./profile/request.ts";
import { isFresh, isYoungEnough, type Session } from "./session.ts";

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
  const device = request.mfaSerial ?? readUser(cache.users, userIdOf(request), context.uid).serial;
  if (device === undefined) return undefined;
  const { sessionId, roleIds } = identify(request, device);
  const session = readSession(cache.sessions, roleIds.at(-1) ?? sessionId, context.uid);
  const nowMs = Date.now();
  if (session === undefined || !isFresh(session, nowMs)) return undefined;
  const greatestAgeMs = request.sessionDurationSeconds * 1000;
  return roleIds.length > 0 || isYoungEnough(session, nowMs, greatestAgeMs) ? session : undefined;
}
