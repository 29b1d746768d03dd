/** NAME + flags + shared files + environment -> what to do: whose keys, which device, which role, how long, where. Pure. */

import type { Flags } from "../args.ts";
import { isAwsArn, partitionOfArn } from "../arn.ts";
import type { Environment } from "../environment.ts";
import { AskonceError } from "../errors.ts";
import { refuseSecurityKey } from "../security-key.ts";
import { askonceRequest } from "./credential-process.ts";
import { type EndpointSettings, endpointSettings } from "./endpoint.ts";
import { type Level, limitsOf, nearest, refuseUnsupported, secondsOf, textOf } from "./settings.ts";
import type { ProfileKeys, SharedFiles } from "./shared-files.ts";

/** Long-term keys of an IAM user, and the profile they stand in. */
export interface LongTermKeys {
  readonly profile: string;
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
}

/** One role to take, with the credentials of the level below it. */
export interface RoleRequest {
  readonly arn: string;
  readonly profile: string;
  readonly sessionName?: string;
  readonly externalId?: string;
  readonly durationSeconds?: number;
}

export type PromptChoice = "auto" | "terminal" | "none";

export interface SessionRequest {
  /** NAME as it was asked for. */
  readonly name: string;
  readonly keys: LongTermKeys;
  /** Partition the device or role names; undefined when only the region can tell. */
  readonly partition: string | undefined;
  readonly region: string | undefined;
  readonly endpoint: EndpointSettings;
  /** ARN or serial number; undefined when it has to be discovered. */
  readonly mfaSerial: string | undefined;
  readonly mfaProcess: string | undefined;
  readonly prompt: PromptChoice;
  readonly sessionDurationSeconds: number;
  /** What a followed command line was given: it bounds and logs the run as it would its own. */
  readonly deadlineSeconds?: number;
  readonly log?: string;
  /** Roles from the session upwards: the last one's credentials are printed. Empty: the session's own are. */
  readonly roles: readonly RoleRequest[];
}

const DEFAULT_SESSION_SECONDS = 12 * 3600;
/** sts:GetSessionToken takes 900 s to 36 h, sts:AssumeRole 900 s to 12 h (docs.aws.amazon.com/STS/latest/APIReference). */
const SESSION_SECONDS = [900, 129_600] as const;
const ROLE_SECONDS = [900, 43_200] as const;

/** Resolves one request. Throws `configuration` with the profile and key to mend. */
export function resolveRequest(name: string, flags: Flags, files: SharedFiles, env: Environment): SessionRequest {
  const { levels, roles, keys } = walk(name, flags, files);
  for (const level of levels) refuseUnsupported(level);
  const mfaSerial = nearest(
    levels,
    (given) => given.mfaSerial,
    (level) => textOf(level, "mfa_serial"),
  );
  if (mfaSerial !== undefined) refuseSecurityKey(mfaSerial, keys.profile);
  const named = [mfaSerial, ...roles.map((role) => role.arn)].find((arn) => arn !== undefined && isAwsArn(arn));
  return {
    name,
    keys,
    partition: named === undefined ? undefined : partitionOfArn(named),
    region: regionOf(levels, env),
    endpoint: endpointSettings(levels, env),
    mfaSerial,
    mfaProcess: nearest(
      levels,
      (given) => given.mfaProcess,
      (level) => textOf(level, "mfa_process"),
    ),
    prompt: promptChoice(levels, env),
    sessionDurationSeconds:
      nearest(
        levels,
        (given) => given.sessionDurationSeconds,
        (level) => secondsOf(level, "session_duration", ...SESSION_SECONDS),
      ) ?? DEFAULT_SESSION_SECONDS,
    ...limitsOf(levels),
    roles,
  };
}

interface Walk {
  readonly levels: Level[];
  readonly roles: RoleRequest[];
  readonly keys: LongTermKeys;
}

/** Follows NAME down to the profile with the long-term keys, by source_profile and by askonce's own credential_process. */
function walk(name: string, flags: Flags, files: SharedFiles): Walk {
  const levels: Level[] = [];
  const roles: RoleRequest[] = [];
  let next: { name: string; flags: Flags } | undefined = { name, flags };
  while (next !== undefined) {
    const level = enter(next.name, next.flags, levels, files);
    levels.push(level);
    const role = roleOf(level);
    if (role !== undefined) roles.unshift(role);
    next = below(level, role !== undefined);
  }
  const last = levels.at(-1) as Level;
  return { levels, roles, keys: longTermKeys(last, files) };
}

function enter(name: string, flags: Flags, above: readonly Level[], files: SharedFiles): Level {
  const keys = files.profiles.get(name);
  if (keys === undefined) {
    const asker = above.at(-1);
    throw new AskonceError(
      "configuration",
      asker === undefined
        ? `there is no profile ${name}`
        : `there is no profile ${name}, which ${asker.name} refers to`,
      `profiles are read from ${files.configPath} and ${files.credentialsPath}`,
    );
  }
  const level: Level = { name, keys, flags };
  if (above.some((earlier) => earlier.name === name)) {
    const circle = [...above.map((earlier) => earlier.name), name].join(" -> ");
    throw new AskonceError(
      "configuration",
      `the profiles go in a circle: ${circle}`,
      "let one of them hold its own keys",
    );
  }
  return level;
}

/** The next profile down, or undefined when this one's own keys are the source. */
function below(level: Level, takesRole: boolean): { name: string; flags: Flags } | undefined {
  const source = level.flags.sourceProfile ?? textOf(level, "source_profile");
  const named = source === undefined || source === level.name ? undefined : { name: source, flags: {} };
  if (takesRole && named !== undefined) return named;
  if (hasStaticKeys(level.keys) || source === level.name) return undefined;
  const command = textOf(level, "credential_process");
  if (command !== undefined && named === undefined) return followed(command, level);
  return named;
}

function followed(command: string, level: Level): { name: string; flags: Flags } {
  const request = askonceRequest(command);
  if (request !== undefined) return request;
  throw new AskonceError(
    "configuration",
    `credential_process of profile ${level.name} is not askonce, and long-term keys from another program are not supported yet`,
    `put the keys of ${level.name} into the credentials file`,
  );
}

function roleOf(level: Level): RoleRequest | undefined {
  const arn = level.flags.roleArn ?? textOf(level, "role_arn");
  if (arn === undefined) return undefined;
  if (!isAwsArn(arn)) {
    throw new AskonceError(
      "configuration",
      `role_arn of ${level.name} is not an ARN`,
      "it looks like arn:aws:iam::123456789012:role/name",
    );
  }
  const sessionName = textOf(level, "role_session_name");
  const externalId = textOf(level, "external_id");
  const durationSeconds = level.flags.roleDurationSeconds ?? secondsOf(level, "duration_seconds", ...ROLE_SECONDS);
  return {
    arn,
    profile: level.name,
    ...(sessionName === undefined ? {} : { sessionName }),
    ...(externalId === undefined ? {} : { externalId }),
    ...(durationSeconds === undefined ? {} : { durationSeconds }),
  };
}

function hasStaticKeys(keys: ProfileKeys): boolean {
  return Boolean(keys.aws_access_key_id) || Boolean(keys.aws_secret_access_key);
}

function longTermKeys(level: Level, files: SharedFiles): LongTermKeys {
  const accessKeyId = textOf(level, "aws_access_key_id");
  const secretAccessKey = textOf(level, "aws_secret_access_key");
  if (accessKeyId === undefined || secretAccessKey === undefined) {
    const missing = accessKeyId === undefined && secretAccessKey === undefined;
    throw new AskonceError(
      "configuration",
      missing ? `no long-term keys for ${level.name}` : `the keys of ${level.name} are incomplete`,
      `add aws_access_key_id and aws_secret_access_key for ${level.name} to ${files.credentialsPath}`,
    );
  }
  // Only long-term keys can ask for a session; temporary ones begin with ASIA and come with a token.
  if (textOf(level, "aws_session_token") !== undefined || accessKeyId.startsWith("ASIA")) {
    throw new AskonceError(
      "configuration",
      `the keys of ${level.name} are temporary ones, and STS gives an MFA session for long-term keys only`,
      `put the IAM user's own access key into profile ${level.name}, without aws_session_token`,
    );
  }
  return { profile: level.name, accessKeyId, secretAccessKey };
}

/** Region: flag, profile, AWS_REGION, AWS_DEFAULT_REGION; undefined leaves the choice to the partition. Throws `configuration` for what is no region. */
function regionOf(levels: readonly Level[], env: Environment): string | undefined {
  const region =
    nearest(
      levels,
      (given) => given.region,
      (level) => textOf(level, "region"),
    ) ||
    env.AWS_REGION ||
    env.AWS_DEFAULT_REGION ||
    undefined;
  // It becomes part of a host name: anything else in it would send the request to somebody else's.
  if (region !== undefined && !/^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$/i.test(region)) {
    throw new AskonceError(
      "configuration",
      `${JSON.stringify(region)} is not a region`,
      "a region looks like eu-west-1",
    );
  }
  return region;
}

function promptChoice(levels: readonly Level[], env: Environment): PromptChoice {
  if (levels.some((level) => level.flags.noPrompt === true)) return "none";
  const choice =
    nearest(
      levels,
      (given) => given.prompt,
      (level) => textOf(level, "mfa_prompt"),
    ) ??
    (env.ASKONCE_PROMPT || "auto");
  if (choice === "auto" || choice === "terminal" || choice === "none") return choice;
  throw new AskonceError(
    "configuration",
    `asking through ${choice} is not supported yet`,
    "use auto, terminal or none",
  );
}
