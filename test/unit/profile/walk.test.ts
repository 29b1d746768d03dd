import { describe, expect, test } from "vitest";
import type { Flags } from "../../../src/args.ts";
import { failureOf } from "../support/failures.ts";
import { DEVICE, KEYS, resolve } from "../support/profiles.ts";

const ROLE = "arn:aws:iam::210987654321:role/admin";
const OTHER_ROLE = "arn:aws:iam::210987654321:role/other";
type Profiles = Record<string, Record<string, string>>;

/** Role above calling profile above keys, each of the first two with something included. */
const HOUSE: Profiles = {
  admin: { role_arn: ROLE, source_profile: "work", include_profile: "admin-more" },
  "admin-more": {},
  work: { credential_process: "askonce get work-keys", include_profile: "work-more" },
  "work-more": { include_profile: "work-most" },
  "work-most": {},
  "work-keys": { ...KEYS, mfa_serial: DEVICE },
};

describe("a setting of the MFA session", () => {
  /** Nearest first, as interface and help have it. */
  const ORDER = ["admin", "admin-more", "work", "work-more", "work-most", "work-keys"];
  const SETTINGS: [string, (at: string) => string, (request: ReturnType<typeof resolve>) => unknown][] = [
    ["mfa_serial", (at) => `arn:aws:iam::1:mfa/${at}`, (request) => request.source.mfa.serial],
    ["mfa_process", (at) => `phone ${at}`, (request) => request.source.mfa.program],
    ["session_duration", (at) => `${1000 + ORDER.indexOf(at)}`, (request) => `${request.sessionDurationSeconds}`],
    ["region", (at) => `region-${ORDER.indexOf(at)}`, (request) => request.region],
    ["endpoint_url", (at) => `http://${at}.example`, (request) => request.endpoint.stsUrl],
  ];

  test.each(SETTINGS)("%s is the nearest one's, what a profile includes coming right after it", (key, value, of) => {
    for (const [index, nearest] of ORDER.entries()) {
      const profiles = Object.fromEntries(
        Object.entries(HOUSE).map(([name, keys]) => {
          const { [key]: _, ...others } = keys;
          return [name, ORDER.indexOf(name) >= index ? { ...others, [key]: value(name) } : others];
        }),
      );
      expect([nearest, of(resolve("admin", profiles))]).toEqual([nearest, value(nearest)]);
    }
  });

  test("min_remaining is about what is printed: not taken from below the role that gives it", () => {
    const profiles = { ...HOUSE, work: { ...HOUSE.work, min_remaining: "60" } };
    expect(resolve("admin", profiles).minRemainingSeconds).toBe(0);
    expect(resolve("work", profiles).minRemainingSeconds).toBe(60);
    const nearer = { ...profiles, "admin-more": { min_remaining: "70" } };
    expect(resolve("admin", nearer).minRemainingSeconds).toBe(70);
  });

  test("mfa_mode and mfa_prompt are the nearest one's too", () => {
    const profiles = { ...HOUSE, "work-most": { mfa_mode: "direct", mfa_prompt: "none" } };
    expect(resolve("admin", profiles)).toMatchObject({ source: { direct: { arn: ROLE } }, roles: [], prompt: "none" });
    const nearer = { ...profiles, "admin-more": { mfa_mode: "session", mfa_prompt: "terminal" } };
    expect(resolve("admin", nearer)).toMatchObject({ roles: [{ arn: ROLE }], prompt: "terminal" });
  });
});

describe("include_profile", () => {
  test("lends no role, no role settings and no keys", () => {
    const profiles = {
      a: { ...KEYS, include_profile: "b" },
      b: { role_arn: ROLE, external_id: "x", source_profile: "c", aws_session_token: "t" },
      c: KEYS,
    };
    expect(resolve("a", profiles)).toMatchObject({ source: { profile: "a" }, roles: [] });
    const role = { a: { ...KEYS, role_arn: OTHER_ROLE, include_profile: "b" }, b: { external_id: "x" } };
    expect(resolve("a", role).roles).toStrictEqual([{ arn: OTHER_ROLE, profile: "a" }]);
    expect(failureOf(() => resolve("a", { a: { include_profile: "b" }, b: KEYS })).message).toBe(
      "no long-term keys for a",
    );
  });

  test("may be shared by profiles of one chain", () => {
    const profiles = {
      a: { role_arn: ROLE, source_profile: "b", include_profile: "more" },
      b: { ...KEYS, include_profile: "more" },
      more: { mfa_serial: DEVICE },
    };
    expect(resolve("a", profiles).source.mfa.serial).toBe(DEVICE);
  });

  test.each([
    ["itself", { a: { ...KEYS, include_profile: "a" } }, "a -> a"],
    [
      "each other",
      { a: { ...KEYS, include_profile: "b" }, b: { include_profile: "c" }, c: { include_profile: "b" } },
      "a -> b -> c -> b",
    ],
  ])("of profiles that include %s is refused, spelt out", (_, profiles, circle) => {
    const failure = failureOf(() => resolve("a", profiles as unknown as Profiles));
    expect(failure.status).toBe(3);
    expect(failure.message).toContain(circle);
  });

  test("of a profile that is missing is refused, naming who includes it", () => {
    const failure = failureOf(() => resolve("a", { a: { ...KEYS, include_profile: "b" } }));
    expect(failure.message).toBe("there is no profile b, which a refers to");
  });
});

describe("whose keys", () => {
  const keysOf = (name: string, profiles: Profiles, flags: Flags = {}) => resolve(name, profiles, flags).source.profile;

  test("--source-profile stands above a profile's own keys", () => {
    const profiles = { a: KEYS, b: { ...KEYS, aws_access_key_id: "AKIAOTHER" } };
    expect(keysOf("a", profiles)).toBe("a");
    expect(keysOf("a", profiles, { sourceProfile: "b" })).toBe("b");
    expect(keysOf("a", profiles, { sourceProfile: "a" })).toBe("a");
  });

  test("a source's own keys stand above its role, as in the AWS CLI", () => {
    const profiles = {
      a: { role_arn: ROLE, source_profile: "b" },
      b: { ...KEYS, role_arn: OTHER_ROLE, source_profile: "c" },
      c: KEYS,
    };
    expect(resolve("a", profiles)).toMatchObject({ source: { profile: "b" }, roles: [{ arn: ROLE }] });
    expect(resolve("b", profiles)).toMatchObject({ source: { profile: "c" }, roles: [{ arn: OTHER_ROLE }] });
  });

  test("a followed command names its profile as a command line would: the role is taken", () => {
    const profiles = {
      a: { credential_process: "askonce get b" },
      b: { ...KEYS, role_arn: ROLE },
    };
    expect(resolve("a", profiles)).toMatchObject({ source: { profile: "b" }, roles: [{ arn: ROLE }] });
  });

  test("a program gives them when there are none in the files", () => {
    const profiles = { a: { credential_process: "/bin/keys --of jane" } };
    expect(resolve("a", profiles).source).toStrictEqual({
      kind: "program",
      profile: "a",
      command: "/bin/keys --of jane",
      configPath: "/home/jane/.aws/config",
      mfa: { serial: undefined, program: undefined },
    });
    expect(resolve("a", { a: { ...profiles.a, ...KEYS } }).source).toMatchObject({
      keys: { accessKeyId: "AKIAEXAMPLE" },
    });
  });

  test("a source_profile stands above a program", () => {
    expect(keysOf("a", { a: { credential_process: "/bin/keys", source_profile: "b" }, b: KEYS })).toBe("b");
  });

  test("a program is a source for roles above it, and for the profile itself", () => {
    const program = { credential_process: "/bin/keys" };
    const profiles = {
      a: { role_arn: ROLE, source_profile: "b" },
      b: program,
      c: { ...program, role_arn: ROLE, source_profile: "c" },
    };
    expect(resolve("a", profiles)).toMatchObject({ source: { profile: "b" }, roles: [{ arn: ROLE }] });
    expect(resolve("c", profiles)).toMatchObject({ source: { profile: "c" }, roles: [{ arn: ROLE }] });
  });
});
