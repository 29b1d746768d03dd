/** What a role profile says of the role it takes. Role settings come from the role's own profile only. Pure. */

import { isAwsArn } from "../aws-names/arn.ts";
import { AskonceError } from "../runtime/errors.ts";
import { type Level, secondsOf, textOf } from "./settings.ts";

/** One role to take, with the credentials of the level below it. */
export interface RoleRequest {
  readonly arn: string;
  readonly profile: string;
  readonly sessionName?: string;
  readonly externalId?: string;
  /** 900 to 43,200 */
  readonly durationSeconds?: number;
  readonly tags?: readonly RoleTag[];
  readonly transitiveTagKeys?: readonly string[];
  readonly sourceIdentity?: string;
  /** Managed policies that narrow the session. */
  readonly policyArns?: readonly string[];
}

export interface RoleTag {
  readonly key: string;
  readonly value: string;
}

/** What sts:AssumeRole takes (docs.aws.amazon.com/STS/latest/APIReference/API_AssumeRole.html). */
const ROLE_SECONDS = [900, 43_200] as const;
/** AWS caps a role that is taken from a session at one hour, which is also what it gives unasked (IAM User Guide, "Role chaining"). */
export const CHAINED_ROLE_SECONDS = 3_600;
const MOST_TAGS = 50;
const MOST_POLICIES = 10;

/** The role a profile takes; undefined when it takes none. Throws `configuration` with the key to mend. */
export function roleOf(level: Level): RoleRequest | undefined {
  const arn = level.flags.roleArn ?? textOf(level, "role_arn");
  if (arn === undefined) return undefined;
  mustBeArn(level, "role_arn", arn, "arn:aws:iam::123456789012:role/name");
  const policyArns = listOf(level, "policy_arns", MOST_POLICIES);
  for (const policy of policyArns ?? [])
    mustBeArn(level, "policy_arns", policy, "arn:aws:iam::aws:policy/ReadOnlyAccess");
  return defined({
    arn,
    profile: level.name,
    sessionName: textOf(level, "role_session_name"),
    externalId: textOf(level, "external_id"),
    durationSeconds: level.flags.roleDurationSeconds ?? secondsOf(level, "duration_seconds", ...ROLE_SECONDS),
    tags: tagsOf(level),
    transitiveTagKeys: listOf(level, "transitive_session_tags", MOST_TAGS),
    sourceIdentity: textOf(level, "source_identity"),
    policyArns,
  });
}

/** True when AWS gives a role less than its profile asks for, since it is taken from a session. */
export function isCut(role: RoleRequest): boolean {
  return (role.durationSeconds ?? 0) > CHAINED_ROLE_SECONDS;
}

/** `session_tags = team=web,cost center=42`: the first `=` of each part divides it. */
function tagsOf(level: Level): RoleTag[] | undefined {
  const tags = listOf(level, "session_tags", MOST_TAGS)?.map((part) => {
    const [, key = "", value = ""] = /^([^=]*)=(.*)$/s.exec(part) ?? [];
    if (key.trim() === "") throw malformed(level, "session_tags", "it looks like key1=value1,key2=value2");
    return { key: key.trim(), value: value.trim() };
  });
  // AWS compares the keys of tags without regard to case.
  if (new Set(tags?.map(({ key }) => key.toLowerCase())).size !== (tags?.length ?? 0))
    throw malformed(level, "session_tags", "name each key once");
  return tags;
}

function listOf(level: Level, key: string, most: number): string[] | undefined {
  const parts = textOf(level, key)
    ?.split(",")
    .map((part) => part.trim());
  if (parts === undefined) return undefined;
  if (parts.includes("")) throw malformed(level, key, "there is nothing between two commas");
  if (parts.length > most) throw malformed(level, key, `AWS takes ${most} at most`);
  return parts;
}

function mustBeArn(level: Level, key: string, arn: string, example: string): void {
  if (isAwsArn(arn)) return;
  throw new AskonceError(
    "configuration",
    `${key} of ${level.name} is not an ARN`,
    `it looks like ${example}`,
    "invalid-setting",
  );
}

function malformed(level: Level, key: string, hint: string): AskonceError {
  return new AskonceError("configuration", `${key} of ${level.name} cannot be read`, hint, "invalid-setting");
}

/** The same without the keys that have no value. */
function defined<T extends object>(value: { [K in keyof T]: T[K] | undefined }): T {
  return Object.fromEntries(Object.entries(value).filter(([, one]) => one !== undefined)) as T;
}
