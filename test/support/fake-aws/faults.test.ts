import { setTimeout as sleep } from "node:timers/promises";
import { GetCallerIdentityCommand, GetSessionTokenCommand, STSClient } from "@aws-sdk/client-sts";
import { afterAll, afterEach, beforeAll, expect, it } from "vitest";
import { refusal, sts } from "./clients.ts";
import { FAULTS } from "./faults.ts";
import { send, signed } from "./raw.ts";
import { type FakeAws, startFakeAws } from "./server.ts";

let fake: FakeAws;
beforeAll(async () => {
  fake = await startFakeAws();
});
afterEach(() => {
  fake.clearFaults();
  fake.clearCalls();
  fake.settings.clockOffsetSeconds = 0;
});
afterAll(() => fake.close());

function who() {
  return sts(fake.url, fake.fixture.jane).send(new GetCallerIdentityCommand({}));
}

async function raw() {
  return send(fake.url, await signed(fake.url, { keys: fake.fixture.jane }));
}

function spend(TokenCode: string) {
  const input = { SerialNumber: fake.fixture.jane.devices.phone.serial, TokenCode };
  return sts(fake.url, fake.fixture.jane).send(new GetSessionTokenCommand(input));
}

it.each([
  ["internalFailure", 500, "InternalFailure"],
  ["serviceUnavailable", 503, "ServiceUnavailable"],
  ["throttling", 400, "Throttling"],
] as const)("%s is an AWS error", async (name, status, code) => {
  fake.fault("GetCallerIdentity", FAULTS[name]);
  expect(await refusal(who())).toMatchObject({ status, code });
  await who();
});

it("is laid over as many calls as told, in order, for its action only", async () => {
  fake.fault("GetCallerIdentity", FAULTS.throttling, 2);
  fake.fault("*", FAULTS.internalFailure);
  fake.fault("AssumeRole", FAULTS.serviceUnavailable);
  const codes = [];
  for (let call = 0; call < 4; call++) codes.push((await raw()).code);
  expect(codes).toEqual(["Throttling", "Throttling", "InternalFailure", ""]);
  fake.fault("GetCallerIdentity", FAULTS.throttling, Number.POSITIVE_INFINITY);
  for (let call = 0; call < 5; call++) expect((await raw()).message).toBe("Rate exceeded");
  fake.clearFaults();
  expect((await raw()).status).toBe(200);
});

it("gets the SDK to try again", async () => {
  fake.fault("GetCallerIdentity", FAULTS.serviceUnavailable, 2);
  const client = new STSClient({ endpoint: fake.url, region: "eu-west-1", credentials: { ...fake.fixture.jane } });
  await client.send(new GetCallerIdentityCommand({}));
  expect(fake.calls().map((call) => call.code)).toEqual(["ServiceUnavailable", "ServiceUnavailable", "OK"]);
});

it("pours without an end, and stops when nobody listens", async () => {
  fake.fault("GetCallerIdentity", { kind: "endless", bytes: 1000, everyMs: 1 });
  const response = await fetch(fake.url, await signed(fake.url, { keys: fake.fixture.jane }));
  let bytes = 0;
  for await (const chunk of response.body ?? []) {
    bytes += (chunk as Uint8Array).length;
    if (bytes > 20_000) break;
  }
  expect(bytes).toBeGreaterThan(20_000);
  expect(fake.calls()).toMatchObject([{ status: 200, code: "OK" }]);
});

it("resets before: the code is still good", async () => {
  const code = fake.freshCode();
  fake.fault("GetSessionToken", FAULTS.resetBefore);
  await expect(spend(code)).rejects.toMatchObject({ code: "ECONNRESET" });
  expect(fake.calls()).toMatchObject([{ action: "GetSessionToken", status: 0, code: "reset", fault: "reset" }]);
  await spend(code);
});

it.each(["resetAfter", "halfBody", "garbage", "html", "empty"] as const)("%s: the code is spent", async (name) => {
  const code = fake.freshCode();
  const sessions = fake.state.sessions().length;
  fake.fault("GetSessionToken", FAULTS[name]);
  await spend(code).then(
    (answer) => expect(answer.Credentials).toBeUndefined(),
    () => {},
  );
  expect(fake.calls()).toMatchObject([{ status: 200, code: "OK" }]);
  expect(fake.state.sessions()).toHaveLength(sessions + 1);
  expect((await refusal(spend(code))).message).toMatch(/invalid MFA one time pass code/);
});

it("hands out html, garbage and wrong content types with status 200", async () => {
  fake.fault("*", FAULTS.html);
  const page = await raw();
  expect(page).toMatchObject({ status: 200, text: expect.stringContaining("<!DOCTYPE html>") });
  expect(page.headers.get("content-type")).toBe("text/html");
  fake.fault("*", FAULTS.garbage);
  expect((await raw()).text).not.toContain("<Arn>");
  fake.fault("*", FAULTS.wrongContentType);
  const odd = await raw();
  expect(odd.headers.get("content-type")).toBe("application/octet-stream");
  expect(odd.text).toContain("<Arn>");
});

it("ends a half body early", async () => {
  fake.fault("*", FAULTS.halfBody);
  await expect(raw()).rejects.toThrow();
});

it.each(["silence", "silenceAfter"] as const)("%s never answers", async (name) => {
  fake.fault("*", FAULTS[name]);
  const abort = new AbortController();
  const client = sts(fake.url, fake.fixture.jane);
  const call = refusal(client.send(new GetCallerIdentityCommand({}), { abortSignal: abort.signal }));
  const decided = name === "silence" ? "silence" : "OK";
  await expect.poll(() => fake.calls()).toMatchObject([{ code: decided }]);
  const first = await Promise.race([call, sleep(100, "nothing yet")]);
  expect(first).toBe("nothing yet");
  abort.abort();
  expect(await call).toMatchObject({ code: "AbortError" });
});

it("waits as long as told, alone or before another fault", async () => {
  fake.fault("*", { kind: "delay", delayMs: 150 });
  fake.fault("*", { ...FAULTS.throttling, delayMs: 150 });
  for (const code of ["", "Throttling"]) {
    const start = performance.now();
    expect((await raw()).code).toBe(code);
    expect(performance.now() - start).toBeGreaterThan(140);
  }
});

it("keeps no secret in the record of calls", async () => {
  const code = fake.freshCode();
  const answer = await spend(code);
  await refusal(spend(code));
  const [good, bad] = fake.calls("GetSessionToken");
  const { jane } = fake.fixture;
  expect(good).toMatchObject({
    action: "GetSessionToken",
    service: "sts",
    region: "eu-west-1",
    status: 200,
    code: "OK",
  });
  expect(good?.accessKeyId).toBe(jane.accessKeyId);
  expect(good?.params).toEqual({ SerialNumber: jane.devices.phone.serial });
  expect(bad).toMatchObject({ status: 403, code: "AccessDenied" });
  expect(fake.count("GetSessionToken")).toBe(2);
  const all = JSON.stringify(fake.calls());
  for (const secret of [code, jane.secretAccessKey, answer.Credentials?.SessionToken ?? "-"])
    expect(all).not.toContain(secret);
});
