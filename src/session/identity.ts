/** Which session answers a request: the names under which it is kept, once the key and the device are known. Pure. */

import { isAwsArn, partitionOfArn } from "../aws-names/arn.ts";
import { firstRegion, partitionOfRegion } from "../aws-names/partition.ts";
import { digest } from "../disk/file-names.ts";
import { isStatic, type KeySource } from "../keys/long-term-keys.ts";
import { endpointIdentity } from "../profile/endpoint.ts";
import type { SessionRequest } from "../profile/request.ts";
import type { RoleRequest } from "../profile/role.ts";

export interface Identity {
  readonly accessKeyId: string;
  readonly device: string;
  readonly partition: string;
  /** Where STS is asked. */
  readonly region: string;
  /** The MFA session of this key and device. */
  readonly mfaSessionId: string;
  /** What a code is exchanged for: that MFA session, or the role of `mfa_mode = direct`. */
  readonly sessionId: string;
  /** One for each role above it, in the order they are taken. */
  readonly roleIds: readonly string[];
}

/** The identity of a request's sessions with this access key and this device. */
export function identify(request: SessionRequest, accessKeyId: string, device: string): Identity {
  const partition = isAwsArn(device) ? partitionOfArn(device) : partitionOfRequest(request);
  const endpoint = endpointIdentity(request.endpoint);
  const mfaSessionId = digest("session", partition, accessKeyId, device, endpoint);
  const sessionId = request.direct === undefined ? mfaSessionId : roleSessionId(mfaSessionId, request.direct, "direct");
  const roleIds: string[] = [];
  for (const role of request.roles) roleIds.push(roleSessionId(roleIds.at(-1) ?? sessionId, role, "session"));
  const region = request.region ?? firstRegion(partition);
  return { accessKeyId, device, partition, region, mfaSessionId, sessionId, roleIds };
}

/** The partition a request is about before its device is known. */
export function partitionOfRequest(request: SessionRequest): string {
  return request.partition ?? (request.region === undefined ? "aws" : partitionOfRegion(request.region));
}

/** Under what the user behind a key is remembered. */
export function userIdOf(request: SessionRequest, accessKeyId: string): string {
  return digest("user", accessKeyId, `${endpointIdentity(request.endpoint)} ${request.endpoint.iamUrl ?? ""}`);
}

/** Under what the key id of a program's keys is remembered. */
export function keySourceId(source: KeySource): string {
  return isStatic(source)
    ? digest("keys", source.accessKeyId)
    : digest("keys", source.profile, source.command, source.configPath);
}

/** A role session is one per source session and per everything that AssumeRole is asked with. */
function roleSessionId(sourceId: string, role: RoleRequest, mode: "session" | "direct"): string {
  const asked = [role.tags, role.transitiveTagKeys, role.sourceIdentity, role.policyArns];
  return digest(
    "role",
    sourceId,
    role.arn,
    role.sessionName ?? "",
    role.externalId ?? "",
    String(role.durationSeconds ?? ""),
    JSON.stringify(asked),
    mode,
  );
}
