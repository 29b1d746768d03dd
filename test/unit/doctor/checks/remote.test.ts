import { describe, expect, test } from "vitest";
import type { MfaDevice } from "../../../../src/aws/iam.ts";
import { checkClock } from "../../../../src/doctor/checks/clock.ts";
import { checkDevice } from "../../../../src/doctor/checks/device.ts";
import { checkIdentity } from "../../../../src/doctor/checks/identity.ts";
import { checkKeyAge } from "../../../../src/doctor/checks/key-age.ts";
import { checkNetwork } from "../../../../src/doctor/checks/network.ts";
import { checkPolicy } from "../../../../src/doctor/checks/policy.ts";
import type { AwsFacts, Facts, Failed, ProfileFacts } from "../../../../src/doctor/facts.ts";
import { AskonceError } from "../../../../src/runtime/errors.ts";
import { awsFacts, CONFIG, factsOf, NOW_MS, said, states, subjectOf } from "../../support/doctor-facts.ts";
import { DEVICE, KEYS } from "../../support/profiles.ts";

type Check = (facts: Facts, subject: ProfileFacts) => Parameters<typeof said>[0];

/** What a check says where AWS says this, and the profile with the keys that. */
function judge(
  check: Check,
  aws: Partial<AwsFacts> | undefined,
  keys: Record<string, string> = {},
  more: Partial<Facts> = {},
) {
  const facts = factsOf(more, { ...CONFIG, "work-keys": keys });
  return check(facts, subjectOf(facts, { aws: aws === undefined ? undefined : awsFacts(aws) }));
}

const unreachable: Failed = {
  kind: "failed",
  error: new AskonceError("unreachable", "cannot reach sts.eu-west-1 (ENOTFOUND)", "check the network"),
};
const refused: Failed = {
  kind: "failed",
  error: new AskonceError("refused", "AWS refused the keys of work-keys (InvalidClientTokenId)", "check them"),
};

test("who did not ask AWS has nothing to say of it", () => {
  for (const check of [checkNetwork, checkClock, checkIdentity, checkDevice, checkPolicy, checkKeyAge])
    expect(judge(check, undefined)).toEqual([]);
});

test("who was not reached has said nothing of keys, devices and policies", () => {
  const silent = {
    identity: unreachable,
    devices: unreachable,
    users: unreachable,
    accessKeys: unreachable,
    clockOffsetMs: undefined,
  };
  expect(said(judge(checkNetwork, silent))).toEqual([
    "fail cannot reach sts.eu-west-1 (ENOTFOUND) (by region of profile work) -> check the network",
  ]);
  for (const check of [checkClock, checkIdentity, checkDevice, checkPolicy, checkKeyAge])
    expect(judge(check, silent)).toEqual([]);
});

test("the way to AWS is told with its proxy, and why it goes there", () => {
  expect(said(judge(checkNetwork, { proxy: "proxy:3128 of HTTPS_PROXY" }))).toEqual([
    "ok sts.eu-west-1 answered in 240 ms through the proxy proxy:3128 of HTTPS_PROXY (by region of profile work)",
  ]);
  expect(states(judge(checkNetwork, { identity: refused }))).toEqual(["ok"]);
  const bundle: Failed = {
    kind: "failed",
    error: new AskonceError("request-configuration", "the CA bundle /x of AWS_CA_BUNDLE is no file", "name one"),
  };
  expect(states(judge(checkNetwork, { identity: bundle }))).toEqual(["fail"]);
});

test.each([
  [0, "ok within a second of AWS's"],
  [4_000, "ok 4 s behind AWS's"],
  [-45_000, "warn 45 s ahead of AWS's -> sudo timedatectl set-ntp true"],
  [400_000, "fail 6 min behind AWS's: AWS refuses what other programs sign -> sudo timedatectl set-ntp true"],
])("a clock that AWS's is %i ms before", (clockOffsetMs, text) => {
  expect(said(judge(checkClock, { clockOffsetMs }))).toEqual([text]);
});

describe("the identity", () => {
  const of = (arn: string, keys: Record<string, string> = {}) =>
    said(judge(checkIdentity, { identity: { kind: "identity", account: "123456789012", arn } }, keys));

  test("is a user's, the root user's with a warning, and nobody else's", () => {
    expect(of("arn:aws:iam::123456789012:user/path/jane")).toEqual(["ok user jane of account 123456789012"]);
    expect(of("arn:aws:iam::123456789012:root")[0]).toMatch(
      /^warn these are the keys of account 123456789012's root user/,
    );
    expect(of("arn:aws:sts::123456789012:assumed-role/admin/me")[0]).toMatch(
      /^fail these are keys of me \(sts::123456789012:assumed-role/,
    );
  });

  test("is refused in the words of every command", () => {
    expect(said(judge(checkIdentity, { identity: refused }))).toEqual([
      "fail AWS refused the keys of work-keys (InvalidClientTokenId) -> check them",
    ]);
    expect(judge(checkDevice, { identity: refused, devices: refused })).toEqual([]);
  });
});

test("keys that a program did not give are the keys' trouble, not the network's", () => {
  const keysFailed = new AskonceError("configuration", "credential_process of work-keys failed (1)", "run it by hand");
  const aws = { keysFailed, identity: { kind: "failed", error: keysFailed } as const, devices: undefined };
  expect(said(judge(checkIdentity, aws))).toEqual([
    "fail credential_process of work-keys failed (1) -> run it by hand",
  ]);
  for (const check of [checkNetwork, checkDevice]) expect(judge(check, aws)).toEqual([]);
});

describe("the device", () => {
  const app = (name: string, enabledAtMs?: number): MfaDevice => ({
    serial: `arn:aws:iam::123456789012:mfa/${name}`,
    userName: "jane",
    enabledAtMs,
  });
  const key = { serial: "arn:aws:iam::123456789012:u2f/user/jane/key", userName: "jane", enabledAtMs: undefined };
  const of = (
    devices: readonly MfaDevice[] | "denied" | "silent",
    keys: Record<string, string> = {},
    verbs: string[] = [],
  ) => {
    const answer =
      devices === "silent"
        ? unreachable
        : devices === "denied"
          ? ({ kind: "denied", how: "explicitly" } as const)
          : ({ kind: "allowed", value: devices } as const);
    return said(judge(checkDevice, { devices: answer }, keys, { verbs: new Set(verbs) }));
  };

  test("is found, or is the one that is named", () => {
    expect(of([app("jane")])).toEqual(["ok jane, an authenticator app (TOTP)"]);
    expect(of([app("other"), app("jane")], { mfa_serial: DEVICE })).toEqual(["ok jane, an authenticator app (TOTP)"]);
    expect(of([{ serial: "GAHT12345678", userName: "jane", enabledAtMs: undefined }])).toEqual([
      "ok GAHT12345678, a hardware token (TOTP)",
    ]);
    expect(of([app("jane", Date.UTC(2025, 2, 2, 12))])).toEqual([
      "ok jane, an authenticator app (TOTP), enabled 2025-03-02",
    ]);
    expect(of([key, app("jane")])).toEqual(["ok jane, an authenticator app (TOTP)"]);
  });

  test("is missing, a security key, or one of several", () => {
    expect(of([], {}, ["mfa"])).toEqual(["fail this user has no MFA device -> askonce mfa enroll work-keys"]);
    expect(of([])[0]).toMatch(/-> add an authenticator app in the IAM console/);
    expect(of([key], {}, ["mfa"])).toEqual([
      "fail this user has a security key only, and STS takes six-digit codes -> askonce mfa enroll work-keys, as a second device",
    ]);
    expect(of([app("a"), app("b")])[0]).toMatch(
      /^warn 2 devices \(a and b\): .* -> mfa_serial = arn:aws:iam::123456789012:mfa\/a in profile work-keys/,
    );
  });

  test("that is named is not this user's", () => {
    expect(of([app("jane-phone")], { mfa_serial: "arn:aws:iam::123456789012:mfa/jane-fone" })).toEqual([
      "fail mfa_serial names jane-fone, which is no device of this user -> mfa_serial = arn:aws:iam::123456789012:mfa/jane-phone in profile work-keys",
    ]);
    expect(of([app("jane")], { mfa_serial: "arn:aws-cn:iam::123456789012:mfa/jane" })[0]).toMatch(
      /-> it is of partition aws-cn, the keys are of aws$/,
    );
  });

  test("of another account is told with the device alone", () => {
    const mfa_serial = "arn:aws:iam::210987654321:mfa/jane-phone";
    const text = "fail mfa_serial names a device of account 210987654321, and the keys are of account 123456789012 -> ";
    expect(of([app("jane-phone")], { mfa_serial })).toEqual([
      `${text}mfa_serial = arn:aws:iam::123456789012:mfa/jane-phone in profile work-keys`,
    ]);
    expect(of("denied", { mfa_serial })).toEqual([`${text}correct it in profile work-keys`]);
    expect(states(judge(checkIdentity, {}, { mfa_serial }))).toEqual(["ok"]);
  });

  test("may not be listed: then it has to be named", () => {
    expect(of("denied")[0]).toMatch(/^fail no mfa_serial is set, and this user may not list MFA devices/);
    const arn = "arn:aws-cn:iam::123456789012:user/jane";
    const china = {
      identity: { kind: "identity", account: "123456789012", arn },
      devices: { kind: "denied", how: "silently" },
    } as const;
    expect(said(judge(checkDevice, china))[0]).toMatch(
      / -> mfa_serial = arn:aws-cn:iam::123456789012:mfa\/NAME in profile work-keys$/,
    );
    expect(of("denied", { mfa_serial: DEVICE })).toEqual([
      "ok jane, as mfa_serial says; this user may not list devices",
    ]);
  });

  test("cannot be looked up: that matters where it is not named", () => {
    expect(of("silent")[0]).toMatch(/^fail IAM has to tell the device, and cannot reach/);
    expect(of("silent", { mfa_serial: DEVICE })[0]).toMatch(/^warn jane could not be looked up/);
  });
});

describe("the policy", () => {
  const [allowed, denied, silent] = [
    { kind: "allowed", value: true },
    { kind: "denied", how: "explicitly" },
    { kind: "denied", how: "silently" },
  ] as const;
  const list = { kind: "allowed" as const, value: [] };

  test.each<[string, Partial<AwsFacts>, RegExp]>([
    ["denies what it should", { users: denied, accessKeys: denied }, /^ok denies without MFA/],
    ["lets one's own keys through", { users: denied, accessKeys: list }, /^ok denies without MFA/],
    [
      "asks for no MFA",
      { users: allowed, accessKeys: list },
      /^warn without MFA these keys may list the account's users/,
    ],
    ["gives nothing at all", { users: silent, accessKeys: silent }, /^ok nothing that was tried/],
    [
      "gives one's own keys alone",
      { users: silent, accessKeys: list },
      /^ok without MFA these keys may list themselves/,
    ],
  ])("%s", (_, aws, text) => {
    expect(said(judge(checkPolicy, aws))[0]).toMatch(text);
  });

  test("has its own command, where there is one", () => {
    expect(said(judge(checkPolicy, { users: allowed }, {}, { verbs: new Set(["policy"]) }))[0]).toMatch(
      /-> askonce policy/,
    );
  });
});

describe("the age of the key", () => {
  const key = (id: string, days: number, isActive = true) => ({
    id,
    isActive,
    createdAtMs: NOW_MS - days * 86_400_000,
  });
  const own = KEYS.aws_access_key_id;
  const of = (...keys: ReturnType<typeof key>[]) =>
    said(judge(checkKeyAge, { accessKeys: { kind: "allowed", value: keys } }));

  test("is fine up to 90 days", () => {
    expect(of(key(own, 90))).toEqual(["ok …MPLE is 90 days old"]);
    expect(of(key(own, 91))[0]).toMatch(/^warn …MPLE is 91 days old -> make another in the IAM console/);
  });

  test("has a second key beside it", () => {
    expect(of(key(own, 1), key("AKIAZZZZ", 5, false))).toEqual([
      "warn this user has a second key, …ZZZZ, which is inactive -> delete it in the IAM console if nothing uses it",
    ]);
    expect(of(key(own, 1), key("AKIAZZZZ", 5))[0]).toMatch(/which is active/);
  });

  test("is told with a session, where the keys alone may not ask", () => {
    expect(said(judge(checkKeyAge, {}))).toEqual([
      "ok told with MFA only: sign in (askonce login work-keys) and look again",
    ]);
    const bySession = { kind: "allowed" as const, value: [key(own, 200)] };
    expect(said(judge(checkKeyAge, { accessKeysBySession: bySession }))[0]).toMatch(/200 days old/);
    expect(judge(checkKeyAge, { accessKeys: unreachable })).toEqual([]);
  });
});
