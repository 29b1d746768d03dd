import {
  CreateAccessKeyCommand,
  CreateUserCommand,
  CreateVirtualMFADeviceCommand,
  DeactivateMFADeviceCommand,
  DeleteVirtualMFADeviceCommand,
  EnableMFADeviceCommand,
} from "@aws-sdk/client-iam";
import { GetCallerIdentityCommand } from "@aws-sdk/client-sts";
import { afterAll, beforeAll, beforeEach, expect, it } from "vitest";
import { type Answer, answerOf, type Outcome } from "../support/askonce.ts";
import { iam, sts } from "../support/fake-aws/clients.ts";
import { home, withFreshHomes } from "../support/fresh-homes.ts";
import { type Moto, startMoto, USER } from "../support/moto.ts";
import { hasTool, needsTool } from "../support/tools.ts";

const MANY = 20;
const ANYBODY = { accessKeyId: "AKIAAAAAAAAAAAAAAAAA", secretAccessKey: "anything" };
let moto: Moto;
/** The ARN of the user's device. */
let device: string;

beforeAll(async () => {
  if (hasTool("moto_server")) moto = await startMoto();
});
afterAll(() => moto?.close());
withFreshHomes();
beforeEach(async (context) => {
  needsTool(context, "moto_server");
  await moto.reset();
  device = await createUser();
  home.configure(`mfa_process = ${home.phone()}`);
  home.showCode("123456");
});

/** A user with long-term keys, which go into the home, and a virtual MFA device. */
async function createUser(): Promise<string> {
  const client = iam(moto.url, ANYBODY);
  await client.send(new CreateUserCommand({ UserName: USER }));
  const { AccessKey } = await client.send(new CreateAccessKeyCommand({ UserName: USER }));
  const { VirtualMFADevice } = await client.send(new CreateVirtualMFADeviceCommand({ VirtualMFADeviceName: "phone" }));
  const SerialNumber = VirtualMFADevice?.SerialNumber ?? "";
  const codes = { AuthenticationCode1: "123456", AuthenticationCode2: "654321" };
  await client.send(new EnableMFADeviceCommand({ UserName: USER, SerialNumber, ...codes }));
  client.destroy();
  home.write(
    ".aws/credentials",
    `[work-keys]\naws_access_key_id = ${AccessKey?.AccessKeyId}\naws_secret_access_key = ${AccessKey?.SecretAccessKey}\n`,
  );
  return SerialNumber;
}

const get = (name: string): Promise<Outcome> => home.run(["get", name], { env: { AWS_ENDPOINT_URL: moto.url } });

/** Who AWS says the answer's credentials are. */
async function whoIs({ AccessKeyId, SecretAccessKey, SessionToken }: Answer): Promise<string | undefined> {
  const keys = { accessKeyId: AccessKeyId, secretAccessKey: SecretAccessKey, sessionToken: SessionToken };
  const client = sts(moto.url, keys);
  const { Arn } = await client.send(new GetCallerIdentityCommand({}));
  client.destroy();
  return Arn;
}

/** The calls to moto that are not the test's own. */
const ours = (): string[] => moto.calls().filter((action) => !/^(Create|Enable)/.test(action));

it("a cold call finds the device and makes a session; a warm one calls nobody", async () => {
  const cold = await get("work-keys");
  const { Expiration, AccountId } = answerOf(cold);
  // moto's own has microseconds.
  expect(Expiration).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/);
  const hours = (Date.parse(Expiration) - Date.now()) / 3_600_000;
  expect(hours).toBeGreaterThan(11.9);
  expect(hours).toBeLessThan(12.1);
  expect(AccountId).toBe("123456789012");
  expect(ours()).toEqual(["ListMFADevices", "GetSessionToken"]);
  expect(home.prompts).toBe(1);
  expect((await get("work")).stdout).toBe(cold.stdout);
  expect(ours()).toHaveLength(2);
  expect(home.prompts).toBe(1);
});

it("a device that is named is not looked for", async () => {
  home.configure(`mfa_process = ${home.phone()}\nmfa_serial = ${device}`);
  answerOf(await get("work-keys"));
  expect(ours()).toEqual(["GetSessionToken"]);
});

it("a role is taken with the session, and its credentials are the role's", async () => {
  answerOf(await get("work-keys"));
  const role = answerOf(await get("admin"));
  expect(role.Expiration).toMatch(/:\d\dZ$/);
  expect(ours()).toEqual(["ListMFADevices", "GetSessionToken", "AssumeRole"]);
  expect(answerOf(await get("admin"))).toEqual(role);
  expect(ours()).toHaveLength(3);
  expect(await whoIs(role)).toBe(`arn:aws:sts::210987654321:assumed-role/admin/${USER}`);
});

it("twenty at once on a cold cache: one question, one GetSessionToken, twenty equal answers", async () => {
  const outcomes = await Promise.all(Array.from({ length: MANY }, () => get("work-keys")));
  for (const outcome of outcomes) answerOf(outcome);
  expect(new Set(outcomes.map(({ stdout }) => stdout)).size).toBe(1);
  expect(ours()).toEqual(["ListMFADevices", "GetSessionToken"]);
  expect(home.prompts).toBe(1);
});

it("enrolls a device and lists it", async () => {
  const client = iam(moto.url, ANYBODY);
  await client.send(new DeactivateMFADeviceCommand({ UserName: USER, SerialNumber: device }));
  await client.send(new DeleteVirtualMFADeviceCommand({ SerialNumber: device }));
  client.destroy();
  const mfa = (...words: string[]): Promise<Outcome> =>
    home.run(["mfa", ...words], { env: { AWS_ENDPOINT_URL: moto.target }, input: "123456\n654321\n" });
  expect((await mfa("list", "work-keys")).stdout).toContain("no MFA device");
  const enrolled = await mfa("enroll", "work-keys", "--show-secret", "--code", "-");
  expect(enrolled.stdout).toMatch(
    /^device arn:aws:iam::\d{12}:mfa\/jane\nsecret [A-Z2-7]+\nuri otpauth:[^\n]+\n✓ jane is enrolled/,
  );
  expect((await mfa("list", "work-keys")).stdout).toMatch(/✓ jane +authenticator app/);
  expect((await mfa("enroll", "work-keys", "--device", "jane", "--show-secret", "--code", "-")).status).toBe(2);
});
