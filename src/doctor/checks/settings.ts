/** Keys of askonce's own that are misspelt, or stand where nobody reads them. */

import type { Facts, ProfileFacts } from "../facts.ts";
import { ok, type Verdict, warn } from "../finding.ts";
import { meant, nearestName } from "../wording.ts";

/** Those that say something of the MFA session or its role, and that no SDK knows. */
const OWN = [
  "mfa_process",
  "mfa_mode",
  "mfa_prompt",
  "min_remaining",
  "session_duration",
  "include_profile",
  "session_tags",
  "transitive_session_tags",
  "source_identity",
  "policy_arns",
];

/** Those of the SDKs that askonce reads as well. */
const STANDARD = [
  "aws_access_key_id",
  "aws_secret_access_key",
  "aws_session_token",
  "mfa_serial",
  "role_arn",
  "source_profile",
  "duration_seconds",
  "external_id",
  "role_session_name",
  "region",
  "sts_regional_endpoints",
  "endpoint_url",
  "services",
  "use_fips_endpoint",
  "use_dualstack_endpoint",
  "ca_bundle",
  "credential_process",
];

/** Of the SDKs alone: near to one of those above, and right all the same (docs.aws.amazon.com/sdkref, "Settings reference"). */
const OTHERS = [
  "output",
  "credential_source",
  "sso_region",
  "sso_session",
  "sso_start_url",
  "sso_account_id",
  "sso_role_name",
  "login_session",
  "web_identity_token_file",
  "max_attempts",
  "retry_mode",
  "cli_pager",
  "cli_timestamp_format",
  "defaults_mode",
  "account_id",
  "sigv4a_signing_region_set",
  "request_checksum_calculation",
  "response_checksum_validation",
  "ignore_configured_endpoint_urls",
  "ec2_metadata_service_endpoint",
  "region_set",
];

/** Read from the profile that askonce is called for, which the calling one is not. */
const OF_THE_SESSION = [
  "mfa_process",
  "mfa_mode",
  "mfa_prompt",
  "min_remaining",
  "session_duration",
  "include_profile",
];

export function checkSettings(facts: Facts, subject: ProfileFacts): Verdict[] {
  const { levels, callers } = subject;
  if (subject.missing !== undefined) return [];
  const profiles = facts.files.shared?.profiles;
  const names = [
    ...new Set([subject.name, ...levels.map((level) => level.name), ...callers.map(({ profile }) => profile)]),
  ];
  const known = [...OWN, ...STANDARD];
  const found = names.flatMap((name) =>
    Object.keys(profiles?.get(name) ?? {}).flatMap((key) => {
      if (known.includes(key) || OTHERS.includes(key)) return [];
      const near = nearestName(key.replaceAll("-", "_"), [...known, ...OTHERS]);
      if (near === undefined) return [];
      return [warn(`${key} of profile ${name} is read by nobody${meant(near)}`, `call it ${near}`)];
    }),
  );
  for (const { profile, name } of callers) {
    if (name === undefined || name === profile) continue;
    const idle = OF_THE_SESSION.filter((key) => profiles?.get(profile)?.[key] !== undefined);
    if (idle.length === 0) continue;
    found.push(
      warn(
        `${idle.join(", ")} of profile ${profile} does nothing for programs: they have askonce look at ${name}`,
        `move ${idle.length === 1 ? "it" : "them"} to profile ${name}`,
      ),
    );
  }
  return found.length > 0 ? found : [ok(`${names.join(", ")}: every key is one that is read`)];
}
