import {
  CreateVirtualMFADeviceCommand,
  DeleteVirtualMFADeviceCommand,
  EnableMFADeviceCommand,
  ListMFADevicesCommand,
  ListVirtualMFADevicesCommand,
  ResyncMFADeviceCommand,
} from "@aws-sdk/client-iam";
import { GetSessionTokenCommand } from "@aws-sdk/client-sts";
import { afterAll, beforeAll, beforeEach, expect, it } from "vitest";
import { iam, type Keys, keysOf, refusal, sts } from "./clients.ts";
import { ALLOW_ALL, denying, REQUIRE_MFA_BUT_ENROL } from "./policies.ts";
import { type FakeAws, startFakeAws } from "./server.ts";
import { codeFor, counterAt } from "./totp.ts";

let fake: FakeAws;
let nora: Keys;
let users = 0;
let name: string;
beforeAll(async () => {
  fake = await startFakeAws();
});
afterAll(() => fake.close());
beforeEach(() => {
  name = `nora${users++}`;
  const user = fake.state.addUser({
    accountId: fake.fixture.account,
    name,
    policies: [ALLOW_ALL, REQUIRE_MFA_BUT_ENROL],
  });
  nora = fake.state.addKey(user);
});

async function create(device = name, keys = nora): Promise<{ serial: string; seed: string }> {
  const { VirtualMFADevice } = await iam(fake.url, keys).send(
    new CreateVirtualMFADeviceCommand({ VirtualMFADeviceName: device }),
  );
  const { SerialNumber: serial = "", Base32StringSeed = new Uint8Array() } = VirtualMFADevice ?? {};
  return { serial, seed: Buffer.from(Base32StringSeed).toString() };
}

function pair(seed: string, at = counterAt(Date.now())) {
  return { AuthenticationCode1: codeFor(seed, at), AuthenticationCode2: codeFor(seed, at + 1) };
}

function enable(serial: string, codes: ReturnType<typeof pair>, UserName = name, keys = nora) {
  return iam(fake.url, keys).send(new EnableMFADeviceCommand({ UserName, SerialNumber: serial, ...codes }));
}

it("tells a seed of 64 letters, and enables what makes codes from it", async () => {
  const { serial, seed } = await create();
  expect(serial).toBe(`arn:aws:iam::${fake.fixture.account}:mfa/${name}`);
  expect(seed).toMatch(/^[A-Z2-7]{64}$/);
  await enable(serial, pair(seed));
  const { MFADevices } = await iam(fake.url, nora).send(new ListMFADevicesCommand({}));
  expect(MFADevices).toMatchObject([{ UserName: name, SerialNumber: serial, EnableDate: expect.any(Date) }]);
  const fields = { SerialNumber: serial, TokenCode: fake.freshCode(serial) };
  expect((await sts(fake.url, nora).send(new GetSessionTokenCommand(fields))).Credentials).toBeDefined();
});

it("has the codes of an enrolment spent", async () => {
  const { serial, seed } = await create();
  const codes = pair(seed);
  await enable(serial, codes);
  for (const TokenCode of Object.values(codes))
    expect(
      await refusal(sts(fake.url, nora).send(new GetSessionTokenCommand({ SerialNumber: serial, TokenCode }))),
    ).toMatchObject({ code: "AccessDenied" });
});

it("takes two codes that follow each other, and no others", async () => {
  const { serial, seed } = await create();
  const { AuthenticationCode1: one, AuthenticationCode2: two } = pair(seed);
  const wrong = [
    { AuthenticationCode1: one, AuthenticationCode2: one },
    { AuthenticationCode1: two, AuthenticationCode2: one },
    { AuthenticationCode1: one, AuthenticationCode2: codeFor(seed, counterAt(Date.now()) + 2) },
    pair(seed, counterAt(Date.now()) - 10),
    pair(seed, counterAt(Date.now()) + 10),
  ];
  for (const codes of wrong)
    expect(await refusal(enable(serial, codes))).toEqual({
      status: 403,
      code: "InvalidAuthenticationCodeException",
      message: "Authentication code for device is not valid.",
    });
  await enable(serial, pair(seed));
});

/** A session of nora's with MFA. */
async function signedIn(serial: string): Promise<Keys> {
  const fields = { SerialNumber: serial, TokenCode: fake.freshCode(serial) };
  return keysOf((await sts(fake.url, nora).send(new GetSessionTokenCommand(fields))).Credentials);
}

it("takes a second device with MFA only, from its user", async () => {
  const first = await create();
  await enable(first.serial, pair(first.seed));
  const second = await create(`${name}-2`);
  expect(await refusal(enable(second.serial, pair(second.seed)))).toMatchObject({ code: "AccessDenied" });
  await enable(second.serial, pair(second.seed), name, await signedIn(first.serial));
});

it("has each name once an account, and each device once", async () => {
  const { serial, seed } = await create();
  expect(await refusal(create())).toMatchObject({ status: 409, code: "EntityAlreadyExistsException" });
  await enable(serial, pair(seed));
  const keys = await signedIn(serial);
  const again = enable(serial, pair(seed), name, keys);
  expect(await refusal(again)).toMatchObject({ code: "EntityAlreadyExistsException" });
  expect(await refusal(enable(`${serial}-none`, pair(seed), name, keys))).toMatchObject({
    status: 404,
    code: "NoSuchEntityException",
  });
});

it("gives a user eight devices", async () => {
  const user = fake.state.user(name);
  for (let index = 0; index < 8; index++)
    fake.state.addDevice(user, `arn:aws:iam::${user.accountId}:mfa/${name}-${index}`, "GEZDGNBVGY3TQOJQ");
  const { serial, seed } = await create();
  const keys = await signedIn(`arn:aws:iam::${user.accountId}:mfa/${name}-0`);
  const ninth = enable(serial, pair(seed), name, keys);
  expect(await refusal(ninth)).toMatchObject({ status: 409, code: "LimitExceededException" });
});

it("lists what belongs to nobody, and deletes nothing else", async () => {
  const list = async (AssignmentStatus?: "Assigned" | "Unassigned" | "Any") => {
    const answer = await iam(fake.url, nora).send(new ListVirtualMFADevicesCommand({ AssignmentStatus }));
    return answer.VirtualMFADevices?.map((device) => device.SerialNumber);
  };
  const { serial, seed } = await create();
  expect(await list("Unassigned")).toContain(serial);
  expect(await list("Assigned")).not.toContain(serial);
  const remove = () => iam(fake.url, nora).send(new DeleteVirtualMFADeviceCommand({ SerialNumber: serial }));
  await remove();
  expect(await refusal(remove())).toMatchObject({ code: "NoSuchEntityException" });
  const again = await create();
  expect(again.seed).not.toBe(seed);
  await enable(serial, pair(again.seed));
  expect(await list()).toContain(serial);
  expect(await refusal(remove())).toMatchObject({ status: 409, code: "DeleteConflictException" });
});

it("finds a clock that is off by minutes when it resyncs, and goes by it then", async () => {
  const { serial, seed } = await create();
  await enable(serial, pair(seed));
  const off = counterAt(Date.now()) + 20;
  const session = (counter: number) =>
    sts(fake.url, nora).send(new GetSessionTokenCommand({ SerialNumber: serial, TokenCode: codeFor(seed, counter) }));
  expect(await refusal(session(off))).toMatchObject({ code: "AccessDenied" });
  const resync = (codes: ReturnType<typeof pair>) =>
    iam(fake.url, nora).send(new ResyncMFADeviceCommand({ UserName: name, SerialNumber: serial, ...codes }));
  expect(await refusal(resync(pair(seed, off - 2000)))).toMatchObject({ code: "InvalidAuthenticationCodeException" });
  await resync(pair(seed, off));
  await session(off + 2);
});

it("evaluates the caller's policies for each", async () => {
  const { serial, seed } = await create();
  fake.state.user(name).policies.push(denying("iam:*VirtualMFADevice*", "iam:EnableMFADevice", "iam:ResyncMFADevice"));
  const client = iam(fake.url, nora);
  const codes = { UserName: name, SerialNumber: serial, ...pair(seed) };
  for (const call of [
    create("other"),
    client.send(new ListVirtualMFADevicesCommand({})),
    client.send(new DeleteVirtualMFADeviceCommand({ SerialNumber: serial })),
    client.send(new EnableMFADeviceCommand(codes)),
    client.send(new ResyncMFADeviceCommand(codes)),
  ])
    expect(await refusal(call)).toMatchObject({ status: 403, code: "AccessDenied" });
});
