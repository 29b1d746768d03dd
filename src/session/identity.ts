/** Which sessions answer a request: the names under which they are stored. Pure. */

import { firstRegion, partitionOfRegion } from "../aws-names/partition.ts";
import { digest } from "../disk/file-names.ts";
import type { KeySource } from "../keys/long-term-keys.ts";
import type { SessionRequest } from "../profile/request.ts";
import type { RoleRequest } from "../profile/role.ts";

export interface Identity {
  readonly partition: string;
  /** Where STS is called. */
  readonly region: string;
  /** The session of the source. */
  readonly sessionId: string;
  /** One for each role above it, in the order they are assumed. */
  readonly roleIds: readonly string[];
}

/** The identity of a request, given the partition and the session of its source. */
export function identityOf(request: SessionRequest, partition: string, sessionId: string): Identity {
  const roleIds: string[] = [];
  for (const role of request.roles) roleIds.push(roleSessionId(roleIds.at(-1) ?? sessionId, role, "session"));
  return { partition, region: request.region ?? firstRegion(partition), sessionId, roleIds };
}

/** What tells one source from another before its session is known. What was learnt of the source is stored under it. */
export function sourceIdOf(source: KeySource): string {
  return source.kind === "keys"
    ? digest("keys", source.keys.accessKeyId)
    : digest("keys", source.profile, source.command, source.configPath);
}

/** The partition of a request before its source's session is known. */
export function partitionOfRequest(request: SessionRequest): string {
  return request.partition ?? (request.region === undefined ? "aws" : partitionOfRegion(request.region));
}

/** A role session is one per source session and per everything that AssumeRole is called with. */
export function roleSessionId(sourceId: string, role: RoleRequest, mode: "session" | "direct"): string {
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
