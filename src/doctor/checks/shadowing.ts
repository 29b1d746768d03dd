/**
 * What stands in a calling profile beside `credential_process`, and what the clients make of it: some never call askonce,
 * some refuse the profile. And roles above it that would ask for a code of their own.
 *
 * Which client does what is from their sources: botocore/credentials.py, aws-sdk-go-v2 config/resolve_credentials.go,
 * @aws-sdk/credential-provider-ini, aws-sdk-java-v2 ProfileCredentialsUtils, aws-config profile/credentials/repr.rs,
 * aws-sdk-net CredentialProfileTypeDetector.
 */

import type { Caller, Facts, Subject } from "../facts.ts";
import { type Fix, fail, ok, type Verdict, warn } from "../finding.ts";
import { listed, shownPath } from "../words.ts";

/** Each of them has clients get their keys another way. */
const OTHER_WAYS: readonly (readonly [keys: readonly string[], what: string, who: string])[] = [
  [["role_arn"], "role_arn", "every SDK takes that role by other keys and never calls askonce"],
  [["web_identity_token_file"], "web_identity_token_file", "the CLI, Go, Ruby and Java take that identity instead"],
  [["credential_source"], "credential_source", "Go and Terraform refuse the profile"],
  [["source_profile"], "source_profile", "Go and Terraform refuse the profile"],
  [
    ["sso_session", "sso_start_url", "sso_account_id", "sso_role_name"],
    "SSO settings",
    "the CLI, Go, Java and .NET sign in by SSO and never call askonce",
  ],
  [["login_session"], "login_session", "the CLI signs in by `aws login` and never calls askonce"],
];

/** Nobody but .NET minds these, whose profiles have to be of one kind. */
const OTHER_KINDS = ["mfa_serial", "services", "endpoint_url"];

export function checkShadowing(facts: Facts, subject: Subject): Verdict[] {
  const found = [
    ...subject.callers.flatMap((caller) => [...staticKeys(caller, facts, subject), ...otherWays(caller, facts)]),
    ...rolesAbove(facts, subject),
    ...defaults(facts, subject),
  ];
  if (found.length > 0 || subject.callers.length === 0) return found;
  const names = listed(subject.callers.map(({ profile }) => `[${profile}]`));
  return [ok(`nothing in ${names} stands above askonce`)];
}

function staticKeys(caller: Caller, facts: Facts, subject: Subject): Verdict[] {
  const { profile } = caller;
  const { config, credentials } = facts.files;
  const has = (file: typeof config): boolean => Boolean(file.profiles.get(profile)?.aws_access_key_id);
  const isInCredentials = has(credentials);
  if (!isInCredentials && !has(config)) return [];
  const file = isInCredentials ? credentials : config;
  const where = `[${isInCredentials || profile === "default" ? "" : "profile "}${profile}] in ${shownPath(file.path, facts.home)}`;
  // In one file with it, the process stands above the keys for the CLI alone.
  const who = isInCredentials ? "the CLI, Go, JavaScript and Ruby" : "Go, JavaScript and Ruby";
  const text = `${where} has keys: ${who} use them without MFA and never call askonce`;
  const target = moveTo(caller, facts, subject);
  if (target === undefined || !isInCredentials)
    return [fail(text, `take aws_access_key_id and aws_secret_access_key out of ${where}`)];
  const does = target.isThere
    ? `takes them out: [${target.to}] has them too`
    : `moves them to [${target.to}], with a backup`;
  return [fail(text, `askonce doctor --fix ${does}`, target)];
}

/** Where the keys can go without a loss: to a profile without keys, or nowhere when it has the same. */
function moveTo(
  { profile, name }: Caller,
  { files }: Facts,
  { request }: Subject,
): Extract<Fix, { kind: "move-keys" }> | undefined {
  const to = request?.keys.profile ?? name;
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

function otherWays({ profile }: Caller, { files }: Facts): Verdict[] {
  const keys = files.shared?.profiles.get(profile) ?? {};
  const found = OTHER_WAYS.flatMap(([names, what, who]) =>
    names.some((name) => keys[name])
      ? [fail(`[profile ${profile}] has ${what} beside credential_process: ${who}`, `take ${what} out of it`)]
      : [],
  );
  const kinds = OTHER_KINDS.filter((name) => keys[name] !== undefined);
  if (kinds.length > 0)
    found.push(
      warn(
        `[profile ${profile}] has ${listed(kinds)} beside credential_process: .NET and PowerShell refuse such a profile`,
        `move ${kinds.length === 1 ? "it" : "them"} to the profile with the keys`,
      ),
    );
  return found;
}

/** A role above the session takes it with the session: a code of its own is refused by AWS. */
function rolesAbove({ files }: Facts, { callers }: Subject): Verdict[] {
  const names = new Set(callers.map(({ profile }) => profile));
  return [...(files.shared?.profiles ?? [])]
    .filter(([, keys]) => keys.role_arn && keys.mfa_serial && names.has(keys.source_profile ?? ""))
    .map(([name, keys]) =>
      fail(
        `[profile ${name}] takes its role above ${keys.source_profile} and has mfa_serial: the SDKs ask for a code of their own, which AWS refuses`,
        `take mfa_serial out of [profile ${name}]: the session below it has MFA already`,
      ),
    );
}

/** What programs that were told no profile use. */
function defaults({ files, env }: Facts, { callers }: Subject): Verdict[] {
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
