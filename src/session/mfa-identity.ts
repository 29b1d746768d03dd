/** The identity of a session that long-term keys and an MFA device give. Pure. */

import { isAwsArn, partitionOfArn } from "../aws-names/arn.ts";
import { digest } from "../disk/file-names.ts";
import { endpointIdentity } from "../profile/endpoint.ts";
import type { SessionRequest } from "../profile/request.ts";
import { type Identity, identityOf, partitionOfRequest, roleSessionId } from "./identity.ts";

export interface MfaIdentity extends Identity {
  readonly accessKeyId: string;
  /** ARN or serial number. */
  readonly device: string;
  /** The MFA session of this key and device. It is `sessionId`, except with `mfa_mode = direct`. */
  readonly mfaSessionId: string;
}

/** The identity of a request's sessions with this access key and this device. */
export function mfaIdentityOf(request: SessionRequest, accessKeyId: string, device: string): MfaIdentity {
  const partition = isAwsArn(device) ? partitionOfArn(device) : partitionOfRequest(request);
  const mfaSessionId = digest("session", partition, accessKeyId, device, endpointIdentity(request.endpoint));
  const { direct } = request.source;
  const sessionId = direct === undefined ? mfaSessionId : roleSessionId(mfaSessionId, direct, "direct");
  return { ...identityOf(request, partition, sessionId), accessKeyId, device, mfaSessionId };
}

/** The name under which is stored what was learnt of the user of a key. */
export function userIdOf(request: SessionRequest, accessKeyId: string): string {
  return digest("user", accessKeyId, `${endpointIdentity(request.endpoint)} ${request.endpoint.iamUrl ?? ""}`);
}

/** The name under which locks and failures of a device stand. */
export function deviceIdOf(device: string): string {
  return digest("device", device);
}
