/** The use case: a request -> the session to print. What is fresh in the cache is returned at once; all the rest is cold code. */

import type { CacheDirectory } from "./cache/directory.ts";
import { readSession, type StoredSession } from "./cache/session-file.ts";
import type { SessionRequest } from "./profile/request.ts";
import { now } from "./runtime/clock.ts";
import type { Context } from "./runtime/context.ts";
import { knownIdentity } from "./session/known-identity.ts";
import { isFresh, isYoungEnough, meets } from "./session/session.ts";

/** The session for a request: cached, or made now. Throws AskonceError. */
export async function getSession(
  request: SessionRequest,
  cache: CacheDirectory,
  context: Context,
): Promise<StoredSession> {
  const cached = readCached(request, cache, context);
  if (cached !== undefined) {
    context.log("served from the cache");
    return cached;
  }
  const { refresh } = await import("./refresh/refresh.ts");
  return refresh(request, cache, context);
}

function readCached(request: SessionRequest, cache: CacheDirectory, context: Context): StoredSession | undefined {
  if (!cache.usable) return undefined;
  const identity = knownIdentity(request, cache, context.uid);
  if (identity === undefined) return undefined;
  const { sessionId, roleIds } = identity;
  const session = readSession(cache.sessions, roleIds.at(-1) ?? sessionId, context.uid);
  const at = now();
  if (session === undefined || !isFresh(session, at)) return undefined;
  if (!meets(session, request, context.startedAtMs, at)) return undefined;
  return isYoungEnough(session, at, request.sessionDurationSeconds * 1000) ? session : undefined;
}
