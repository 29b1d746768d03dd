/** What is known of a request before anything is asked. */

import type { UsableCache } from "../cache/directory.ts";
import { readUser } from "../cache/user-file.ts";
import { isStatic } from "../keys/long-term-keys.ts";
import type { SessionRequest } from "../profile/request.ts";
import { type Identity, identify, keySourceId, userIdOf } from "./identity.ts";

/**
 * Which sessions a request is about, as far as it can be told from the disk: no program is run for it, and AWS is not asked.
 * `userOf` reads what is known of a user; whoever only looks has one that mends nothing.
 */
export function knownIdentity(
  request: SessionRequest,
  cache: UsableCache,
  uid: number | undefined,
  userOf = readUser,
): Identity | undefined {
  const accessKeyId = knownKeyId(request, cache, uid, userOf);
  if (accessKeyId === undefined) return undefined;
  const device = request.mfaSerial ?? userOf(cache.users, userIdOf(request, accessKeyId), uid).serial;
  return device === undefined ? undefined : identify(request, accessKeyId, device);
}

/** What that is known from: names of files below the cache directory. */
export function knownFrom(request: SessionRequest, cache: UsableCache, uid: number | undefined): string[] {
  const nameOf = (id: string): string => `users/${id}.json`;
  const accessKeyId = knownKeyId(request, cache, uid);
  return [
    ...(isStatic(request.keys) ? [] : [nameOf(keySourceId(request.keys))]),
    ...(request.mfaSerial !== undefined || accessKeyId === undefined ? [] : [nameOf(userIdOf(request, accessKeyId))]),
  ];
}

function knownKeyId(
  { keys }: SessionRequest,
  cache: UsableCache,
  uid: number | undefined,
  userOf = readUser,
): string | undefined {
  return isStatic(keys) ? keys.accessKeyId : userOf(cache.users, keySourceId(keys), uid).accessKeyId;
}
