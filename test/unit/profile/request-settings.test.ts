/** The settings of a request: the MFA session, its least remaining time, `mfa_mode`, region and partition. */

import { describe, expect, test } from "vitest";
import type { Flags } from "../../../src/args.ts";
import { failureOf } from "../support/failures.ts";
import { DEVICE, HOUSE, KEYS, ROLE, resolve, WORK_KEYS } from "../support/profiles.ts";

describe("a setting of the MFA session", () => {
  const chain = {
    top: { role_arn: ROLE, source_profile: "middle" },
    middle: { source_profile: "base" },
    base: WORK_KEYS,
  };
  const withKeys = (top: object, middle: object, base: object) => ({
    top: { ...chain.top, ...top },
    middle: { ...chain.middle, ...middle },
    base: { ...chain.base, ...base },
  });

  test.each([
    ["mfa_serial", "mfaSerial", ["A", "B", "C"], "F"],
    ["mfa_process", "mfaProcess", ["a", "b", "c"], "f"],
    ["region", "region", ["aa", "bb", "cc"], "ff"],
  ] as const)("%s: flag, then NAME, then the nearest source_profile", (key, setting, [a, b, c], flag) => {
    const settingIn = (top: object, middle: object, base: object, flags: Flags = {}) => {
      const { region, source } = resolve("top", withKeys(top, middle, base), flags);
      return { region, mfaSerial: source.mfa.serial, mfaProcess: source.mfa.program }[setting];
    };
    expect(settingIn({ [key]: a }, { [key]: b }, { [key]: c }, { [setting]: flag })).toBe(flag);
    expect(settingIn({ [key]: a }, { [key]: b }, { [key]: c })).toBe(a);
    expect(settingIn({}, { [key]: b }, { [key]: c })).toBe(b);
    expect(settingIn({}, {}, { [key]: c })).toBe(c);
  });

  test("session_duration goes the same way, and is 12 h where nobody says", () => {
    const all = withKeys({ session_duration: "1h" }, { session_duration: "2h" }, { session_duration: "3h" });
    expect(resolve("top", all, { sessionDurationSeconds: 900 }).sessionDurationSeconds).toBe(900);
    expect(resolve("top", all).sessionDurationSeconds).toBe(3_600);
    expect(resolve("middle", all).sessionDurationSeconds).toBe(7_200);
    expect(resolve("top", chain).sessionDurationSeconds).toBe(43_200);
  });

  test("mfa_prompt goes the same way, with ASKONCE_PROMPT below the profiles", () => {
    const all = withKeys({}, { mfa_prompt: "terminal" }, { mfa_prompt: "none" });
    expect(resolve("top", all, { prompt: "auto" }).prompt).toBe("auto");
    expect(resolve("top", all).prompt).toBe("terminal");
    expect(resolve("top", all, {}, { ASKONCE_PROMPT: "none" }).prompt).toBe("terminal");
    expect(resolve("top", chain, {}, { ASKONCE_PROMPT: "none" }).prompt).toBe("none");
    expect(resolve("top", chain, {}, { ASKONCE_PROMPT: "" }).prompt).toBe("auto");
  });

  test("--no-prompt stands above every choice of a prompt", () => {
    expect(resolve("top", chain, { noPrompt: true, prompt: "terminal" }).prompt).toBe("none");
  });

  test("of a flag stands above nearer profiles when the flag is in a command that is followed", () => {
    const profiles = {
      admin: { role_arn: ROLE, source_profile: "work", region: "ap-south-1", session_duration: "2h" },
      work: { credential_process: "askonce get work-keys --region us-west-2 --session-duration 1h" },
      "work-keys": WORK_KEYS,
    };
    expect(resolve("admin", profiles)).toMatchObject({ region: "us-west-2", sessionDurationSeconds: 3_600 });
  });

  test("of a typed flag stands above the same flag in a command that is followed", () => {
    const profiles = { ...HOUSE, work: { credential_process: "askonce get work-keys --region us-west-2" } };
    expect(resolve("work", profiles, { region: "eu-north-1" }).region).toBe("eu-north-1");
  });

  test("of a flag in a command that is followed stands above the profile it names", () => {
    const profiles = {
      work: { credential_process: "askonce get work-keys --region us-west-2" },
      "work-keys": { ...WORK_KEYS, region: "eu-north-1" },
    };
    expect(resolve("work", profiles).region).toBe("us-west-2");
  });

  test.each(["899", "129601", "37h", "1d", "soon"])("session_duration = %s is refused", (session_duration) => {
    const failure = failureOf(() => resolve("a", { a: { ...KEYS, session_duration } }));
    expect(failure.status).toBe(3);
    expect(failure.message).toContain("session_duration");
  });

  test.each([
    ["900", 900],
    ["36h", 129_600],
    ["129600", 129_600],
  ])("session_duration = %s is taken", (session_duration, seconds) => {
    expect(resolve("a", { a: { ...KEYS, session_duration } }).sessionDurationSeconds).toBe(seconds);
  });

  test.each(["pigeon", "AUTO", "__proto__"])("mfa_prompt = %s is refused", (mfa_prompt) => {
    expect(failureOf(() => resolve("a", { a: { ...KEYS, mfa_prompt } })).code).toBe("configuration");
  });

  test("ASKONCE_PROMPT that is no choice is refused", () => {
    expect(failureOf(() => resolve("work", HOUSE, {}, { ASKONCE_PROMPT: "x" })).code).toBe("configuration");
  });
});

describe("the region", () => {
  const bare = { a: KEYS };

  test.each([
    [{ region: "flag" }, { region: "own" }, { AWS_REGION: "env", AWS_DEFAULT_REGION: "default" }, "flag"],
    [{}, { region: "own" }, { AWS_REGION: "env", AWS_DEFAULT_REGION: "default" }, "own"],
    [{}, {}, { AWS_REGION: "env", AWS_DEFAULT_REGION: "default" }, "env"],
    [{}, {}, { AWS_REGION: "", AWS_DEFAULT_REGION: "default" }, "default"],
    [{}, {}, {}, undefined],
  ])("of flag %j, profile %j and environment %j is %s", (flags, keys, env, region) => {
    expect(resolve("a", { a: { ...KEYS, ...keys } as Record<string, string> }, flags, env).region).toBe(region);
  });

  test.each([
    "evil.com/",
    "evil.com",
    "us-east-1.evil.com#",
    "us-east-1/",
    "us-east-1?x",
    "us-east-1@evil",
    "us east 1",
    "us-east-1\n",
    "-us-east-1",
    "us-east-1-",
    "üs-east-1",
    "%2e",
    "a".repeat(64),
    "..",
  ])("%j is refused wherever it comes from: it would become part of a host name", (region) => {
    const ways = [
      () => resolve("a", bare, { region }),
      () => resolve("a", { a: { ...KEYS, region } }),
      () => resolve("a", bare, {}, { AWS_REGION: region }),
      () => resolve("a", bare, {}, { AWS_DEFAULT_REGION: region }),
    ];
    for (const way of ways) {
      const failure = failureOf(way);
      expect(failure.status).toBe(3);
      expect(failure.message).toContain("is not a region");
    }
  });
});

describe("the partition", () => {
  test.each([
    [{ mfa_serial: "arn:aws-cn:iam::1:mfa/jane" }, "aws-cn"],
    [{ mfa_serial: "GAHT123" }, undefined],
    [{}, undefined],
    [{ mfa_serial: "GAHT123", role_arn: "arn:aws-us-gov:iam::1:role/r" }, "aws-us-gov"],
  ])("of %j is %s", (keys, partition) => {
    expect(resolve("a", { a: { ...KEYS, ...keys } as Record<string, string> }).partition).toBe(partition);
  });
});

describe("min_remaining", () => {
  const keys = { ...KEYS, mfa_serial: DEVICE };

  test.each([
    [{ session_duration: "1h", min_remaining: "30m" }, 1800],
    [{ session_duration: "1h", min_remaining: "1800" }, 1800],
    [{}, 0],
  ])("%j", (more, seconds) => {
    expect(resolve("a", { a: { ...keys, ...more } as Record<string, string> }).minRemainingSeconds).toBe(seconds);
  });

  test.each([
    ["a session's", { session_duration: "1h", min_remaining: "1801" }],
    ["a role's hour", { role_arn: ROLE, duration_seconds: "43200", min_remaining: "31m" }],
    ["a shorter role's", { role_arn: ROLE, duration_seconds: "900", min_remaining: "451" }],
    ["a direct role's", { role_arn: ROLE, duration_seconds: "2h", mfa_mode: "direct", min_remaining: "61m" }],
  ])("over half of %s life is a mistake of the command", (_, more) => {
    const failure = failureOf(() => resolve("a", { a: { ...keys, ...more } }));
    expect(failure.status).toBe(2);
    expect(failure.message).toMatch(/^min_remaining of .* is over half of the .* that a is asked for$/);
  });

  test("of up to half of it is none", () => {
    const direct = { role_arn: ROLE, duration_seconds: "2h", mfa_mode: "direct", min_remaining: "60m" };
    expect(resolve("a", { a: { ...keys, ...direct } }).minRemainingSeconds).toBe(3600);
  });

  test("may be given by a flag, above the profile", () => {
    const its = resolve("a", { a: { ...keys, min_remaining: "2h" } }, { minRemainingSeconds: 60, force: true });
    expect(its).toMatchObject({ minRemainingSeconds: 60, isForced: true });
  });
});

describe("mfa_mode", () => {
  const role = { ...KEYS, mfa_serial: DEVICE, role_arn: ROLE };

  test("direct has the lowest role take the place of the MFA session", () => {
    const second = "arn:aws:iam::210987654321:role/second";
    const profiles = { a: { ...role, mfa_mode: "direct" }, b: { role_arn: second, source_profile: "c" }, c: {} };
    expect(resolve("a", profiles)).toMatchObject({ source: { direct: { arn: ROLE } }, roles: [] });
    const chain = {
      top: { role_arn: second, source_profile: "middle", mfa_mode: "direct" },
      middle: { role_arn: ROLE, source_profile: "keys" },
      keys: KEYS,
    };
    expect(resolve("top", chain)).toMatchObject({ source: { direct: { arn: ROLE } }, roles: [{ arn: second }] });
  });

  test("session, and direct without a role, change nothing", () => {
    expect(resolve("a", { a: { ...role, mfa_mode: "session" } })).not.toHaveProperty("source.direct");
    expect(resolve("a", { a: { ...KEYS, mfa_mode: "direct" } })).not.toHaveProperty("source.direct");
  });

  test("of any other kind is refused", () => {
    const failure = failureOf(() => resolve("a", { a: { ...role, mfa_mode: "Direct" } }));
    expect(failure).toMatchObject({ status: 3, message: "mfa_mode = Direct of a is not known" });
  });
});
