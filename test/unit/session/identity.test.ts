import { describe, expect, test } from "vitest";
import type { RoleRequest } from "../../../src/profile/role.ts";
import { partitionOfRequest, sourceIdOf } from "../../../src/session/identity.ts";
import { mfaIdentityOf, userIdOf } from "../../../src/session/mfa-identity.ts";
import { DEVICE, plainRequest, plainSource } from "../support/profiles.ts";

const REGIONAL = { fips: false, dualStack: false, legacyGlobal: false };
const ROLE: RoleRequest = { arn: "arn:aws:iam::123456789012:role/admin", profile: "admin" };

const request = plainRequest();
const KEY_ID = "AKIAEXAMPLE";
const { sessionId } = mfaIdentityOf(request, KEY_ID, DEVICE);

/** Sessions of the plain request with another key. */
const withKey = (accessKeyId: string, device = DEVICE) => mfaIdentityOf(request, accessKeyId, device);

describe("an MFA session is the same one", () => {
  test.each([
    ["in another region", { region: "eu-west-1" }],
    ["for another duration", { sessionDurationSeconds: 900 }],
    ["under another name", { name: "other" }],
    [
      "with another way to get the code",
      { source: plainSource({ mfa: { serial: DEVICE, program: "pass" } }), prompt: "none" as const },
    ],
    ["on the dual-stack endpoint", { endpoint: { ...REGIONAL, dualStack: true } }],
    ["with a custom endpoint for IAM", { endpoint: { ...REGIONAL, iamUrl: "http://localhost:1" } }],
    [
      "from a profile with another name",
      {
        source: plainSource({
          profile: "other",
          keys: { ...plainSource().keys, profile: "other", secretAccessKey: "x" },
        }),
      },
    ],
    ["below a role", { roles: [ROLE] }],
  ])("%s", (_, changes) => {
    expect(mfaIdentityOf(plainRequest(changes), KEY_ID, DEVICE).sessionId).toBe(sessionId);
  });
});

describe("an MFA session is another one", () => {
  test("with another access key", () => {
    expect(withKey("AKIAOTHER").sessionId).not.toBe(sessionId);
  });

  test("with another device", () => {
    expect(withKey(KEY_ID, `${DEVICE}2`).sessionId).not.toBe(sessionId);
  });

  test.each([
    ["a custom", { stsUrl: "http://localhost:1" }],
    ["the FIPS", { fips: true }],
    ["the legacy global", { legacyGlobal: true }],
  ])("at %s endpoint", (_, changes) => {
    const its = plainRequest({ endpoint: { ...REGIONAL, ...changes } });
    expect(mfaIdentityOf(its, KEY_ID, DEVICE).sessionId).not.toBe(sessionId);
  });

  test("in another partition", () => {
    const of = (region: string) =>
      mfaIdentityOf(plainRequest({ region, partition: undefined }), KEY_ID, "GAHT123").sessionId;
    expect(of("cn-north-1")).not.toBe(of("eu-west-1"));
    expect(of("us-east-2")).toBe(of("eu-west-1"));
  });

  test("when values only look alike once they are joined", () => {
    expect(withKey("AKIA x", "y").sessionId).not.toBe(withKey("AKIA", "x y").sessionId);
    expect(withKey('AKIA","x', "y").sessionId).not.toBe(withKey("AKIA", 'x","y').sessionId);
  });
});

describe("a role session", () => {
  const roleId = (...roles: RoleRequest[]) => mfaIdentityOf(plainRequest({ roles }), KEY_ID, DEVICE).roleIds;

  test.each([
    { arn: "arn:aws:iam::123456789012:role/other" },
    { sessionName: "jane" },
    { externalId: "x" },
    { durationSeconds: 900 },
    { tags: [{ key: "team", value: "web" }] },
    { transitiveTagKeys: ["team"] },
    { sourceIdentity: "jane" },
    { policyArns: ["arn:aws:iam::aws:policy/ReadOnlyAccess"] },
  ])("is another one with %j", (changes) => {
    expect(roleId({ ...ROLE, ...changes })).not.toEqual(roleId(ROLE));
  });

  test("is the same one from another profile", () => {
    expect(roleId({ ...ROLE, profile: "other" })).toEqual(roleId(ROLE));
  });

  test("is another one when a session name stands where an external id stood", () => {
    expect(roleId({ ...ROLE, sessionName: "x" })).not.toEqual(roleId({ ...ROLE, externalId: "x" }));
  });

  test("in a chain depends on everything below it", () => {
    const second = { ...ROLE, arn: "arn:aws:iam::123456789012:role/second" };
    const chain = roleId(ROLE, second);
    expect(chain).toHaveLength(2);
    expect(chain[0]).toBe(roleId(ROLE)[0]);
    expect(chain[1]).not.toBe(roleId(second)[0]);
  });

  test("is another one with another access key below it", () => {
    expect(mfaIdentityOf(plainRequest({ roles: [ROLE] }), "AKIAOTHER", DEVICE).roleIds).not.toEqual(roleId(ROLE));
  });
});

describe("a role that is taken with the code itself", () => {
  const direct = mfaIdentityOf(plainRequest({ source: plainSource({ direct: ROLE }) }), KEY_ID, DEVICE);

  test("is what a code is exchanged for, in place of the MFA session it is counted with", () => {
    expect(direct).toMatchObject({ mfaSessionId: sessionId, roleIds: [] });
    expect(direct.sessionId).not.toBe(sessionId);
  });

  test("is another one than the same role taken from the session", () => {
    expect(mfaIdentityOf(plainRequest({ roles: [ROLE] }), KEY_ID, DEVICE).roleIds).not.toContain(direct.sessionId);
  });

  test("is another one at another length", () => {
    const longer = plainRequest({ source: plainSource({ direct: { ...ROLE, durationSeconds: 43_200 } }) });
    expect(mfaIdentityOf(longer, KEY_ID, DEVICE).sessionId).not.toBe(direct.sessionId);
  });

  test("is below the roles above it", () => {
    const above = { ...ROLE, arn: "arn:aws:iam::123456789012:role/above" };
    const both = mfaIdentityOf(plainRequest({ source: plainSource({ direct: ROLE }), roles: [above] }), KEY_ID, DEVICE);
    expect(both.sessionId).toBe(direct.sessionId);
    expect(both.roleIds).not.toEqual(mfaIdentityOf(plainRequest({ roles: [above] }), KEY_ID, DEVICE).roleIds);
  });
});

describe("keys that come from a program", () => {
  const source = {
    kind: "program" as const,
    profile: "vault",
    command: "op-keys",
    configPath: "/home/jane/.aws/config",
  };

  test.each([{ profile: "other" }, { command: "pass-keys" }, { configPath: "/srv/config" }])(
    "are others with %j",
    (changes) => {
      expect(sourceIdOf({ ...source, ...changes })).not.toBe(sourceIdOf(source));
    },
  );
});

describe("where STS is asked", () => {
  test.each([
    [DEVICE, undefined, "us-east-1"],
    ["arn:aws-cn:iam::1:mfa/jane", undefined, "cn-northwest-1"],
    ["arn:aws-us-gov:iam::1:mfa/jane", undefined, "us-gov-west-1"],
    ["GAHT123", undefined, "us-east-1"],
    [DEVICE, "eu-west-1", "eu-west-1"],
  ])("device %s, region %s: %s", (device, region, asked) => {
    expect(mfaIdentityOf(plainRequest({ region, partition: undefined }), KEY_ID, device).region).toBe(asked);
  });

  test("is the role's partition when the device has no ARN", () => {
    const its = plainRequest({ partition: "aws-cn", region: undefined });
    expect(mfaIdentityOf(its, KEY_ID, "GAHT123")).toMatchObject({ partition: "aws-cn", region: "cn-northwest-1" });
  });

  test.each([
    [{ partition: "aws-cn", region: "eu-west-1" }, "aws-cn"],
    [{ partition: undefined, region: "us-gov-west-1" }, "aws-us-gov"],
    [{ partition: undefined, region: undefined }, "aws"],
  ])("before the device is known: %j", (changes, partition) => {
    expect(partitionOfRequest(plainRequest(changes))).toBe(partition);
  });
});

describe("the user behind the keys", () => {
  test("is remembered for the access key", () => {
    expect(userIdOf(request, "AKIAOTHER")).not.toBe(userIdOf(request, KEY_ID));
  });

  test.each([{ stsUrl: "http://localhost:1" }, { iamUrl: "http://localhost:1" }])("and for %j", (changes) => {
    expect(userIdOf(plainRequest({ endpoint: { ...REGIONAL, ...changes } }), KEY_ID)).not.toBe(
      userIdOf(request, KEY_ID),
    );
  });

  test("whatever the region", () => {
    expect(userIdOf(plainRequest({ region: "eu-west-1" }), KEY_ID)).toBe(userIdOf(request, KEY_ID));
  });
});

test("every id is a plain file name, whatever the values hold", () => {
  const [key, device] = ["../../x\0\n", "/etc/passwd"];
  const ids = mfaIdentityOf(plainRequest({ roles: [ROLE] }), key, device);
  const source = sourceIdOf({ kind: "program", profile: "../x", command: "/bin/x\0", configPath: "/" });
  for (const id of [ids.sessionId, ...ids.roleIds, userIdOf(request, key), source])
    expect(id).toMatch(/^[0-9a-f]{40}$/);
});
