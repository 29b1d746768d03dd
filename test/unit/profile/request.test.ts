import { describe, expect, test } from "vitest";
import { resolveRequest } from "../../../src/profile/request.ts";
import { failureOf } from "../support/failures.ts";
import { DEVICE, HOUSE, KEYS, OTHER_KEYS, ROLE, resolve, sharedFiles, WORK_KEYS } from "../support/profiles.ts";

describe("a profile with its own keys", () => {
  test("is asked for with the defaults", () => {
    expect(resolve("work-keys", HOUSE)).toStrictEqual({
      name: "work-keys",
      flags: {},
      source: {
        kind: "keys",
        profile: "work-keys",
        keys: { profile: "work-keys", accessKeyId: "AKIAEXAMPLE", secretAccessKey: "secret" },
        mfa: { serial: DEVICE, program: undefined },
      },
      partition: "aws",
      region: undefined,
      network: {},
      endpoint: { fips: false, dualStack: false, legacyGlobal: false },
      prompt: "auto",
      sessionDurationSeconds: 43_200,
      roles: [],
      isForced: false,
      minRemainingSeconds: 0,
    });
  });

  test("uses them although source_profile names another, unless it takes a role", () => {
    const profiles = { a: { ...KEYS, source_profile: "b" }, b: OTHER_KEYS };
    expect(resolve("a", profiles).source.profile).toBe("a");
  });

  test.each([
    ["../../etc/passwd"],
    ["__proto__"],
    ["constructor"],
    ["-x"],
    ["my profile"],
    [`it's "quoted"`],
    ["two\nlines"],
    ["🔑"],
    ["n".repeat(300)],
  ])("may have any name: %j", (name) => {
    const files = sharedFiles([[name, WORK_KEYS]]);
    expect(resolveRequest(name, {}, files, {})).toMatchObject({ name, source: { profile: name } });
  });
});

describe("source_profile", () => {
  test("gives its keys to a profile that has none", () => {
    expect(resolve("a", { a: { source_profile: "b" }, b: WORK_KEYS }).source.profile).toBe("b");
  });

  test("is followed further", () => {
    const profiles = { a: { source_profile: "b" }, b: { source_profile: "c" }, c: WORK_KEYS };
    expect(resolve("a", profiles)).toMatchObject({ source: { profile: "c", mfa: { serial: DEVICE } } });
  });

  test("that names the profile itself means its own keys", () => {
    const role = { ...WORK_KEYS, role_arn: ROLE, source_profile: "a" };
    expect(resolve("a", { a: role })).toMatchObject({ source: { profile: "a" }, roles: [{ arn: ROLE }] });
    expect(resolve("a", { a: { ...KEYS, source_profile: "a" } }).source.profile).toBe("a");
  });

  test("that names the profile itself, which has no keys, is refused for want of keys", () => {
    expect(failureOf(() => resolve("a", { a: { role_arn: ROLE, source_profile: "a" } })).message).toBe(
      "no long-term keys for a",
    );
  });

  test("that is missing is refused, naming who refers to it", () => {
    const failure = failureOf(() => resolve("a", { a: { source_profile: "b" } }));
    expect(failure.status).toBe(3);
    expect(failure.message).toBe("there is no profile b, which a refers to");
  });

  test("may be given by a flag, above the profile's own", () => {
    const profiles = { a: { source_profile: "b" }, b: KEYS, c: OTHER_KEYS };
    expect(resolve("a", profiles, { sourceProfile: "c" }).source.profile).toBe("c");
  });

  test("of a flag is about the profile it stands beside only", () => {
    const profiles = { a: {}, b: { source_profile: "c" }, c: KEYS };
    expect(resolve("a", profiles, { sourceProfile: "b" }).source.profile).toBe("c");
  });
});

describe("a circle", () => {
  test.each([
    ["of two", "a", { a: { source_profile: "b" }, b: { source_profile: "a" } }, "a -> b -> a"],
    [
      "of three",
      "a",
      { a: { source_profile: "b" }, b: { source_profile: "c" }, c: { source_profile: "a" } },
      "a -> b -> c -> a",
    ],
    [
      "further down",
      "x",
      { x: { source_profile: "a" }, a: { source_profile: "b" }, b: { source_profile: "a" } },
      "a -> b -> a",
    ],
    [
      "of roles",
      "a",
      { a: { role_arn: ROLE, source_profile: "b" }, b: { role_arn: ROLE, source_profile: "a" } },
      "a -> b -> a",
    ],
    ["of a command that asks for itself", "a", { a: { credential_process: "askonce get a" } }, "a -> a"],
    [
      "of commands",
      "a",
      { a: { credential_process: "askonce get b" }, b: { credential_process: "askonce-get a" } },
      "a -> b -> a",
    ],
    ["of both", "a", { a: { source_profile: "b" }, b: { credential_process: "askonce get a" } }, "a -> b -> a"],
  ])("%s is refused and spelt out", (_, name, profiles, circle) => {
    const failure = failureOf(() => resolve(name, profiles as unknown as Record<string, Record<string, string>>));
    expect(failure.status).toBe(3);
    expect(failure.message).toContain(circle);
  });

  test("made by a flag is refused", () => {
    const profiles = { a: {}, b: { source_profile: "a" } };
    expect(failureOf(() => resolve("a", profiles, { sourceProfile: "b" })).message).toContain("a -> b -> a");
  });
});

describe("a credential_process that is askonce", () => {
  test("is followed: the calling profile can be named", () => {
    expect(resolve("work", HOUSE)).toMatchObject({
      name: "work",
      source: { profile: "work-keys", mfa: { serial: DEVICE } },
      region: "eu-west-1",
      roles: [],
    });
  });

  test("is followed below a role", () => {
    expect(resolve("admin", HOUSE)).toMatchObject({
      name: "admin",
      source: { profile: "work-keys" },
      roles: [{ arn: ROLE, profile: "admin" }],
    });
  });

  test("is followed in the profile of a role that has no source_profile", () => {
    const profiles = { ...HOUSE, admin: { role_arn: ROLE, credential_process: "askonce get work-keys" } };
    expect(resolve("admin", profiles)).toMatchObject({ source: { profile: "work-keys" }, roles: [{ arn: ROLE }] });
  });

  test("is followed with its flags", () => {
    const profiles = {
      ...HOUSE,
      work: { credential_process: `askonce get work-keys --session-duration 1h --no-prompt --mfa-serial ${DEVICE}2` },
    };
    expect(resolve("work", profiles)).toMatchObject({
      sessionDurationSeconds: 3_600,
      prompt: "none",
      source: { mfa: { serial: `${DEVICE}2` } },
    });
  });

  test("can take a role by its flags", () => {
    const profiles = { ...HOUSE, work: { credential_process: `askonce get work-keys --role-arn ${ROLE}` } };
    expect(resolve("work", profiles).roles).toEqual([{ arn: ROLE, profile: "work-keys" }]);
  });

  test("is not followed where the profile has keys of its own", () => {
    const profiles = { ...HOUSE, work: { ...HOUSE.work, ...OTHER_KEYS } };
    expect(resolve("work", profiles).source.profile).toBe("work");
  });

  test("that askonce would refuse is a usage error", () => {
    const profiles = { work: { credential_process: "askonce get work-keys --nope" } };
    expect(failureOf(() => resolve("work", profiles)).code).toBe("usage");
  });

  test("of a profile that is missing is refused, naming both", () => {
    const profiles = { work: { credential_process: "askonce get gone" } };
    expect(failureOf(() => resolve("work", profiles)).message).toBe("there is no profile gone, which work refers to");
  });
});

describe("a role", () => {
  test("has its settings from its own profile only", () => {
    const profiles = {
      top: {
        role_arn: ROLE,
        source_profile: "base",
        external_id: "x",
        role_session_name: "jane",
        duration_seconds: "1800",
      },
      base: { ...WORK_KEYS, external_id: "no", role_session_name: "no", duration_seconds: "900" },
    };
    expect(resolve("top", profiles).roles).toEqual([
      { arn: ROLE, profile: "top", externalId: "x", sessionName: "jane", durationSeconds: 1_800 },
    ]);
  });

  test("does not lend its settings to the role above", () => {
    const profiles = {
      top: { role_arn: `${ROLE}-top`, source_profile: "middle" },
      middle: { role_arn: ROLE, source_profile: "base", external_id: "x" },
      base: WORK_KEYS,
    };
    expect(resolve("top", profiles).roles).toEqual([
      { arn: ROLE, profile: "middle", externalId: "x" },
      { arn: `${ROLE}-top`, profile: "top" },
    ]);
  });

  test("with keys of its own is taken with them", () => {
    expect(resolve("a", { a: { ...WORK_KEYS, role_arn: ROLE } })).toMatchObject({
      source: { profile: "a" },
      roles: [{ arn: ROLE }],
    });
  });

  test("with keys of its own and a source_profile is taken with the source's, as AWS's clients do", () => {
    const profiles = { a: { ...KEYS, role_arn: ROLE, source_profile: "b" }, b: OTHER_KEYS };
    expect(resolve("a", profiles).source.profile).toBe("b");
  });

  test("may be given by a flag, above the profile's own", () => {
    expect(resolve("admin", HOUSE, { roleArn: `${ROLE}2`, roleDurationSeconds: 900 }).roles).toEqual([
      { arn: `${ROLE}2`, profile: "admin", durationSeconds: 900 },
    ]);
    expect(resolve("work-keys", HOUSE, { roleArn: ROLE }).roles).toHaveLength(1);
  });

  test.each(["admin", "role/admin", "arn:aws:iam::210987654321", "https://host"])("of %s is refused", (arn) => {
    const failure = failureOf(() => resolve("a", { a: { ...KEYS, role_arn: arn } }));
    expect(failure.status).toBe(3);
    expect(failure.message).toBe("role_arn of a is not an ARN");
  });

  test.each(["899", "43201", "13h"])("of %s is refused by its duration_seconds", (duration_seconds) => {
    const profiles = { a: { ...KEYS, role_arn: ROLE, duration_seconds } };
    expect(failureOf(() => resolve("a", profiles)).message).toContain("duration_seconds");
  });
});

describe("keys", () => {
  test("that nobody has are refused, with the file to put them in", () => {
    const failure = failureOf(() => resolve("a", { a: { region: "eu-west-1" } }));
    expect(failure.status).toBe(3);
    expect(failure.message).toBe("no long-term keys for a");
    expect(failure.hint).toContain("/home/jane/.aws/creds");
  });

  test.each([{ aws_access_key_id: "AKIA" }, { aws_secret_access_key: "hunter2" }, { ...KEYS, aws_access_key_id: "" }])(
    "of which one half is missing are refused: %j",
    (keys) => {
      const failure = failureOf(() => resolve("a", { a: keys as Record<string, string> }));
      expect(failure.message).toBe("the keys of a are incomplete");
      expect(failure.line).not.toContain("hunter2");
    },
  );

  test("of which one half is here are not completed by another profile's", () => {
    const profiles = { a: { aws_access_key_id: "AKIA", source_profile: "b" }, b: KEYS };
    expect(failureOf(() => resolve("a", profiles)).message).toBe("the keys of a are incomplete");
  });

  test.each([
    { ...KEYS, aws_session_token: "hunter2" },
    { aws_access_key_id: "ASIAEXAMPLE", aws_secret_access_key: "hunter2" },
  ])("that are temporary are refused: STS gives no session for them", (keys) => {
    const failure = failureOf(() => resolve("a", { a: keys }));
    expect(failure.status).toBe(3);
    expect(failure.message).toContain("temporary");
    expect(failure.line).not.toContain("hunter2");
  });

  test("of the environment are never the source", () => {
    const env = { AWS_ACCESS_KEY_ID: "AKIAENV", AWS_SECRET_ACCESS_KEY: "env", AWS_PROFILE: "work-keys" };
    expect(failureOf(() => resolve("a", { ...HOUSE, a: {} }, {}, env)).message).toBe("no long-term keys for a");
    expect(resolve("work-keys", HOUSE, {}, env).source).toMatchObject({ keys: { accessKeyId: "AKIAEXAMPLE" } });
  });
});

test("a profile that does not exist is refused, with the files that were read", () => {
  for (const name of ["nobody", "__proto__", "constructor", ""]) {
    const failure = failureOf(() => resolve(name, HOUSE));
    expect(failure.status).toBe(3);
    expect(failure.hint).toContain("/home/jane/.aws/config");
  }
});

describe("a profile that cannot be served rightly is refused", () => {
  test.each(["arn:aws:iam::1:u2f/user/jane/key", "arn:aws:iam::1:fido/jane"])("a security key: %s", (mfa_serial) => {
    const failure = failureOf(() => resolve("a", { a: { ...KEYS, mfa_serial } }));
    expect(failure.status).toBe(3);
    expect(failure.message).toContain("security key");
  });

  test("a security key given by a flag", () => {
    expect(failureOf(() => resolve("a", { a: KEYS }, { mfaSerial: "arn:aws:iam::1:fido/jane" })).status).toBe(3);
  });
});

test("the endpoint is the nearest profile's, and the environment's above it", () => {
  const profiles = { ...HOUSE, work: { ...HOUSE.work, endpoint_url: "http://localhost:1" } };
  expect(resolve("admin", profiles).endpoint.stsUrl).toBe("http://localhost:1");
  expect(resolve("admin", profiles, {}, { AWS_ENDPOINT_URL: "http://localhost:2" }).endpoint.stsUrl).toBe(
    "http://localhost:2",
  );
});

test("the network is that of the nearest profile and the environment", () => {
  const profiles = { ...HOUSE, work: { ...HOUSE.work, ca_bundle: "/work.pem" } };
  expect(resolve("admin", profiles, {}, { HTTPS_PROXY: "http://proxy" }).network).toEqual({
    caBundle: { value: "/work.pem", setBy: "ca_bundle of profile work" },
    httpsProxy: { value: "http://proxy", setBy: "HTTPS_PROXY" },
  });
});
