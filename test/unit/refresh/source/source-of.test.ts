import { describe, expect, test } from "vitest";
import type { SessionRequest } from "../../../../src/profile/request.ts";
import type { Asking, RefreshInput } from "../../../../src/refresh/input.ts";
import { sourceOf } from "../../../../src/refresh/source/source-of.ts";
import { openStore } from "../../../../src/refresh/store/store.ts";
import { sourceIdOf } from "../../../../src/session/identity.ts";
import { mfaIdentityOf, userIdOf } from "../../../../src/session/mfa-identity.ts";
import { bindCredentials } from "../../../../src/session/stored-session.ts";
import { contextOf, DEVICE, plainRequest, plainSource, resolve } from "../../support/profiles.ts";

const KEY_ID = "AKIAEXAMPLE";
const VAULT = { vault: { credential_process: "/nowhere/op-keys", mfa_serial: DEVICE } };

/** A refresh that keeps everything in memory. */
function inputOf(request: SessionRequest, asking: Asking = {}): RefreshInput {
  const context = contextOf();
  return { request, context, asking, isEarly: false, store: openStore({ usable: false, root: "/", why: "" }, context) };
}

describe("static keys as a source", () => {
  test("are identified by the device that the profile names", async () => {
    const request = plainRequest();
    const { identity } = await sourceOf(inputOf(request)).identify();
    expect(identity).toEqual(mfaIdentityOf(request, KEY_ID, DEVICE));
  });

  test("are identified by the remembered device", async () => {
    const request = plainRequest({ source: plainSource({ mfa: { serial: undefined, program: undefined } }) });
    const input = inputOf(request);
    input.store.users.keep(userIdOf(request, KEY_ID), { serial: "GAHT1" });
    const { identity } = await sourceOf(input).identify();
    expect(identity).toEqual(mfaIdentityOf(request, KEY_ID, "GAHT1"));
  });

  test("begin although no person may be prompted: another process may make the session", async () => {
    const source = plainSource({ mfa: { serial: undefined, program: undefined } });
    await expect(sourceOf(inputOf(plainRequest({ source, prompt: "none" }))).begin()).resolves.toBeUndefined();
  });

  test("return the stored session that is enough, without a prompt", async () => {
    const request = plainRequest({ prompt: "none" });
    const input = inputOf(request);
    const source = await sourceOf(input).identify();
    const session = bindCredentials(
      {
        id: source.identity.sessionId,
        profile: "work",
        issuedAtMs: 0,
        expiresAtMs: Number.MAX_SAFE_INTEGER,
        clockOffsetMs: 0,
      },
      { accessKeyId: "ASIA", secretAccessKey: "s", sessionToken: "t" },
    );
    await input.store.sessions.keep(session);
    await expect(source.make({ isEnough: () => true, answerUntilMs: 0 })).resolves.toEqual({
      kind: "session",
      session,
    });
    await expect(source.make({ isEnough: () => false, answerUntilMs: 0 })).rejects.toMatchObject({
      code: "nobody-to-ask",
    });
  });

  test("name role sessions after the user that was learnt", async () => {
    const request = plainRequest();
    const input = inputOf(request);
    input.store.users.keep(userIdOf(request, KEY_ID), { userName: "jane" });
    const source = await sourceOf(input).identify();
    await expect(source.sessionName({ id: "" } as never)).resolves.toBe("jane");
  });

  test("start over when another process has learnt of another device", async () => {
    const request = plainRequest({ source: plainSource({ mfa: { serial: undefined, program: undefined } }) });
    const input = inputOf(request);
    const user = userIdOf(request, KEY_ID);
    input.store.users.keep(user, { serial: "GAHT1" });
    const source = await sourceOf(input).identify();
    input.store.users.keep(user, { serial: "GAHT2" });
    const made = await source.make({ isEnough: () => false, answerUntilMs: 0 });
    expect(made).toMatchObject({ kind: "start-over", otherwise: { code: "nobody-to-ask" } });
  });
});

describe("keys of a program as a source", () => {
  const request = { ...resolve("vault", VAULT), prompt: "none" as const };

  test("do not begin in vain: with an unknown key id and no way to get a code", async () => {
    await expect(sourceOf(inputOf(request)).begin()).rejects.toMatchObject({ code: "nobody-to-ask" });
  });

  test.each([
    ["a code is given", request, { code: "123456" }],
    ["mfa_process gives one", resolve("vault", { vault: { ...VAULT.vault, mfa_process: "code" } }), {}],
  ])("begin if %s", async (_, its, asking) => {
    await expect(sourceOf(inputOf(its, asking)).begin()).resolves.toBeUndefined();
  });

  test("begin if their key id was learnt, and are identified without running the program", async () => {
    const input = inputOf(request);
    input.store.users.keep(sourceIdOf(request.source), { accessKeyId: KEY_ID });
    const source = sourceOf(input);
    await source.begin();
    expect((await source.identify()).identity).toEqual(mfaIdentityOf(request, KEY_ID, DEVICE));
    await source.end();
  });
});
