import { GetCallerIdentityCommand, GetSessionTokenCommand } from "@aws-sdk/client-sts";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { type Keys, keysOf, refusal, sts } from "./clients.ts";
import { type FakeAws, startFakeAws } from "./server.ts";

let fake: FakeAws;
beforeAll(async () => {
  fake = await startFakeAws();
});
afterEach(() => {
  Object.assign(fake.settings, { sessionLifetimeSeconds: undefined, tokenLength: 412, clockOffsetSeconds: 0 });
});
afterAll(() => fake.close());

function getSession(keys: Keys, input: ConstructorParameters<typeof GetSessionTokenCommand>[0] = {}) {
  return sts(fake.url, keys).send(new GetSessionTokenCommand(input));
}

function withCode(code = fake.freshCode()) {
  return { SerialNumber: fake.fixture.jane.devices.phone.serial, TokenCode: code };
}

function who(keys: Keys) {
  return sts(fake.url, keys).send(new GetCallerIdentityCommand({}));
}

describe("GetSessionToken", () => {
  it("gives a session for a code, twelve hours long", async () => {
    const { Credentials } = await getSession(fake.fixture.jane, withCode());
    expect(Credentials?.AccessKeyId).toMatch(/^ASIA[A-Z2-7]{16}$/);
    expect(Credentials?.SecretAccessKey).toHaveLength(40);
    expect(Credentials?.SessionToken).toMatch(/^[A-Za-z0-9+/]{412}$/);
    const hours = ((Credentials?.Expiration?.getTime() ?? 0) - Date.now()) / 3_600_000;
    expect(hours).toBeGreaterThan(11.99);
    expect(hours).toBeLessThanOrEqual(12);
    expect((await who(keysOf(Credentials))).Arn).toBe(fake.fixture.jane.arn);
  });

  it("gives a session without MFA to who asks for none", async () => {
    const { Credentials } = await getSession(fake.fixture.jane);
    const session = fake.state.credentials.get(Credentials?.AccessKeyId ?? "");
    expect(session).toMatchObject({ kind: "session" });
    expect(session).not.toHaveProperty("mfaAtMs");
  });

  it("takes a code once", async () => {
    const code = fake.freshCode();
    await getSession(fake.fixture.jane, withCode(code));
    expect(await refusal(getSession(fake.fixture.jane, withCode(code)))).toEqual({
      status: 403,
      code: "AccessDenied",
      message: "MultiFactorAuthentication failed with invalid MFA one time pass code.",
    });
  });

  it("takes a code once when eight ask at the same time", async () => {
    const code = fake.freshCode();
    const all = await Promise.allSettled(
      Array.from({ length: 8 }, () => getSession(fake.fixture.jane, withCode(code))),
    );
    expect(all.filter((one) => one.status === "fulfilled")).toHaveLength(1);
  });

  it("offers the next code when the current one is spent, and then a fresh one", async () => {
    const { serial } = fake.fixture.hank.devices.token;
    const seen = new Set<string>();
    for (let round = 0; round < 5; round++) {
      const code = fake.freshCode(serial);
      seen.add(code);
      await getSession(fake.fixture.hank, { SerialNumber: serial, TokenCode: code });
    }
    expect(seen.size).toBe(5);
  });

  it("refuses wrong, malformed and half-given codes", async () => {
    const { jane } = fake.fixture;
    const current = fake.freshCode();
    const wrong = String((Number(current) + 1) % 1_000_000).padStart(6, "0");
    expect(await refusal(getSession(jane, withCode(wrong)))).toMatchObject({ status: 403, code: "AccessDenied" });
    for (const code of ["12345", "1234567", "12345a", "      "])
      expect(await refusal(getSession(jane, withCode(code)))).toMatchObject({ status: 400, code: "ValidationError" });
    for (const input of [{ TokenCode: current }, { SerialNumber: withCode().SerialNumber }])
      expect(await refusal(getSession(jane, input))).toEqual({
        status: 403,
        code: "AccessDenied",
        message: "MultiFactorAuthentication failed, must provide both MFA serial number and one time pass code.",
      });
    await getSession(jane, withCode(current));
  });

  it("refuses another user's device, an unknown one and a security key", async () => {
    const { jane, mia, fido } = fake.fixture;
    const unable =
      "MultiFactorAuthentication failed, unable to validate MFA code.  Please verify your MFA serial number is valid and associated with this user.";
    const { serial } = mia.devices.phone;
    for (const SerialNumber of [serial, `${withCode().SerialNumber}x`])
      expect(await refusal(getSession(jane, { SerialNumber, TokenCode: fake.code(serial) }))).toEqual({
        status: 403,
        code: "AccessDenied",
        message: unable,
      });
    const key = fido.devices.key.serial;
    expect(await refusal(getSession(fido, { SerialNumber: key, TokenCode: "123456" }))).toMatchObject({ status: 403 });
  });

  it("takes durations from 900 to 129600 only, in AWS's words", async () => {
    const { jane } = fake.fixture;
    for (const DurationSeconds of [900, 129_600]) await getSession(jane, { DurationSeconds });
    expect(await refusal(getSession(jane, { DurationSeconds: 899 }))).toEqual({
      status: 400,
      code: "ValidationError",
      message:
        "1 validation error detected: Value '899' at 'durationSeconds' failed to satisfy constraint: Member must have value greater than or equal to 900",
    });
    const { message } = await refusal(getSession(jane, { DurationSeconds: 129_601 }));
    expect(message).toMatch(/Member must have value less than or equal to 129600$/);
  });

  it("is not for sessions or roles", async () => {
    const session = keysOf((await getSession(fake.fixture.jane, withCode())).Credentials);
    expect(await refusal(getSession(session, withCode()))).toEqual({
      status: 403,
      code: "AccessDenied",
      message: "Cannot call GetSessionToken with session credentials",
    });
  });

  it("hands out short real lifetimes and long tokens when told to", async () => {
    Object.assign(fake.settings, { sessionLifetimeSeconds: 70, tokenLength: 1000 });
    const { Credentials } = await getSession(fake.fixture.jane, withCode());
    expect(Credentials?.SessionToken).toHaveLength(1000);
    const session = keysOf(Credentials);
    await who(session);
    fake.settings.clockOffsetSeconds = 71;
    expect(await refusal(who(session))).toEqual({
      status: 403,
      code: "ExpiredToken",
      message: "The security token included in the request is expired",
    });
  });
});
