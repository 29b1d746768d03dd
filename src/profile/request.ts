/** NAME + flags + shared files + environment -> what to do: whose keys, which device, which role, how long, where. Pure. */

import type { Flags } from "../args.ts";
import type { SharedFiles } from "../aws-files/read.ts";
import { isAwsArn, partitionOfArn } from "../aws-names/arn.ts";
import { refuseSecurityKey } from "../aws-names/mfa-serial.ts";
import type { KeySource } from "../keys/long-term-keys.ts";
import type { Environment } from "../runtime/environment.ts";
import { AskonceError } from "../runtime/errors.ts";
import { formatDuration } from "../text/times.ts";
import { type EndpointSettings, endpointSettings } from "./endpoint.ts";
import { type NetworkSettings, networkSettings } from "./network.ts";
import { DRIVER_NAMES, type PromptChoice, promptChoiceOf } from "./prompt-choice.ts";
import { regionOf } from "./region.ts";
import { CHAINED_ROLE_SECONDS, type RoleRequest } from "./role.ts";
import { type Level, limitsOf, nearest, secondsOf, shown, textOf } from "./settings.ts";
import { walk } from "./walk.ts";

export interface SessionRequest {
  /** NAME as it was asked for. */
  readonly name: string;
  /** As they were given with NAME. */
  readonly flags: Flags;
  readonly keys: KeySource;
  /** Partition the device or role names; undefined when only the region can tell. */
  readonly partition: string | undefined;
  readonly region: string | undefined;
  readonly endpoint: EndpointSettings;
  readonly network: NetworkSettings;
  /** ARN or serial number; undefined when it has to be discovered. */
  readonly mfaSerial: string | undefined;
  readonly mfaProcess: string | undefined;
  readonly prompt: PromptChoice;
  readonly sessionDurationSeconds: number;
  /** What a followed command line was given: it bounds and logs the run as it would its own. */
  readonly deadlineSeconds?: number;
  readonly log?: string;
  /** `mfa_mode = direct`: the role that is taken with the long-term keys and the code itself, in place of an MFA session. */
  readonly direct?: RoleRequest;
  /** Roles from the session upwards: the last one's credentials are printed. Empty: the session's own are. */
  readonly roles: readonly RoleRequest[];
  /** What is printed is good for longer than this, or new; 0 where nobody asked for it. */
  readonly minRemainingSeconds: number;
  /** `--force`: what is printed was made after this run began. */
  readonly isForced: boolean;
}

const DEFAULT_SESSION_SECONDS = 12 * 3600;
/** sts:GetSessionToken takes 900 s to 36 h (docs.aws.amazon.com/STS/latest/APIReference). */
const SESSION_SECONDS = [900, 129_600] as const;
const MOST_REMAINING_SECONDS = 129_600;

/** Resolves one request. Throws `configuration` with the profile and key to mend. */
export function resolveRequest(name: string, flags: Flags, files: SharedFiles, env: Environment): SessionRequest {
  const { levels, printed, roles, keys } = walk(name, flags, files);
  const isDirect = mfaMode(levels) === "direct" && roles.length > 0;
  const mfaSerial = nearest(
    levels,
    (given) => given.mfaSerial,
    (level) => textOf(level, "mfa_serial"),
  );
  if (mfaSerial !== undefined) refuseSecurityKey(mfaSerial, keys.profile);
  const named = [mfaSerial, ...roles.map((role) => role.arn)].find((arn) => arn !== undefined && isAwsArn(arn));
  const { region, isFips } = regionOf(levels, env);
  const endpoint = endpointSettings(levels, files.services, env);
  const request = {
    name,
    flags,
    keys,
    partition: named === undefined ? undefined : partitionOfArn(named),
    region,
    endpoint: { ...endpoint, fips: endpoint.fips || isFips },
    network: networkSettings(levels, env),
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
    ...(isDirect ? { direct: roles[0] as RoleRequest } : {}),
    roles: isDirect ? roles.slice(1) : roles,
    isForced: levels.some((level) => level.flags.force === true),
    minRemainingSeconds:
      nearest(
        printed,
        (given) => given.minRemainingSeconds,
        (level) => secondsOf(level, "min_remaining", 0, MOST_REMAINING_SECONDS),
      ) ?? 0,
  };
  refuseTooMuchRemaining(request);
  return request;
}

/** Seconds that the credentials to print are asked for. */
export function lifetimeSeconds(request: SessionRequest): number {
  const chained = request.roles.at(-1);
  if (chained !== undefined) return Math.min(chained.durationSeconds ?? CHAINED_ROLE_SECONDS, CHAINED_ROLE_SECONDS);
  return codeLifetimeSeconds(request);
}

/** Seconds for which one code answers. */
export function codeLifetimeSeconds({ direct, sessionDurationSeconds }: SessionRequest): number {
  return direct === undefined ? sessionDurationSeconds : (direct.durationSeconds ?? CHAINED_ROLE_SECONDS);
}

/** Throws `usage` where so much is to remain that every new session would soon be too old: each call would ask for another code. */
function refuseTooMuchRemaining(request: SessionRequest): void {
  const lifetime = lifetimeSeconds(request);
  if (request.minRemainingSeconds <= lifetime / 2) return;
  throw new AskonceError(
    "usage",
    `min_remaining of ${formatDuration(request.minRemainingSeconds)} is over half of the ${formatDuration(lifetime)} that ${request.name} is asked for`,
    "ask for less to remain, or for a longer session",
    "remaining-too-long",
  );
}

function mfaMode(levels: readonly Level[]): "session" | "direct" {
  const level = levels.find((one) => textOf(one, "mfa_mode") !== undefined);
  const mode = level === undefined ? "session" : textOf(level, "mfa_mode");
  if (mode === "session" || mode === "direct") return mode;
  throw new AskonceError(
    "configuration",
    `mfa_mode = ${shown(mode ?? "")} of ${level?.name} is not known`,
    "it is session, or direct to send the code with AssumeRole itself",
    "invalid-setting",
  );
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
  const known = promptChoiceOf(choice);
  if (known !== undefined) return known;
  throw new AskonceError(
    "configuration",
    `there is no way to ask named ${shown(choice)}`,
    `they are auto, terminal, none, ${DRIVER_NAMES.join(", ")}`,
    "unknown-prompt",
  );
}
