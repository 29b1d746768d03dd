import {
  AssumeRoleCommand,
  type AssumeRoleCommandInput,
  GetCallerIdentityCommand,
  GetSessionTokenCommand,
} from "@aws-sdk/client-sts";
import { afterAll, beforeAll, expect, it } from "vitest";
import { type Keys, keysOf, refusal, sts } from "./clients.ts";
import { trust } from "./policies.ts";
import { type FakeAws, startFakeAws } from "./server.ts";

let fake: FakeAws;
let mfa: Required<Keys>;
let plain: Required<Keys>;
beforeAll(async () => {
  fake = await startFakeAws();
  const { jane, olaf } = fake.fixture;
  mfa = keysOf((await sts(fake.url, jane).send(new GetSessionTokenCommand(codeFields()))).Credentials);
  plain = keysOf((await sts(fake.url, olaf).send(new GetSessionTokenCommand({}))).Credentials);
});
afterAll(() => fake.close());

function codeFields(code = fake.freshCode()) {
  return { SerialNumber: fake.fixture.jane.devices.phone.serial, TokenCode: code };
}

function assume(keys: Keys, RoleArn: string, more: Partial<AssumeRoleCommandInput> = {}) {
  return sts(fake.url, keys).send(new AssumeRoleCommand({ RoleArn, RoleSessionName: "jane", ...more }));
}

function notAuthorized(arn: string, role: string, action = "sts:AssumeRole") {
  const message = `User: ${arn} is not authorized to perform: ${action} on resource: ${role}`;
  return { status: 403, code: "AccessDenied", message };
}

it("takes a role with an MFA session, one hour long by default", async () => {
  const { roles, roleAccount } = fake.fixture;
  const answer = await assume(mfa, roles.admin);
  expect(answer.AssumedRoleUser?.Arn).toBe(`arn:aws:sts::${roleAccount}:assumed-role/admin/jane`);
  expect(answer.AssumedRoleUser?.AssumedRoleId).toMatch(/^AROA[A-Z2-7]{17}:jane$/);
  const minutes = ((answer.Credentials?.Expiration?.getTime() ?? 0) - Date.now()) / 60_000;
  expect(minutes).toBeGreaterThan(59);
  expect(minutes).toBeLessThanOrEqual(60);
  const who = await sts(fake.url, keysOf(answer.Credentials)).send(new GetCallerIdentityCommand({}));
  expect(who).toMatchObject({ Account: roleAccount, Arn: answer.AssumedRoleUser?.Arn });
});

it("wants MFA where the trust wants it", async () => {
  const { roles, olaf } = fake.fixture;
  expect(await refusal(assume(olaf, roles.admin))).toEqual(notAuthorized(olaf.arn, roles.admin));
  expect(await refusal(assume(plain, roles.admin))).toEqual(notAuthorized(olaf.arn, roles.admin));
  await assume(olaf, roles.open);
});

it("denies a user who must use MFA before the trust is asked", async () => {
  const { roles, jane } = fake.fixture;
  expect((await refusal(assume(jane, roles.open))).message).toBe(
    `User: ${jane.arn} is not authorized to perform: sts:AssumeRole on resource: ${roles.open} with an explicit deny in an identity-based policy`,
  );
});

it("takes the code itself, for up to the role's own maximum", async () => {
  const { roles, jane } = fake.fixture;
  const answer = await assume(jane, roles.admin, { ...codeFields(), DurationSeconds: 43_200 });
  const hours = ((answer.Credentials?.Expiration?.getTime() ?? 0) - Date.now()) / 3_600_000;
  expect(hours).toBeGreaterThan(11.9);
  expect(await refusal(assume(jane, roles.reader, { ...codeFields(), DurationSeconds: 3601 }))).toEqual({
    status: 400,
    code: "ValidationError",
    message: "The requested DurationSeconds exceeds the MaxSessionDuration set for this role.",
  });
});

it("spends the code with it", async () => {
  const { roles, jane } = fake.fixture;
  const fields = codeFields();
  await assume(jane, roles.reader, fields);
  expect(await refusal(assume(jane, roles.reader, fields))).toMatchObject({
    message: "MultiFactorAuthentication failed with invalid MFA one time pass code.",
  });
});

it("wants serial and code together, and neither from a session", async () => {
  const { roles, jane } = fake.fixture;
  const { SerialNumber } = codeFields();
  expect((await refusal(assume(jane, roles.reader, { SerialNumber }))).message).toMatch(/must provide both/);
  expect(await refusal(assume(mfa, roles.reader, codeFields()))).toMatchObject({ status: 403, code: "AccessDenied" });
});

it("narrows a role by a session policy", async () => {
  const { roles } = fake.fixture;
  const Policy = JSON.stringify({
    Version: "2012-10-17",
    Statement: { Effect: "Allow", Action: "sts:AssumeRole", Resource: roles.reader },
  });
  const narrowed = keysOf((await assume(mfa, roles.reader, { Policy })).Credentials);
  expect(await refusal(assume(narrowed, roles.deploy))).toMatchObject({ status: 403 });
  await assume(keysOf((await assume(mfa, roles.reader)).Credentials), roles.deploy);
  expect(await refusal(assume(mfa, roles.reader, { Policy: "{" }))).toMatchObject({ status: 400 });
});

it("caps what a session or a role takes at one hour", async () => {
  const { roles } = fake.fixture;
  const capped = {
    status: 400,
    code: "ValidationError",
    message: "The requested DurationSeconds exceeds the 1 hour session limit for roles assumed by role chaining.",
  };
  expect(await refusal(assume(mfa, roles.admin, { DurationSeconds: 3601 }))).toEqual(capped);
  const reader = keysOf((await assume(mfa, roles.reader)).Credentials);
  await assume(reader, roles.deploy, { DurationSeconds: 3600 });
  expect(await refusal(assume(reader, roles.deploy, { DurationSeconds: 3601 }))).toEqual(capped);
});

it("lets a chained role in only for the role it trusts", async () => {
  const { roles, jane, roleAccount } = fake.fixture;
  expect(await refusal(assume(mfa, roles.deploy))).toEqual(notAuthorized(jane.arn, roles.deploy));
  const admin = keysOf((await assume(mfa, roles.admin)).Credentials);
  const arn = `arn:aws:sts::${roleAccount}:assumed-role/admin/jane`;
  expect(await refusal(assume(admin, roles.deploy))).toEqual(notAuthorized(arn, roles.deploy));
});

it("does not carry MFA on through a role", async () => {
  const { roles, roleAccount } = fake.fixture;
  const role = fake.state.addRole({
    accountId: roleAccount,
    name: "vault",
    principals: [roles.reader],
    requireMfa: true,
  });
  const reader = keysOf((await assume(mfa, roles.reader)).Credentials);
  expect(await refusal(assume(reader, role.arn))).toMatchObject({ status: 403 });
});

it("wants the right external id", async () => {
  const { roles, jane, externalId } = fake.fixture;
  const refused = notAuthorized(jane.arn, roles.partner);
  expect(await refusal(assume(mfa, roles.partner))).toEqual(refused);
  expect(await refusal(assume(mfa, roles.partner, { ExternalId: "other" }))).toEqual(refused);
  await assume(mfa, roles.partner, { ExternalId: externalId });
});

it("honours a limit on the age of the MFA authentication", async () => {
  const { account, roleAccount } = fake.fixture;
  const options = { principals: [`arn:aws:iam::${account}:root`], maxMfaAgeSeconds: 600 };
  const role = fake.state.addRole({ accountId: roleAccount, name: "fresh", ...options });
  await assume(mfa, role.arn);
  const session = fake.state.credentials.get(mfa.accessKeyId);
  if (session?.kind !== "session") throw new Error("no session");
  const at = session.mfaAtMs ?? 0;
  session.mfaAtMs = at - 601_000;
  expect(await refusal(assume(mfa, role.arn))).toMatchObject({ code: "AccessDenied" });
  session.mfaAtMs = at;
});

it("says the same of a role that does not exist as of one it may not take", async () => {
  const { jane, roleAccount } = fake.fixture;
  const arn = `arn:aws:iam::${roleAccount}:role/nothing`;
  expect(await refusal(assume(mfa, arn))).toEqual(notAuthorized(jane.arn, arn));
});

it("sets tags and a source identity only where the trust allows it", async () => {
  const { roles, jane } = fake.fixture;
  const Tags = [{ Key: "team", Value: "a&<b>" }];
  const answer = await assume(mfa, roles.admin, { Tags, TransitiveTagKeys: ["team"], SourceIdentity: "jane" });
  expect(answer.SourceIdentity).toBe("jane");
  expect(fake.state.credentials.get(answer.Credentials?.AccessKeyId ?? "")).toMatchObject({ tags: { team: "a&<b>" } });
  expect(await refusal(assume(mfa, roles.reader, { Tags }))).toEqual(
    notAuthorized(jane.arn, roles.reader, "sts:TagSession"),
  );
  expect(await refusal(assume(mfa, roles.reader, { SourceIdentity: "jane" }))).toMatchObject({ status: 403 });
});

it("refuses malformed names, ARNs and durations", async () => {
  const { roles } = fake.fixture;
  for (const input of [
    { RoleSessionName: "x" },
    { RoleSessionName: "has space" },
    { RoleSessionName: "a".repeat(65) },
    { RoleArn: "arn:aws:iam::210987654321:user/jane" },
    { RoleArn: "short" },
    { DurationSeconds: 899 },
    { DurationSeconds: 43_201 },
    { Policy: "" },
  ])
    expect(await refusal(assume(mfa, roles.reader, input))).toMatchObject({ status: 400, code: "ValidationError" });
});

it("follows a trust that changes under it", async () => {
  const { roleAccount, jane, account } = fake.fixture;
  const role = fake.state.addRole({ accountId: roleAccount, name: "brief", principals: [jane.arn] });
  await assume(mfa, role.arn);
  role.trust = trust({ principals: [`arn:aws:iam::${account}:user/other`] });
  expect(await refusal(assume(mfa, role.arn))).toMatchObject({ status: 403 });
});
