/** Which session answers a request: the names under which it is kept, once the device is known. Pure. */

import { isAwsArn, partitionOfArn } from "./arn.ts";
import { digest } from "./digest.ts";
import { endpointIdentity } from "./profile/endpoint.ts";
import { firstRegion, partitionOfRegion } from "./profile/partition.ts";
import type { RoleRequest, SessionRequest } from "./profile/request.ts";

export interface Identity {
  readonly device: string;
  readonly partition: string;
  /** Where STS is asked. */
  readonly region: string;
  readonly sessionId: string;
  /** One for each role, in the order they are taken. */
  readonly roleIds: readonly string[];
}

/** The identity of a request's sessions with this device. */
export function identify(request: SessionRequest, device: string): Identity {
  const partition = isAwsArn(device) ? partitionOfArn(device) : partitionOfRequest(request);
  const endpoint = endpointIdentity(request.endpoint);
  const id = sessionId({ partition, accessKeyId: request.keys.accessKeyId, device, endpoint });
  const roleIds: string[] = [];
  for (const role of request.roles) roleIds.push(roleSessionId(roleIds.at(-1) ?? id, role));
  return { device, partition, region: request.region ?? firstRegion(partition), sessionId: id, roleIds };
}

/** The partition a request is about before its device is known. */
export function partitionOfRequest(request: SessionRequest): string {
  return request.partition ?? (request.region === undefined ? "aws" : partitionOfRegion(request.region));
}

/** Under what the user behind the keys is remembered. */
export function userIdOf(request: SessionRequest): string {
  return digest(
    "user",
    request.keys.accessKeyId,
    `${endpointIdentity(request.endpoint)} ${request.endpoint.iamUrl ?? ""}`,
  );
}

/** An MFA session is one per partition, access key, device and unusual endpoint; never per region or duration. */
export function sessionId(parts: { partition: string; accessKeyId: string; device: string; endpoint: string }): string {
  return digest("session", parts.partition, parts.accessKeyId, parts.device, parts.endpoint);
}

/** A role session is one per source session and per everything that AssumeRole is asked with. */
export function roleSessionId(sourceId: string, role: RoleRequest): string {
  return digest(
    "role",
    sourceId,
    role.arn,
    role.sessionName ?? "",
    role.externalId ?? "",
    String(role.durationSeconds ?? ""),
  );
}
