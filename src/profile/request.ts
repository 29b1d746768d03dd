/** NAME + flags + AWS files + environment -> what to do: which source, which roles, how long, where. Pure. */

import type { Flags } from "../args.ts";
import type { SharedFiles } from "../aws-files/read.ts";
import { isAwsArn, partitionOfArn } from "../aws-names/arn.ts";
import type { Environment } from "../runtime/environment.ts";
import { AskonceError } from "../runtime/errors.ts";
import { formatDuration } from "../text/times.ts";
import { type EndpointSettings, endpointSettings } from "./endpoint.ts";
import { type NetworkSettings, networkSettings } from "./network.ts";
import { DRIVER_NAMES, type PromptChoice, promptChoiceOf } from "./prompt-choice.ts";
import { regionOf } from "./region.ts";
import { CHAINED_ROLE_SECONDS, type RoleRequest } from "./role.ts";
import { type Level, limitsOf, nearest, secondsOf, shown, textOf } from "./settings.ts";
import { type SourceRequest, sourceRequestOf } from "./source.ts";
import { walk } from "./walk.ts";

export interface SessionRequest {
  /** NAME as it was asked for. */
  readonly name: string;
  /** As they were given with NAME. */
  readonly flags: Flags;
  readonly source: SourceRequest;
  /** Partition the device or role names; undefined when only the region can tell. */
  readonly partition: string | undefined;
  readonly region: string | undefined;
  readonly endpoint: EndpointSettings;
  readonly network: NetworkSettings;
  readonly prompt: PromptChoice;
  /** The greatest accepted age of the source's session. An MFA session is requested for as long. */
  readonly sessionDurationSeconds: number;
  /** What a followed command line was given: it bounds and logs the run as it would its own. */
  readonly deadlineSeconds?: number;
  readonly log?: string;
  /** Roles from the source's session upwards: the last one's credentials are printed. Empty: the session's own are. */
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
  const source = sourceRequestOf(keys, levels, isDirect ? roles[0] : undefined);
  const named = [source.mfa.serial, ...roles.map((role) => role.arn)].find((arn) => arn !== undefined && isAwsArn(arn));
  const { region, isFips } = regionOf(levels, env);
  const endpoint = endpointSettings(levels, files.services, env);
  const request = {
    name,
    flags,
    source,
    partition: named === undefined ? undefined : partitionOfArn(named),
    region,
    endpoint: { ...endpoint, fips: endpoint.fips || isFips },
    network: networkSettings(levels, env),
    prompt: promptChoice(levels, env),
    sessionDurationSeconds:
      nearest(
        levels,
        (given) => given.sessionDurationSeconds,
        (level) => secondsOf(level, "session_duration", ...SESSION_SECONDS),
      ) ?? DEFAULT_SESSION_SECONDS,
    ...limitsOf(levels),
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
export function codeLifetimeSeconds({ source: { direct }, sessionDurationSeconds }: SessionRequest): number {
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
