/**
 * What stands in a calling profile beside `credential_process` and leads to keys another way, or has clients refuse the
 * profile. Seen with botocore, Go v2, JavaScript v3 and Ruby; of .NET from its CredentialProfileTypeDetector.cs, of Java
 * from its ProfileCredentialsUtils.
 */

import type { ProfileKeys } from "../../aws-files/read.ts";
import { shellWord } from "../../text/shell-words.ts";
import type { CallingProfile, Facts } from "../facts.ts";
import { fail, type Verdict, warn } from "../finding.ts";
import { asList, shownHeader } from "../wording.ts";

/** What it is, which of its keys are there, and what the clients make of them. */
interface Way {
  readonly keys: readonly string[];
  readonly what?: string;
  readonly who: string;
  readonly cure?: string;
}

const SSO = ["sso_session", "sso_start_url", "sso_account_id", "sso_role_name"];

/** Nobody but .NET minds these, whose profiles have to be of one kind; what to do about each. */
const OTHER_KINDS: Readonly<Record<string, (name: string | undefined) => string>> = {
  mfa_serial: (name) =>
    `move mfa_serial to ${name === undefined ? "the profile with the keys" : `profile ${shellWord(name)}`}`,
  services: () => "AWS_ENDPOINT_URL in place of services",
  endpoint_url: () => "AWS_ENDPOINT_URL in place of endpoint_url",
  aws_session_token: () => "take aws_session_token out",
  external_id: () => "take external_id out",
  role_session_name: () => "take role_session_name out",
};

export function otherWays({ profile, name }: CallingProfile, { files }: Facts): Verdict[] {
  const keys = files.shared?.profiles.get(profile) ?? {};
  const header = shownHeader(profile);
  const found = [roleIn(keys, profile), ssoIn(keys), loginIn(keys)].flatMap((way) =>
    way === undefined ? [] : [said(way, header)],
  );
  // With a role these are about the role.
  const kinds = keys.role_arn ? [] : Object.keys(OTHER_KINDS).filter((key) => keys[key] !== undefined);
  if (kinds.length > 0)
    found.push(
      warn(
        `${header} has ${asList(kinds)} beside credential_process: .NET and PowerShell refuse such a profile`,
        kinds.map((key) => OTHER_KINDS[key]?.(name)).join(", "),
      ),
    );
  return found;
}

function said({ keys, what = asList(keys), who, cure }: Way, header: string): Verdict {
  return fail(`${header} has ${what} beside credential_process: ${who}`, cure ?? `take ${what} out of it`);
}

/** A role, or what a role is taken by. */
function roleIn(keys: ProfileKeys, profile: string): Way | undefined {
  const sources = ["source_profile", "credential_source", "web_identity_token_file"].filter((key) => keys[key]);
  if (!keys.role_arn) {
    if (sources.length === 0) return undefined;
    const who = keys.web_identity_token_file ? "the CLI, Go and Terraform" : "Go, Terraform and Ruby";
    return { keys: sources, who: `${who} refuse the profile` };
  }
  const cure = `give the role a profile of its own, with source_profile = ${profile}`;
  const all = { keys: ["role_arn", ...sources], cure };
  if (keys.web_identity_token_file)
    return { ...all, who: "the CLI, JavaScript and Ruby take that identity, Go and Terraform refuse the profile" };
  if (keys.source_profile)
    return {
      ...all,
      who: `the CLI and JavaScript take the role with the keys of ${keys.source_profile} and never call askonce, Go and Terraform refuse the profile`,
    };
  if (keys.credential_source)
    return { ...all, who: "the CLI takes the role with other keys, Go and Terraform refuse the profile" };
  return { ...all, who: "the CLI and Ruby refuse the profile, JavaScript leaves the role out" };
}

function ssoIn(keys: ProfileKeys): Way | undefined {
  const what = "SSO settings";
  if (SSO.some((key) => keys[key]))
    return { keys: SSO, what, who: "the CLI, Go, Java and .NET sign in by SSO and never call askonce" };
  return keys.sso_region ? { keys: ["sso_region"], who: "Go and Terraform refuse the profile" } : undefined;
}

function loginIn(keys: ProfileKeys): Way | undefined {
  if (!keys.login_session) return undefined;
  return { keys: ["login_session"], who: "the CLI signs in by `aws login` and never calls askonce" };
}
