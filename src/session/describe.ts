/** What commands show of a request's source, and under which ids its sessions and locks are found. Pure. */

import type { SessionRequest } from "../profile/request.ts";
import { sourceIdOf } from "./identity.ts";
import type { KnownIdentity } from "./known-identity.ts";
import { deviceIdOf, userIdOf } from "./mfa-identity.ts";

export interface SourceDescription {
  /** The profile at the bottom of the chain. */
  readonly profile: string;
  /** The ARN of the role that the source's session is of. */
  readonly role: string | undefined;
  /** The MFA device, as far as it is known. */
  readonly device: string | undefined;
  /** The last four characters of the access key id, if the AWS files have it. */
  readonly keyEnd: string | undefined;
}

export function describeSource({ source }: SessionRequest, identity?: KnownIdentity): SourceDescription {
  const keyId = source.kind === "keys" ? source.keys.accessKeyId : "";
  return {
    profile: source.profile,
    role: source.direct?.arn,
    device: identity?.device ?? source.mfa.serial,
    keyEnd: keyId.length > 8 ? keyId.slice(-4) : undefined,
  };
}

/** The sessions of a request, and the MFA session of the same key and device. */
export function sessionIdsOf({ mfaSessionId, sessionId, roleIds }: KnownIdentity): string[] {
  return [mfaSessionId, sessionId, ...roleIds];
}

/** The ids with which the names of the locks begin under which something is done for a request. */
export function lockIdsOf(request: SessionRequest, identity?: KnownIdentity): string[] {
  const sourceId = sourceIdOf(request.source);
  if (identity === undefined) return [sourceId];
  const { sessionId, roleIds, accessKeyId, device } = identity;
  return [sourceId, sessionId, ...roleIds, userIdOf(request, accessKeyId), deviceIdOf(device)];
}
