/** What is known of a request before anything is asked: no program is run for it, and AWS is not called. */

import { isStatic } from "../keys/long-term-keys.ts";
import type { SessionRequest } from "../profile/request.ts";
import { type Identity, identify, keySourceId, userIdOf } from "./identity.ts";

/** Reads what was learnt of a user, by the ID under which the user is remembered. */
export type UserOf = (id: string) => { readonly serial?: string; readonly accessKeyId?: string };

/** Which sessions a request is about; undefined while its key or its device is unknown. */
export function knownIdentity(request: SessionRequest, userOf: UserOf): Identity | undefined {
  const accessKeyId = knownKeyId(request, userOf);
  if (accessKeyId === undefined) return undefined;
  const device = request.mfaSerial ?? userOf(userIdOf(request, accessKeyId)).serial;
  return device === undefined ? undefined : identify(request, accessKeyId, device);
}

/** The IDs of the users that knownIdentity reads for this request. */
export function usersReadFor(request: SessionRequest, userOf: UserOf): string[] {
  const accessKeyId = knownKeyId(request, userOf);
  return [
    ...(isStatic(request.keys) ? [] : [keySourceId(request.keys)]),
    ...(request.mfaSerial !== undefined || accessKeyId === undefined ? [] : [userIdOf(request, accessKeyId)]),
  ];
}

function knownKeyId({ keys }: SessionRequest, userOf: UserOf): string | undefined {
  return isStatic(keys) ? keys.accessKeyId : userOf(keySourceId(keys)).accessKeyId;
}
