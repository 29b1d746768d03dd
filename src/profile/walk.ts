/** The way from NAME down to the profile with the long-term keys, by source_profile and by askonce's own credential_process. Pure. */

import type { Flags } from "../args.ts";
import type { SharedFiles } from "../aws-files/read.ts";
import type { KeySource } from "../keys/long-term-keys.ts";
import { AskonceError } from "../runtime/errors.ts";
import { askonceRequest } from "./credential-process.ts";
import { hasStaticKeys, keySourceOf } from "./key-source.ts";
import { type RoleRequest, roleOf } from "./role.ts";
import { type Level, shown, textOf } from "./settings.ts";

export interface Walk {
  /** The profiles passed, NAME first, each followed by what it includes. */
  readonly levels: readonly Level[];
  /** Those that are about the credentials printed: down to the role that gives them, or all. */
  readonly printed: readonly Level[];
  /** From the keys upwards. */
  readonly roles: readonly RoleRequest[];
  readonly keys: KeySource;
}

interface Step {
  readonly name: string;
  readonly flags: Flags;
  /** Reached by source_profile: as in botocore, its own keys then stand above a role of its own (botocore/credentials.py, AssumeRoleProvider). */
  readonly isSource: boolean;
}

/** Throws `configuration` for a profile that is missing, a circle, or keys that cannot be used. */
export function walk(name: string, flags: Flags, files: SharedFiles): Walk {
  const path: Level[] = [];
  const levels: Level[] = [];
  const printed: Level[] = [];
  const roles: RoleRequest[] = [];
  let next: Step | undefined = { name, flags, isSource: false };
  while (next !== undefined) {
    const level = enter(next.name, next.flags, path, files);
    path.push(level);
    const passed = [level, ...includedBy(level, files)];
    levels.push(...passed);
    if (roles.length === 0) printed.push(...passed);
    const role = next.isSource && hasStaticKeys(level.keys) ? undefined : roleOf(level);
    if (role !== undefined) roles.unshift(role);
    next = below(level, role !== undefined);
  }
  return { levels, printed, roles, keys: keySourceOf(path.at(-1) as Level, files) };
}

/** The profiles named by include_profile, one after the other: they lend what is about the MFA session, no keys and no role. */
function includedBy(level: Level, files: SharedFiles): Level[] {
  const path = [level];
  for (let name = textOf(level, "include_profile"); name !== undefined; ) {
    const included = enter(name, {}, path, files);
    path.push(included);
    name = textOf(included, "include_profile");
  }
  return path.slice(1);
}

function enter(name: string, flags: Flags, above: readonly Level[], files: SharedFiles): Level {
  const keys = files.profiles.get(name);
  if (keys === undefined) {
    const asker = above.at(-1);
    throw new AskonceError(
      "configuration",
      asker === undefined
        ? `there is no profile ${shown(name)}`
        : `there is no profile ${shown(name)}, which ${asker.name} refers to`,
      `profiles are read from ${files.configPath} and ${files.credentialsPath}`,
      "no-such-profile",
      { meant: { word: name, among: [...files.profiles.keys()] } },
    );
  }
  if (above.some((earlier) => earlier.name === name)) {
    const circle = [...above.map((earlier) => earlier.name), name].join(" -> ");
    throw new AskonceError(
      "configuration",
      `the profiles go in a circle: ${circle}`,
      "let one of them hold its own keys",
      "profile-loop",
    );
  }
  return { name, keys, flags };
}

/** The next profile down, or undefined when this one's own keys are the source. */
function below(level: Level, takesRole: boolean): Step | undefined {
  const source = level.flags.sourceProfile ?? textOf(level, "source_profile");
  const named = source === undefined || source === level.name ? undefined : { name: source, flags: {}, isSource: true };
  if (named !== undefined && (takesRole || level.flags.sourceProfile !== undefined)) return named;
  if (hasStaticKeys(level.keys)) return undefined;
  if (named !== undefined) return named;
  const command = textOf(level, "credential_process");
  const request = command === undefined ? undefined : askonceRequest(command);
  return request === undefined ? undefined : { ...request, isSource: false };
}
