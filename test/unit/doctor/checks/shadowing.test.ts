import { describe, expect, test } from "vitest";
import { checkShadowing } from "../../../../src/doctor/checks/shadowing.ts";
import type { Facts } from "../../../../src/doctor/facts.ts";
import {
  CONFIG,
  CREDENTIALS,
  callerOf,
  factsOf,
  type Profiles,
  said,
  states,
  subjectOf,
} from "../../support/doctor-facts.ts";
import { KEYS } from "../../support/profiles.ts";

describe("what stands beside credential_process", () => {
  const judge = (
    work: Record<string, string>,
    credentials: Profiles = CREDENTIALS,
    more: Partial<Facts> = {},
    other: Profiles = {},
  ) => {
    const facts = factsOf(more, { ...CONFIG, work: { ...CONFIG.work, ...work }, ...other }, credentials);
    return checkShadowing(facts, subjectOf(facts));
  };

  test("nothing", () => {
    expect(said(judge({}))).toEqual(["ok nothing in [work] stands above askonce"]);
    expect(said(judge({ output: "json" }))).toEqual(["ok nothing in [work] stands above askonce"]);
  });

  test("keys in the credentials file: most clients never call askonce; they can go where they belong", () => {
    const found = judge({}, { work: KEYS });
    expect(said(found)).toEqual([
      "fail [work] in ~/.aws/credentials has keys: the CLI, Go, JavaScript and Ruby use them without MFA and never call askonce -> askonce doctor --fix moves them to [work-keys], with a backup",
    ]);
    expect(found[0]?.fix).toEqual({
      kind: "move-keys",
      from: "work",
      to: "work-keys",
      path: "/home/jane/.aws/credentials",
      isThere: false,
    });
  });

  test("the same keys as in the other profile are one too many", () => {
    const found = judge({}, { work: KEYS, "work-keys": KEYS });
    expect(said(found)[0]).toMatch(/askonce doctor --fix takes them out: \[work-keys\] has them too$/);
    expect(found[0]?.fix).toMatchObject({ isThere: true });
  });

  test.each<[string, Profiles]>([
    ["other keys", { work: KEYS, "work-keys": { ...KEYS, aws_access_key_id: "AKIAOTHER" } }],
    ["keys of a session", { work: { ...KEYS, aws_session_token: "t" } }],
  ])("%s are left to a person", (_, credentials) => {
    const [found] = judge({}, credentials);
    expect(found).toMatchObject({
      state: "fail",
      cure: expect.stringMatching(/^take aws_access_key_id and .* out of \[work\]/),
    });
    expect(found?.fix).toBeUndefined();
  });

  test("keys in the config file: the CLI calls askonce, others do not", () => {
    const [found] = judge(KEYS);
    expect(said([found as never])[0]).toMatch(
      /^fail \[profile work\] in ~\/\.aws\/config has keys: Go, JavaScript and Ruby use them/,
    );
    expect(found?.fix).toBeUndefined();
  });

  // As botocore, Go v2, JavaScript v3 and Ruby were seen to take each of them.
  const role = { role_arn: "arn:aws:iam::123456789012:role/x" };
  test.each<[Record<string, string>, string, string]>([
    [role, "role_arn", "the CLI and Ruby refuse the profile, JavaScript leaves the role out"],
    [
      { ...role, source_profile: "other" },
      "role_arn and source_profile",
      "the CLI and JavaScript take the role with the keys of other and never call askonce, Go and Terraform refuse the profile",
    ],
    [
      { ...role, credential_source: "Environment" },
      "role_arn and credential_source",
      "the CLI takes the role with other keys, Go and Terraform refuse the profile",
    ],
    [
      { ...role, web_identity_token_file: "/token", external_id: "x" },
      "role_arn and web_identity_token_file",
      "the CLI, JavaScript and Ruby take that identity, Go and Terraform refuse the profile",
    ],
    [{ source_profile: "other" }, "source_profile", "Go, Terraform and Ruby refuse the profile"],
    [{ credential_source: "Environment" }, "credential_source", "Go, Terraform and Ruby refuse the profile"],
    [{ web_identity_token_file: "/t" }, "web_identity_token_file", "the CLI, Go and Terraform refuse the profile"],
    [{ sso_session: "corp" }, "SSO settings", "the CLI, Go, Java and .NET sign in by SSO and never call askonce"],
    [
      { sso_start_url: "https://x", sso_region: "eu-west-1" },
      "SSO settings",
      "the CLI, Go, Java and .NET sign in by SSO and never call askonce",
    ],
    [{ sso_region: "eu-west-1" }, "sso_region", "Go and Terraform refuse the profile"],
    [{ login_session: "arn" }, "login_session", "the CLI signs in by `aws login` and never calls askonce"],
  ])("%j is another way to keys", (keys, what, who) => {
    const found = judge(keys, CREDENTIALS, {}, { other: KEYS });
    const cure = keys.role_arn
      ? "give the role a profile of its own, with source_profile = work"
      : `take ${what} out of it`;
    expect(said(found)).toEqual([`fail [profile work] has ${what} beside credential_process: ${who} -> ${cure}`]);
  });

  test.each([
    ["mfa_serial", "move mfa_serial to profile work-keys"],
    ["services", "AWS_ENDPOINT_URL in place of services"],
    ["endpoint_url", "AWS_ENDPOINT_URL in place of endpoint_url"],
    ["aws_session_token", "take aws_session_token out"],
    ["external_id", "take external_id out"],
    ["role_session_name", "take role_session_name out"],
  ])("%s makes a profile that .NET refuses", (key, cure) => {
    expect(said(judge({ [key]: "x" }))).toEqual([
      `warn [profile work] has ${key} beside credential_process: .NET and PowerShell refuse such a profile -> ${cure}`,
    ]);
  });

  test("half of a pair of keys has Go refuse the profile, and the CLI too where it finds the id first", () => {
    const half = { aws_access_key_id: "AKIAX" };
    expect(said(judge(half))).toEqual([
      "fail [profile work] in ~/.aws/config has aws_access_key_id without aws_secret_access_key: Go and Terraform refuse the profile -> take aws_access_key_id out of [profile work] in ~/.aws/config",
    ]);
    expect(said(judge({}, { ...CREDENTIALS, work: half }))[0]).toMatch(
      /^fail \[work\] in .*: the CLI, Go and Terraform refuse the profile/,
    );
    expect(said(judge({}, { ...CREDENTIALS, work: { aws_secret_access_key: "s" } }))[0]).toMatch(
      /without aws_access_key_id: Go and Terraform refuse the profile/,
    );
  });

  test("the default profile is called by its own header", () => {
    const profiles = { "work-keys": {}, default: { credential_process: "x", mfa_serial: "x" } };
    const facts = factsOf({}, profiles);
    const found = checkShadowing(facts, subjectOf(facts, { callers: [callerOf({ profile: "default" })] }));
    expect(found[0]?.text).toMatch(/^\[default\] has mfa_serial/);
  });

  describe("a role above", () => {
    const admin = { role_arn: "arn:aws:iam::123456789012:role/admin", source_profile: "work" };
    const next = { ...admin, source_profile: "admin" };

    test("that is plain is fine", () => {
      expect(states(judge({}, CREDENTIALS, {}, { admin: { ...admin, duration_seconds: "3600" }, next }))).toEqual([
        "ok",
      ]);
    });

    test("with mfa_serial has the SDKs ask for a code that AWS refuses, on each floor", () => {
      const found = judge(
        {},
        CREDENTIALS,
        {},
        { next: { ...next, mfa_serial: "x" }, admin: { ...admin, mfa_serial: "x" } },
      );
      expect(said(found)).toEqual([
        expect.stringMatching(/^fail \[profile admin\] takes its role above work and has mfa_serial/),
        expect.stringMatching(/^fail \[profile next\] takes its role above admin and has mfa_serial/),
      ]);
    });

    test("for more than an hour is refused by AWS", () => {
      const long = { admin: { ...admin, duration_seconds: "43200" } };
      expect(said(judge({}, CREDENTIALS, {}, long))).toEqual([
        "fail [profile admin] takes its role above work for 12 h: AWS refuses more than 1 h with a session -> take duration_seconds out of [profile admin]",
      ]);
      expect(judge({}, CREDENTIALS, { verbs: new Set(["setup"]) }, long)[0]?.cure).toMatch(/; or askonce setup/);
    });

    test("that calls askonce itself, or is above somebody else, is another matter", () => {
      const own = { ...admin, mfa_serial: "x", credential_process: "/opt/other" };
      const others = { ...admin, mfa_serial: "x", source_profile: "work-keys" };
      expect(states(judge({}, CREDENTIALS, {}, { own, others }))).toEqual(["ok"]);
    });
  });

  test("keys of [default] are what programs use that are told nothing", () => {
    const both = { ...CREDENTIALS, default: KEYS };
    expect(said(judge({}, both))[0]).toMatch(/^warn \[default\] has keys/);
    expect(states(judge({}, both, { env: { AWS_PROFILE: "work" } }))).toEqual(["ok"]);
  });
});
