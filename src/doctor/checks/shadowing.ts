/**
 * What stands in a calling profile beside `credential_process`, and what the clients make of it: some never call askonce,
 * some refuse the profile. And roles above it that would ask for a code of their own.
 *
 * Who takes static keys there is from the sources: botocore/credentials.py, aws-sdk-go-v2 config/resolve_credentials.go,
 * @aws-sdk/credential-provider-ini, aws-sdk-core's credential_provider_chain.rb.
 */

import type { CallingProfile, Facts, ProfileFacts } from "../facts.ts";
import { type Fix, fail, ok, type Verdict, warn } from "../finding.ts";
import { asList, shownHeader, shownPath } from "../wording.ts";
import { otherWays } from "./other-ways.ts";
import { rolesAbove } from "./roles-above.ts";

const KEYS = ["aws_access_key_id", "aws_secret_access_key"];

export function checkShadowing(facts: Facts, subject: ProfileFacts): Verdict[] {
  const found = [
    ...subject.callers.flatMap((caller) => [...staticKeys(caller, facts, subject), ...otherWays(caller, facts)]),
    ...rolesAbove(facts, subject),
    ...defaults(facts, subject),
  ];
  if (found.length > 0 || subject.callers.length === 0) return found;
  const names = asList(subject.callers.map(({ profile }) => `[${profile}]`));
  return [ok(`nothing in ${names} stands above askonce`)];
}

function staticKeys(caller: CallingProfile, facts: Facts, subject: ProfileFacts): Verdict[] {
  const { profile } = caller;
  const { config, credentials } = facts.files;
  const keysIn = (file: typeof config): string[] => KEYS.filter((key) => file.profiles.get(profile)?.[key]);
  const isInCredentials = keysIn(credentials).length > 0;
  const file = isInCredentials ? credentials : config;
  const found = keysIn(file);
  if (found.length === 0) return [];
  const where = `${isInCredentials ? `[${profile}]` : shownHeader(profile)} in ${shownPath(file.path, facts.home)}`;
  if (found.length === 1) {
    const [key] = found;
    const other = KEYS.find((one) => one !== key);
    // The CLI looks for the id first.
    const refusing = isInCredentials && key === KEYS[0] ? "the CLI, Go and Terraform" : "Go and Terraform";
    return [
      fail(`${where} has ${key} without ${other}: ${refusing} refuse the profile`, `take ${key} out of ${where}`),
    ];
  }
  // In one file with it, the process stands above the keys for the CLI alone.
  const who = isInCredentials ? "the CLI, Go, JavaScript and Ruby" : "Go, JavaScript and Ruby";
  const text = `${where} has keys: ${who} use them without MFA and never call askonce`;
  const target = moveTo(caller, facts, subject);
  if (target === undefined || !isInCredentials) return [fail(text, `take ${asList(KEYS)} out of ${where}`)];
  const does = target.isThere
    ? `takes them out: [${target.to}] has them too`
    : `moves them to [${target.to}], with a backup`;
  return [fail(text, `askonce doctor --fix ${does}`, target)];
}

/** Where the keys can go without a loss: to a profile without keys, or nowhere when it has the same. */
function moveTo(
  { profile, name }: CallingProfile,
  { files }: Facts,
  { request }: ProfileFacts,
): Extract<Fix, { kind: "move-keys" }> | undefined {
  const to = request?.source.profile ?? name;
  if (to === undefined || to === profile) return undefined;
  const from = files.credentials.profiles.get(profile) ?? {};
  // Those of a session are no use where askonce looks for long-term ones.
  if (from.aws_session_token) return undefined;
  const there = files.shared?.profiles.get(to) ?? {};
  const isThere =
    there.aws_access_key_id === from.aws_access_key_id && there.aws_secret_access_key === from.aws_secret_access_key;
  if (!isThere && (there.aws_access_key_id || there.aws_secret_access_key || there.credential_process))
    return undefined;
  return { kind: "move-keys", from: profile, to, path: files.credentials.link ?? files.credentials.path, isThere };
}

/** What programs that were told no profile use. */
function defaults({ files, env }: Facts, { callers }: ProfileFacts): Verdict[] {
  const keys = files.shared?.profiles.get("default");
  if (!keys?.aws_access_key_id || callers.some(({ profile }) => profile === "default") || callers.length === 0)
    return [];
  if (env.AWS_PROFILE) return [];
  return [
    warn(
      "[default] has keys: programs that are told no profile use them without MFA",
      `export AWS_PROFILE=${callers[0]?.profile}, or give the keys another profile's name`,
    ),
  ];
}
