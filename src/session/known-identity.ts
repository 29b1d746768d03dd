/** What is known of a request without running a program, calling AWS or prompting: all that a cache hit needs of a source. */

import type { SessionRequest } from "../profile/request.ts";
import { sourceIdOf } from "./identity.ts";
import { type MfaIdentity, mfaIdentityOf, userIdOf } from "./mfa-identity.ts";

/** Reads what was learnt of a source or a user, by its id. */
export type UserOf = (id: string) => { readonly serial?: string; readonly accessKeyId?: string };

/** The identity of each kind of source. */
export type KnownIdentity = MfaIdentity;

/** Which sessions a request is about; undefined while its key or its device is unknown. */
export function knownIdentity(request: SessionRequest, userOf: UserOf): KnownIdentity | undefined {
  const accessKeyId = knownKeyId(request, userOf);
  if (accessKeyId === undefined) return undefined;
  const device = request.source.mfa.serial ?? userOf(userIdOf(request, accessKeyId)).serial;
  return device === undefined ? undefined : mfaIdentityOf(request, accessKeyId, device);
}

/** The ids that knownIdentity reads for this request. */
export function usersReadFor(request: SessionRequest, userOf: UserOf): string[] {
  const { source } = request;
  const accessKeyId = knownKeyId(request, userOf);
  return [
    ...(source.kind === "keys" ? [] : [sourceIdOf(source)]),
    ...(source.mfa.serial !== undefined || accessKeyId === undefined ? [] : [userIdOf(request, accessKeyId)]),
  ];
}

function knownKeyId({ source }: SessionRequest, userOf: UserOf): string | undefined {
  return source.kind === "keys" ? source.keys.accessKeyId : userOf(sourceIdOf(source)).accessKeyId;
}
