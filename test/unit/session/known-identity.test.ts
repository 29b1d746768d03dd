import { describe, expect, test } from "vitest";
import { sourceIdOf } from "../../../src/session/identity.ts";
import { knownIdentity, type UserOf, usersReadFor } from "../../../src/session/known-identity.ts";
import { mfaIdentityOf, userIdOf } from "../../../src/session/mfa-identity.ts";
import { DEVICE, plainRequest, plainSource, resolve } from "../support/profiles.ts";

const NAMED = plainRequest();
const UNNAMED = plainRequest({ source: plainSource({ mfa: { serial: undefined, program: undefined } }) });
const PROGRAM = resolve("vault", { vault: { credential_process: "op-keys" } });
const KEY_ID = "AKIAEXAMPLE";

const nothing: UserOf = () => ({});

/** UserOf facts by id. It fails for an id that must not be read. */
function learnt(facts: Record<string, ReturnType<UserOf>>): UserOf {
  return (id) => {
    const fact = facts[id];
    if (fact === undefined) throw new Error(`read ${id}`);
    return fact;
  };
}

describe("static keys", () => {
  test("with a named device are known without reading anything", () => {
    expect(knownIdentity(NAMED, learnt({}))).toEqual(mfaIdentityOf(NAMED, KEY_ID, DEVICE));
    expect(usersReadFor(NAMED, learnt({}))).toEqual([]);
  });

  test("without a device are not known", () => {
    expect(knownIdentity(UNNAMED, nothing)).toBeUndefined();
  });

  test("have the device that was learnt of their user", () => {
    const user = userIdOf(UNNAMED, KEY_ID);
    expect(knownIdentity(UNNAMED, learnt({ [user]: { serial: "GAHT1" } }))).toMatchObject({ device: "GAHT1" });
    expect(usersReadFor(UNNAMED, nothing)).toEqual([user]);
  });
});

describe("keys of a program", () => {
  const source = sourceIdOf(PROGRAM.source);
  const user = userIdOf(PROGRAM, KEY_ID);

  test("are not known before their key id is learnt, and no user is read", () => {
    expect(knownIdentity(PROGRAM, learnt({ [source]: {} }))).toBeUndefined();
    expect(usersReadFor(PROGRAM, nothing)).toEqual([source]);
  });

  test("are known by the key id and the device that were learnt", () => {
    const facts = learnt({ [source]: { accessKeyId: KEY_ID }, [user]: { serial: DEVICE } });
    expect(knownIdentity(PROGRAM, facts)).toEqual(mfaIdentityOf(PROGRAM, KEY_ID, DEVICE));
    expect(usersReadFor(PROGRAM, facts)).toEqual([source, user]);
  });
});
