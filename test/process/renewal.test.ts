import { expect, it } from "vitest";
import { answerOf, type Home } from "../support/askonce.ts";
import { FAULTS } from "../support/fake-aws/faults.ts";
import { aws, home, withFreshHomes } from "../support/fresh-homes.ts";

withFreshHomes(async () => {
  home.configure(home.phoneLines());
  home.showCode();
  answerOf(await home.run(["get", "admin"]));
  home.showCode();
  aws.clearCalls();
});

const leave: Home["leave"] = (kind, seconds) => home.leave(kind, seconds);

it("a role near its end is renewed without a code", async () => {
  const old = leave("role", 600);
  expect(answerOf(await home.run(["get", "admin"])).AccessKeyId).not.toBe(old);
  expect(aws.calls().map((call) => call.action)).toEqual(["AssumeRole"]);
  expect(home.prompts).toBe(1);
});

it("a role that is over is taken with a session that has two minutes left, without a code", async () => {
  leave("role", 30);
  leave("session", 120);
  answerOf(await home.run(["get", "admin"]));
  expect(aws.calls().map((call) => call.action)).toEqual(["AssumeRole"]);
  expect(home.prompts).toBe(1);
});

it("a role near its end is served when AWS is in trouble", async () => {
  const old = leave("role", 600);
  aws.fault("AssumeRole", FAULTS.internalFailure, Number.POSITIVE_INFINITY);
  expect(answerOf(await home.run(["get", "admin"])).AccessKeyId).toBe(old);
});

it("a role with less than a minute left is not served, whatever AWS is in", async () => {
  leave("role", 50);
  aws.fault("AssumeRole", FAULTS.internalFailure, Number.POSITIVE_INFINITY);
  expect(await home.run(["get", "admin"])).toMatchObject({ status: 5, stdout: "" });
});

it.each(["ExpiredToken", "InvalidClientTokenId"] as const)(
  "a session that AWS calls dead (%s) when a role is taken is dropped and made anew, once",
  async (as) => {
    const old = leave("session", 30_000);
    leave("role", 30);
    aws.state.revoke(old, as);
    answerOf(await home.run(["get", "admin"]));
    expect(aws.calls().map((call) => call.action)).toEqual(["AssumeRole", "GetSessionToken", "AssumeRole"]);
    expect(home.prompts).toBe(2);
  },
);

it("a session near its end is renewed by mfa_process", async () => {
  const old = leave("session", 600);
  expect(answerOf(await home.run(["get", "work"])).AccessKeyId).not.toBe(old);
  expect(aws.count("GetSessionToken")).toBe(1);
});

it("a session near its end is served when mfa_process fails, which is not asked again for it", async () => {
  const old = leave("session", 600);
  home.showCode("no code");
  for (let call = 0; call < 3; call++) {
    expect(answerOf(await home.run(["get", "work"])).AccessKeyId).toBe(old);
  }
  expect(home.prompts).toBe(2);
  // With a minute left somebody has to be asked again.
  leave("session", 50);
  home.showCode();
  expect(answerOf(await home.run(["get", "work"])).AccessKeyId).not.toBe(old);
  expect(home.prompts).toBe(3);
});

it("a session near its end is served at once while another process renews it", async () => {
  const old = leave("session", 600);
  home.phone(6);
  const renewing = home.start(["get", "work"]);
  while (home.prompts < 2) await new Promise((resolve) => setTimeout(resolve, 20));
  expect(answerOf(await home.run(["get", "work"])).AccessKeyId).toBe(old);
  expect(renewing.child.exitCode).toBeNull();
  expect(answerOf(await renewing.done).AccessKeyId).not.toBe(old);
});

it("with --no-prompt a session near its end is renewed by mfa_process, for no person is asked", async () => {
  const old = leave("session", 600);
  expect(answerOf(await home.run(["get", "work", "--no-prompt"])).AccessKeyId).not.toBe(old);
});

it("a key that was rotated is a new session at once", async () => {
  const user = aws.state.user("jane");
  const key = aws.state.addKey(user);
  home.write(
    ".aws/credentials",
    `[work-keys]\naws_access_key_id = ${key.accessKeyId}\naws_secret_access_key = ${key.secretAccessKey}\n`,
  );
  answerOf(await home.run(["get", "work"]));
  expect(aws.count("GetSessionToken")).toBe(1);
});

it("expiry is judged by the server's clock, which may be hours off ours", async () => {
  await home.run(["logout", "--all"]);
  aws.settings.clockOffsetSeconds = -3 * 3600;
  try {
    home.showCode();
    const answer = answerOf(await home.run(["get", "work", "--session-duration", "1h"]));
    // By our clock it is over; by AWS's it has an hour.
    expect(Date.parse(answer.Expiration)).toBeLessThan(Date.now());
    expect(answerOf(await home.run(["get", "work", "--session-duration", "1h"]))).toEqual(answer);
    // The first signature was too old for AWS; the code went with the second one.
    expect(aws.calls("GetSessionToken").map((call) => call.code)).toEqual(["SignatureDoesNotMatch", "OK"]);
  } finally {
    aws.settings.clockOffsetSeconds = 0;
  }
});

it("login renews a session near its end at leisure, also after a question was declined, and says so", async () => {
  const old = leave("session", 600);
  home.showCode("no code");
  answerOf(await home.run(["get", "work"]));
  const code = aws.freshCode();
  expect((await home.run(["login", "work", "--code", "-"], { input: `${code}\n` })).status).toBe(0);
  expect(aws.count("GetSessionToken")).toBe(1);
  expect(answerOf(await home.run(["get", "work"])).AccessKeyId).not.toBe(old);
});

it("login uses a code that it is given while the session is fresh", async () => {
  expect((await home.run(["login", "work", "--code", "-"], { input: `${aws.freshCode()}\n` })).status).toBe(0);
  expect(aws.count("GetSessionToken")).toBe(1);
});

it("login that is given a wrong code fails, whatever is valid", async () => {
  leave("session", 600);
  expect((await home.run(["login", "work", "--code", "-"], { input: "000000\n" })).status).toBe(4);
});

it("a dead session costs no role that is still valid", async () => {
  const role = leave("role", 600);
  aws.state.revoke(leave("session", 30_000), "ExpiredToken");
  home.showCode("no code");
  for (let call = 0; call < 2; call++) expect(answerOf(await home.run(["get", "admin"])).AccessKeyId).toBe(role);
});

it.each([
  ["fails", FAULTS.internalFailure],
  ["refuses", { kind: "error", status: 403, code: "InvalidClientTokenId" }],
] as const)("a session near its end costs one code when STS %s", async (_, fault) => {
  leave("session", 600);
  aws.fault("GetSessionToken", fault, Number.POSITIVE_INFINITY);
  for (let call = 0; call < 3; call++) {
    answerOf(await home.run(["get", "work"]));
    home.showCode();
  }
  expect(home.prompts).toBe(2);
});

it("a session near its end is served soon when mfa_process has only a used code", async () => {
  await home.run(["logout", "--all"]);
  const code = home.showCode();
  answerOf(await home.run(["get", "work"]));
  leave("session", 600);
  home.showCode(code);
  const startedAtMs = Date.now();
  answerOf(await home.run(["get", "work"]));
  expect(Date.now() - startedAtMs).toBeLessThan(10_000);
});

it("a role near its end is served soon when AWS is silent", async () => {
  const role = leave("role", 600);
  aws.fault("AssumeRole", FAULTS.silence, Number.POSITIVE_INFINITY);
  const startedAtMs = Date.now();
  expect(answerOf(await home.run(["get", "admin"])).AccessKeyId).toBe(role);
  expect(Date.now() - startedAtMs).toBeLessThan(12_000);
});

it("what is valid is served before the deadline, however little time there is", async () => {
  const old = leave("session", 600);
  home.phone(30);
  expect(answerOf(await home.run(["get", "work", "--deadline", "4"])).AccessKeyId).toBe(old);
});
