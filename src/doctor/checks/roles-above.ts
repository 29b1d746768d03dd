/** Roles that are taken with the session, by the SDKs themselves: what of their settings AWS refuses then. */

import { formatDuration } from "../../text/times.ts";
import type { Facts, ProfileFacts } from "../facts.ts";
import { fail, type Verdict } from "../finding.ts";

/** A role taken with a session lasts no longer. */
const MOST_SECONDS = 3600;

export function rolesAbove({ files, verbs }: Facts, { callers }: ProfileFacts): Verdict[] {
  const profiles = [...(files.shared?.profiles ?? [])];
  const above = new Set(callers.map(({ profile }) => profile));
  const roles: typeof profiles = [];
  // A role may be taken with a role: each round finds those of the next floor.
  for (let before = -1; before !== roles.length; ) {
    before = roles.length;
    for (const [name, keys] of profiles) {
      if (!keys.role_arn || keys.credential_process || above.has(name) || !above.has(keys.source_profile ?? ""))
        continue;
      above.add(name);
      roles.push([name, keys]);
    }
  }
  const orDirect = verbs.has("setup") ? "; or askonce setup, which takes it with a code of its own" : "";
  return roles.flatMap(([name, { source_profile: source, mfa_serial: device, duration_seconds: duration }]) => {
    const found: Verdict[] = [];
    if (device)
      found.push(
        fail(
          `[profile ${name}] takes its role above ${source} and has mfa_serial: the SDKs ask for a code of their own, which AWS refuses`,
          `take mfa_serial out of [profile ${name}]: the session below it has MFA already`,
        ),
      );
    const seconds = Number(duration);
    if (seconds > MOST_SECONDS)
      found.push(
        fail(
          `[profile ${name}] takes its role above ${source} for ${formatDuration(seconds)}: AWS refuses more than 1 h with a session`,
          `take duration_seconds out of [profile ${name}]${orDirect}`,
        ),
      );
    return found;
  });
}
