/** What the shared files hold that setup can work with: keys, names that are free or taken, roles that ask for MFA by themselves. Pure. */

import type { ProfileKeys, SharedFiles } from "../aws-files/read.ts";
import { askonceRequest } from "../profile/credential-process.ts";
import { hasStaticKeys } from "../profile/key-source.ts";
import { CHAINED_ROLE_SECONDS } from "../profile/role.ts";
import { parseDuration } from "../text/times.ts";

/** A profile with long-term keys, or with a program that may print them. */
export interface KeyHolder {
  readonly profile: string;
  /** undefined where a program has it. */
  readonly accessKeyId: string | undefined;
}

/** A role profile that a client cannot take as it is once the session has the MFA in it. */
export interface RoleProfile {
  readonly name: string;
  readonly hasMfaSerial: boolean;
  /** Where it asks for more than the hour that a role taken from a session gets. */
  readonly longSeconds: number | undefined;
}

/** Of these a profile gets credentials by itself, and not through askonce. */
const SOURCES = ["aws_access_key_id", "aws_secret_access_key", "credential_process", "role_arn"] as const;
const OTHER_SOURCES = ["web_identity_token_file", "sso_session", "sso_start_url", "sso_account_id", "login_session"];

/** The profiles whose keys can ask for an MFA session, in the order of the files. */
export function keyHolders({ profiles }: SharedFiles): KeyHolder[] {
  return [...profiles].flatMap(([profile, keys]): KeyHolder[] => {
    if (keys.role_arn || isTemporary(keys)) return [];
    if (hasStaticKeys(keys)) {
      const { aws_access_key_id: accessKeyId, aws_secret_access_key: secret } = keys;
      return accessKeyId && secret ? [{ profile, accessKeyId }] : [];
    }
    const isForeign = keys.credential_process && calledBy(keys) === undefined;
    return isForeign ? [{ profile, accessKeyId: undefined }] : [];
  });
}

function isTemporary(keys: ProfileKeys): boolean {
  return Boolean(keys.aws_session_token) || keys.aws_access_key_id?.startsWith("ASIA") === true;
}

/** What askonce is called for in a profile; an empty name where its line cannot be read, undefined where it is not called. */
export function calledBy({ credential_process: command }: ProfileKeys): string | undefined {
  try {
    return command ? askonceRequest(command)?.name : undefined;
  } catch {
    return "";
  }
}

/** The profiles that call askonce for these keys. */
export function callersOf(keys: string, { profiles }: SharedFiles): string[] {
  return [...profiles].filter(([, profile]) => calledBy(profile) === keys).map(([name]) => name);
}

/** What everybody will call the profile: the keys' own name without its `-keys`. */
export function callingNameFor(keys: string): string {
  return keys.replace(/[-_.](keys|key|long-?term|static|base)$/, "") || keys;
}

/** `work-keys`, or the first name after it that no profile has. */
export function freeName(base: string, suffix: string, taken: (name: string) => boolean): string {
  for (let number = 1; ; number++) {
    const name = `${base}${suffix}${number === 1 ? "" : `-${number}`}`;
    if (!taken(name)) return name;
  }
}

/** Why a name cannot be the calling profile's; undefined where it can. The profile with the keys gives its name away. */
export function whyTaken(name: string, keys: string | undefined, { profiles }: SharedFiles): string | undefined {
  const there = profiles.get(name);
  if (there === undefined || name === keys) return undefined;
  if (keys !== undefined && calledBy(there) === keys && !hasStaticKeys(there)) return undefined;
  if (calledBy(there) !== undefined) return `${name} calls askonce for other keys`;
  const source = [...SOURCES, ...OTHER_SOURCES].find((key) => there[key]);
  return source === undefined ? undefined : `${name} has ${source} of its own`;
}

/** What is wrong with a name that is to stand in a command line and in a header; undefined when nothing is. */
export function nameComplaint(name: string): string | undefined {
  if (name === "") return "a name, please";
  // Every client splits the line in a way of its own: quotes, $ and the like do not survive all of them.
  const isPlain = /^[\p{L}\p{N}_][\p{L}\p{N}_@%+=:,./ -]{0,63}$/u.test(name) && name.trim() === name;
  return isPlain ? undefined : "letters, digits and -_.@ please";
}

/** The roles above these profiles that ask for a code by themselves, or for longer than a session can give. */
export function rolesToMend({ profiles }: SharedFiles, sources: readonly string[]): RoleProfile[] {
  const asked = new Set([...profiles.values()].map(calledBy));
  return [...profiles].flatMap(([name, keys]) => {
    const { role_arn: role, source_profile: source = "", mfa_serial: serial, duration_seconds: duration = "" } = keys;
    if (!role || !sources.includes(source) || sources.includes(name) || asked.has(name)) return [];
    const seconds = parseDuration(duration) ?? 0;
    const longSeconds = seconds > CHAINED_ROLE_SECONDS ? seconds : undefined;
    return serial || longSeconds !== undefined ? [{ name, hasMfaSerial: Boolean(serial), longSeconds }] : [];
  });
}
