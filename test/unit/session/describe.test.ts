import { describe, expect, test } from "vitest";
import { describeSource, lockIdsOf, sessionIdsOf } from "../../../src/session/describe.ts";
import { sourceIdOf } from "../../../src/session/identity.ts";
import { deviceIdOf, mfaIdentityOf, userIdOf } from "../../../src/session/mfa-identity.ts";
import { DEVICE, plainRequest, plainSource, resolve } from "../support/profiles.ts";

const ROLE = { arn: "arn:aws:iam::123456789012:role/admin", profile: "admin" };
const KEY_ID = "AKIAEXAMPLE";

describe("what is shown of a source", () => {
  test("is its profile, the device it names and the end of the key id", () => {
    expect(describeSource(plainRequest())).toEqual({
      profile: "work",
      role: undefined,
      device: DEVICE,
      keyEnd: "MPLE",
    });
  });

  test("is the device of its session if that is known", () => {
    const request = plainRequest({ source: plainSource({ mfa: { serial: undefined, program: undefined } }) });
    expect(describeSource(request).device).toBeUndefined();
    expect(describeSource(request, mfaIdentityOf(request, KEY_ID, "GAHT1")).device).toBe("GAHT1");
  });

  test("is the role of a direct session", () => {
    expect(describeSource(plainRequest({ source: plainSource({ direct: ROLE }) })).role).toBe(ROLE.arn);
  });

  test.each(["AKIA1234", ""])("has no end of the key id %j, which would show too much of it", (accessKeyId) => {
    const keys = { profile: "work", accessKeyId, secretAccessKey: "s" };
    expect(describeSource(plainRequest({ source: plainSource({ keys }) })).keyEnd).toBeUndefined();
  });

  test("has no end of the key id where a program has the keys", () => {
    const request = resolve("vault", { vault: { credential_process: "op-keys" } });
    expect(describeSource(request)).toMatchObject({ profile: "vault", keyEnd: undefined });
  });
});

describe("the ids of a request", () => {
  const request = plainRequest({ source: plainSource({ direct: ROLE }), roles: [{ ...ROLE, arn: `${ROLE.arn}2` }] });
  const identity = mfaIdentityOf(request, KEY_ID, DEVICE);

  test("name its sessions, and the MFA session of the same key and device", () => {
    expect(sessionIdsOf(identity)).toEqual([identity.mfaSessionId, identity.sessionId, identity.roleIds[0]]);
  });

  test("name the locks of its source, sessions, user and device", () => {
    expect(lockIdsOf(request, identity)).toEqual([
      sourceIdOf(request.source),
      identity.sessionId,
      identity.roleIds[0],
      userIdOf(request, KEY_ID),
      deviceIdOf(DEVICE),
    ]);
  });

  test("name the locks of its source only while its session is not known", () => {
    expect(lockIdsOf(request)).toEqual([sourceIdOf(request.source)]);
  });
});
