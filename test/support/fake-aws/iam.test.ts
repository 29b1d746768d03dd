import {
  CreateAccessKeyCommand,
  DeleteVirtualMFADeviceCommand,
  GetUserCommand,
  ListAccessKeysCommand,
  ListMFADevicesCommand,
  type ListMFADevicesCommandInput,
  ListUsersCommand,
  paginateListMFADevices,
} from "@aws-sdk/client-iam";
import { AssumeRoleCommand, GetSessionTokenCommand } from "@aws-sdk/client-sts";
import { afterAll, beforeAll, expect, it } from "vitest";
import { iam, type Keys, keysOf, refusal, sts } from "./clients.ts";
import { send, signed } from "./raw.ts";
import { type FakeAws, startFakeAws } from "./server.ts";

let fake: FakeAws;
beforeAll(async () => {
  fake = await startFakeAws();
});
afterAll(() => fake.close());

function list(keys: Keys, input: ListMFADevicesCommandInput = {}) {
  return iam(fake.url, keys).send(new ListMFADevicesCommand(input));
}

async function mfaSession() {
  const { jane } = fake.fixture;
  const fields = { SerialNumber: jane.devices.phone.serial, TokenCode: fake.freshCode() };
  return keysOf((await sts(fake.url, jane).send(new GetSessionTokenCommand(fields))).Credentials);
}

it("lists the caller's own devices of every kind, without MFA", async () => {
  const { jane, hank, fido, mia, olaf } = fake.fixture;
  const serials = async (keys: Keys) => (await list(keys)).MFADevices?.map((device) => device.SerialNumber);
  expect(await serials(jane)).toEqual([jane.devices.phone.serial]);
  expect(await serials(hank)).toEqual(["GAHT12345678"]);
  expect(await serials(fido)).toEqual([fido.devices.key.serial]);
  expect(await serials(mia)).toEqual(Object.values(mia.devices).map((device) => device.serial));
  expect(await serials(olaf)).toEqual([]);
  const [device] = (await list(jane)).MFADevices ?? [];
  expect(device?.UserName).toBe("jane");
  expect(device?.EnableDate).toBeInstanceOf(Date);
});

it("pages through a list by marker", async () => {
  const { mia } = fake.fixture;
  const first = await list(mia, { MaxItems: 2 });
  expect(first).toMatchObject({ IsTruncated: true, Marker: expect.any(String) });
  expect(first.MFADevices).toHaveLength(2);
  const second = await list(mia, { MaxItems: 2, Marker: first.Marker });
  expect(second.IsTruncated).toBe(false);
  expect(second.Marker).toBeUndefined();
  expect(second.MFADevices).toHaveLength(1);
  const seen = [];
  for await (const answer of paginateListMFADevices({ client: iam(fake.url, mia), pageSize: 1 }, {}))
    seen.push(...(answer.MFADevices ?? []));
  expect(seen).toHaveLength(3);
  fake.settings.pageSize = 1;
  expect((await list(mia)).IsTruncated).toBe(true);
  fake.settings.pageSize = 100;
  for (const input of [{ MaxItems: 0 }, { MaxItems: 1001 }, { Marker: "nonsense" }])
    expect(await refusal(list(mia, input))).toMatchObject({ status: 400, code: "ValidationError" });
});

it("sees devices come and go", async () => {
  const { olaf } = fake.fixture;
  fake.state.addDevice(fake.state.user("olaf"), "GAHT00000001", "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ");
  expect((await list(olaf)).MFADevices).toHaveLength(1);
  fake.state.removeDevice("GAHT00000001");
  expect((await list(olaf)).MFADevices).toHaveLength(0);
});

it("can deny even the list", async () => {
  const { dan } = fake.fixture;
  expect(await refusal(list(dan))).toEqual({
    status: 403,
    code: "AccessDenied",
    message: `User: ${dan.arn} is not authorized to perform: iam:ListMFADevices on resource: user dan with an explicit deny in an identity-based policy`,
  });
});

it("evaluates policies of actions it does not perform", async () => {
  const { jane } = fake.fixture;
  const attempt = (keys: Keys, UserName = "jane") =>
    refusal(iam(fake.url, keys).send(new CreateAccessKeyCommand({ UserName })));
  expect(await attempt(jane)).toEqual({
    status: 403,
    code: "AccessDenied",
    message: `User: ${jane.arn} is not authorized to perform: iam:CreateAccessKey on resource: user jane with an explicit deny in an identity-based policy`,
  });
  expect(await attempt(await mfaSession())).toMatchObject({ status: 501, code: "FakeAwsAllowedOnly" });
  const user = fake.state.addUser({ accountId: fake.fixture.account, name: "rita", policies: [] });
  expect((await attempt(fake.state.addKey(user), "rita")).message).toMatch(
    /on resource: user rita because no identity-based policy allows the iam:CreateAccessKey action$/,
  );
  const serial = jane.devices.phone.serial;
  expect(
    await refusal(iam(fake.url, jane).send(new DeleteVirtualMFADeviceCommand({ SerialNumber: serial }))),
  ).toMatchObject({ code: "AccessDenied", message: expect.stringContaining(`on resource: ${serial} with`) });
});

it("says who the caller is", async () => {
  const { jane } = fake.fixture;
  const { User } = await iam(fake.url, jane).send(new GetUserCommand({}));
  expect(User).toMatchObject({
    Arn: jane.arn,
    UserName: "jane",
    Path: "/",
    UserId: expect.stringMatching(/^AIDA\w{17}$/),
  });
});

it("is closed to a session without MFA, which AWS calls an invalid token", async () => {
  for (const keys of [fake.fixture.jane, fake.fixture.olaf]) {
    const plain = keysOf((await sts(fake.url, keys).send(new GetSessionTokenCommand({}))).Credentials);
    expect(await refusal(list(plain))).toMatchObject({ status: 403, code: "InvalidClientTokenId" });
  }
  expect((await list(await mfaSession())).MFADevices).toHaveLength(1);
});

it("wants a user name from a role, and looks in the role's account", async () => {
  const { roles } = fake.fixture;
  const input = { RoleArn: roles.admin, RoleSessionName: "jane" };
  const answer = await sts(fake.url, await mfaSession()).send(new AssumeRoleCommand(input));
  const role = keysOf(answer.Credentials);
  expect(await refusal(list(role))).toMatchObject({ status: 400, code: "ValidationError" });
  expect(await refusal(list(role, { UserName: "jane" }))).toEqual({
    status: 404,
    code: "NoSuchEntityException",
    message: "The user with name jane cannot be found.",
  });
});

it("answers in AWS's shape", async () => {
  const params = { Action: "ListMFADevices", Version: "2010-05-08" };
  const { text, headers } = await send(
    fake.url,
    await signed(fake.url, { keys: fake.fixture.mia, service: "iam", params }),
  );
  expect(text).toMatch(
    /^<ListMFADevicesResponse xmlns="https:\/\/iam.amazonaws.com\/doc\/2010-05-08\/"><ListMFADevicesResult>/,
  );
  const id = /<ResponseMetadata><RequestId>([0-9a-f-]{36})<\/RequestId><\/ResponseMetadata>/.exec(text)?.[1];
  expect(headers.get("x-amzn-requestid")).toBe(id);
  expect(headers.get("content-type")).toBe("text/xml");
});

it("refuses in AWS's shape, with what the caller sent escaped", async () => {
  const params = { Action: "GetUser", Version: "2010-05-08", UserName: "<jane> & 'co'" };
  const keys = fake.fixture.olaf;
  const { status, text } = await send(fake.url, await signed(fake.url, { keys, service: "iam", params }));
  expect(status).toBe(400);
  expect(text).toMatch(
    /^<ErrorResponse xmlns="https:\/\/iam.amazonaws.com\/doc\/2010-05-08\/"><Error><Type>Sender<\/Type><Code>ValidationError<\/Code><Message>[^<]*&lt;jane&gt; &amp; &apos;co&apos;[^<]*<\/Message><\/Error><RequestId>[0-9a-f-]{36}<\/RequestId><\/ErrorResponse>\n$/,
  );
  const old = { Action: "GetUser", Version: "2008-01-01" };
  expect(await send(fake.url, await signed(fake.url, { keys, service: "iam", params: old }))).toMatchObject({
    status: 400,
    code: "InvalidAction",
    message: "Could not find operation GetUser for version 2008-01-01",
  });
});

it("lists a user's access keys, and the account's users a page at a time, where policies allow it", async () => {
  const { jane, olaf } = fake.fixture;
  expect(await refusal(iam(fake.url, jane).send(new ListAccessKeysCommand({})))).toMatchObject({
    code: "AccessDenied",
    message: expect.stringContaining("iam:ListAccessKeys on resource: user jane with an explicit deny"),
  });
  fake.state.setKeyActive(fake.state.addKey(fake.state.user("olaf"), "AKIASECOND").accessKeyId, false);
  const { AccessKeyMetadata: keys } = await iam(fake.url, olaf).send(new ListAccessKeysCommand({}));
  expect(keys).toEqual([
    expect.objectContaining({ UserName: "olaf", AccessKeyId: olaf.accessKeyId, Status: "Active" }),
    expect.objectContaining({ AccessKeyId: "AKIASECOND", Status: "Inactive", CreateDate: expect.any(Date) }),
  ]);
  const { Users: users, IsTruncated: more } = await iam(fake.url, olaf).send(new ListUsersCommand({ MaxItems: 1 }));
  expect([users?.length, users?.[0]?.Arn, more]).toEqual([1, jane.arn, true]);
  expect((await refusal(iam(fake.url, jane).send(new ListUsersCommand({})))).code).toBe("AccessDenied");
});
