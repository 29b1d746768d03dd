/** `askonce policy` in files, pipes and terminals; and what it prints, attached to a user of the fake AWS. */

import {
  ChangePasswordCommand,
  CreateAccessKeyCommand,
  CreateVirtualMFADeviceCommand,
  DeactivateMFADeviceCommand,
  DeleteVirtualMFADeviceCommand,
  EnableMFADeviceCommand,
  ListMFADevicesCommand,
} from "@aws-sdk/client-iam";
import { AssumeRoleCommand, GetSessionTokenCommand } from "@aws-sdk/client-sts";
import { describe, expect, test } from "vitest";
import { iam, type Keys, keysOf, refusal, sts } from "../support/fake-aws/clients.ts";
import { ALLOW_ALL } from "../support/fake-aws/policies.ts";
import { codeFor, counterAt } from "../support/fake-aws/totp.ts";
import { aws, home, withFreshHomes } from "../support/fresh-homes.ts";

withFreshHomes();

async function printed(...flags: string[]) {
  const { status, stdout } = await home.run(["policy", ...flags]);
  expect(status).toBe(0);
  return JSON.parse(stdout);
}

describe("what is printed", () => {
  test("into a file is JSON alone, and nothing is said", async () => {
    const { status, stderr } = await home.command("sh", ["-c", `${home.askonce} policy > policy.json`]);
    expect({ status, stderr }).toEqual({ status: 0, stderr: "" });
    expect(JSON.parse(home.read("policy.json"))).toMatchObject({ Version: "2012-10-17" });
  });

  test("with --self-enroll comes with its risk on stderr, one line, and the file stays JSON", async () => {
    const { stderr } = await home.command("sh", ["-c", `${home.askonce} policy --self-enroll > policy.json`]);
    expect(stderr).toMatch(/^askonce: with --self-enroll, whoever has stolen the keys [^\n]+\n$/);
    expect(home.read("policy.json")).toContain("iam:EnableMFADevice");
    expect(() => JSON.parse(home.read("policy.json"))).not.toThrow();
  });

  test.each([80, 40])("on a terminal of %i columns is followed by how to attach it", async (cols) => {
    const pty = home.onPty(["policy", "--self-enroll", "--partition", "aws-us-gov"], { cols, rows: 90 });
    expect((await pty.exit).code).toBe(0);
    const screen = pty.screen();
    expect(screen).toContain('"arn:aws-us-gov:iam::*:user/');
    expect(screen).toContain("aws iam create-policy");
    expect(screen.replaceAll(/\n/g, "")).toContain(
      "askonce policy --self-enroll --partition aws-us-gov > require-mfa.json",
    );
    expect(screen.replaceAll(/\n\s*/g, " ")).toContain("whoever has stolen the keys of a user without an MFA device");
  });

  test("with --how are the commands alone, for that partition", async () => {
    const { stdout, stderr } = await home.run(["policy", "--how", "--partition", "aws-cn"]);
    expect(stdout).toMatch(
      /aws iam create-policy .*&&\n\s+aws iam attach-group-policy .*arn:aws-cn:iam::ACCOUNT:policy/s,
    );
    expect(stdout).not.toContain("Statement");
    expect(stderr).toBe("");
  });

  test.each([
    [["--partition", "mars"], /there is no partition "mars"/],
    [["work"], /policy takes no "work"/],
    [["--self-enrol"], /unknown option '--self-enrol'/],
  ] as const)("%j is a usage error", async (words, line) => {
    const { status, stdout, stderr } = await home.run(["policy", ...words]);
    expect({ status, stdout }).toEqual({ status: 2, stdout: "" });
    expect(stderr).toMatch(line);
  });
});

describe("attached to a user", () => {
  /** IAM answers 501 where the fake does no more than say that it is allowed. */
  const ALLOWED = "FakeAwsAllowedOnly";
  const serial = "arn:aws:iam::123456789012:mfa/paula";

  async function attempts(keys: Keys): Promise<Record<string, string>> {
    const client = iam(aws.url, keys);
    const device = { UserName: "paula", SerialNumber: serial };
    const calls = {
      CreateAccessKey: client.send(new CreateAccessKeyCommand({ UserName: "paula" })),
      DeactivateMFADevice: client.send(new DeactivateMFADeviceCommand(device)),
      DeleteVirtualMFADevice: client.send(new DeleteVirtualMFADeviceCommand({ SerialNumber: serial })),
      CreateVirtualMFADevice: client.send(new CreateVirtualMFADeviceCommand({ VirtualMFADeviceName: "paula-2" })),
      EnableMFADevice: client.send(
        new EnableMFADeviceCommand({ ...device, AuthenticationCode1: "123456", AuthenticationCode2: "654321" }),
      ),
      ChangePassword: client.send(new ChangePasswordCommand({ OldPassword: "old", NewPassword: "new" })),
      AssumeRole: sts(aws.url, keys).send(
        new AssumeRoleCommand({ RoleArn: aws.fixture.roles.open, RoleSessionName: "thief" }),
      ),
    };
    const answers = Object.entries(calls).map(async ([name, call]) => {
      const answer = await refusal(call).catch(() => ({ code: "done" }));
      return [name, answer.code === "AccessDenied" ? "denied" : answer.code] as const;
    });
    return Object.fromEntries(await Promise.all(answers));
  }

  test.each([
    ["/", []],
    ["/team/a/", ["--self-enroll"]],
  ] as const)("with the path %s and %j it stops stolen keys and lets a code through", async (path, flags) => {
    const policies = [ALLOW_ALL, await printed(...flags)];
    const user = aws.state.addUser({ accountId: aws.fixture.account, name: "paula", path, policies });
    const key = aws.state.addKey(user);
    aws.state.addDevice(user, serial, "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ");
    try {
      const stolen = await attempts(key);
      const creating = flags.length === 0 ? "denied" : "done";
      expect(stolen).toEqual({
        CreateAccessKey: "denied",
        DeactivateMFADevice: "denied",
        DeleteVirtualMFADevice: "denied",
        CreateVirtualMFADevice: creating,
        EnableMFADevice: "denied",
        ChangePassword: ALLOWED,
        AssumeRole: "denied",
      });
      expect((await iam(aws.url, key).send(new ListMFADevicesCommand({}))).MFADevices).toHaveLength(1);
      const signedIn = await sts(aws.url, key).send(
        new GetSessionTokenCommand({ SerialNumber: serial, TokenCode: aws.freshCode(serial) }),
      );
      expect(Object.values(await attempts(keysOf(signedIn.Credentials)))).not.toContain("denied");
    } finally {
      aws.state.removeDevice(serial);
      aws.state.created.length = 0;
      aws.state.deleteKey(key.accessKeyId);
      aws.state.users.splice(aws.state.users.indexOf(user), 1);
    }
  });

  test.each([
    ["has a device", true],
    ["has none: that is the risk of --self-enroll", false],
  ])("stolen keys of a user who %s", async (_, hasDevice) => {
    const policies = [ALLOW_ALL, await printed("--self-enroll")];
    const user = aws.state.addUser({ accountId: aws.fixture.account, name: "paula", policies });
    const key = aws.state.addKey(user);
    if (hasDevice) aws.state.addDevice(user, serial, "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ");
    const thief = iam(aws.url, key);
    const create = (name: string) => thief.send(new CreateVirtualMFADeviceCommand({ VirtualMFADeviceName: name }));
    expect((await refusal(create("bob"))).code).toBe("AccessDenied");
    const { VirtualMFADevice: own } = await create("paula-thief");
    const seed = Buffer.from(own?.Base32StringSeed ?? []).toString();
    const now = counterAt(Date.now());
    const enable = thief.send(
      new EnableMFADeviceCommand({
        UserName: "paula",
        SerialNumber: own?.SerialNumber,
        AuthenticationCode1: codeFor(seed, now),
        AuthenticationCode2: codeFor(seed, now + 1),
      }),
    );
    if (hasDevice) expect((await refusal(enable)).code).toBe("AccessDenied");
    else await enable;
    expect(aws.state.devices.filter((device) => device.user === user)).toHaveLength(1);
    aws.state.removeDevice(hasDevice ? serial : (own?.SerialNumber ?? ""));
    aws.state.created.length = 0;
    aws.state.deleteKey(key.accessKeyId);
    aws.state.users.splice(aws.state.users.indexOf(user), 1);
  });

  test("askonce finds the device of whoever has nothing but this policy, and has the session", async () => {
    const policies = [await printed()];
    const user = aws.state.addUser({ accountId: aws.fixture.account, name: "paula", path: "/team/", policies });
    const key = aws.state.addKey(user);
    aws.state.addDevice(user, serial, "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ");
    home.write(
      ".aws/credentials",
      `[paula]\naws_access_key_id = ${key.accessKeyId}\naws_secret_access_key = ${key.secretAccessKey}\nregion = eu-west-1\n`,
    );
    const { status, stdout } = await home.run(["login", "paula", "--code", "-"], {
      input: `${aws.freshCode(serial)}\n`,
    });
    expect({ status, stdout }).toMatchObject({ status: 0, stdout: expect.stringContaining("paula") });
    aws.state.removeDevice(serial);
  });
});
