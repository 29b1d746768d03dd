/** What is known of a request before anything is asked. */

import type { CacheDirectory } from "./cache/directory.ts";
import { readUser } from "./cache/user-file.ts";
import { type Identity, identify, keySourceId, userIdOf } from "./identity.ts";
import { isStatic } from "./long-term-keys.ts";
import type { SessionRequest } from "./profile/request.ts";

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
