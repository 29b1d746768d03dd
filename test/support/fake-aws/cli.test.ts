import { execFile, execFileSync } from "node:child_process";
import { tmpdir } from "node:os";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Keys } from "./clients.ts";
import { type FakeAws, startFakeAws } from "./server.ts";

function hasCli(): boolean {
  try {
    execFileSync("aws", ["--version"], { stdio: "ignore" });
    return true;
  } catch {
    return false;
  }
}

describe.runIf(hasCli())("the AWS CLI", { timeout: 30_000 }, () => {
  let fake: FakeAws;
  beforeAll(async () => {
    fake = await startFakeAws();
  });
  afterAll(() => fake.close());

  async function aws(keys: Keys, ...args: string[]): Promise<string> {
    const env = {
      PATH: process.env.PATH,
      HOME: tmpdir(),
      AWS_CONFIG_FILE: "/dev/null",
      AWS_SHARED_CREDENTIALS_FILE: "/dev/null",
      AWS_EC2_METADATA_DISABLED: "true",
      AWS_MAX_ATTEMPTS: "1",
      AWS_ACCESS_KEY_ID: keys.accessKeyId,
      AWS_SECRET_ACCESS_KEY: keys.secretAccessKey,
      ...(keys.sessionToken === undefined ? {} : { AWS_SESSION_TOKEN: keys.sessionToken }),
    };
    const all = [...args, "--endpoint-url", fake.url, "--region", "eu-west-1", "--output", "json"];
    return (await promisify(execFile)("aws", all, { env, encoding: "utf8" })).stdout;
  }

  it("signs so that a session and its role are given", async () => {
    const { jane, roles } = fake.fixture;
    const { serial } = jane.devices.phone;
    const login = ["sts", "get-session-token", "--serial-number", serial, "--token-code", fake.code()];
    const { Credentials } = JSON.parse(await aws(jane, ...login));
    expect(Credentials.Expiration).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(Z|\+00:00)$/);
    const session = {
      accessKeyId: Credentials.AccessKeyId,
      secretAccessKey: Credentials.SecretAccessKey,
      sessionToken: Credentials.SessionToken,
    };
    const [role, devices] = await Promise.all([
      aws(session, "sts", "assume-role", "--role-arn", roles.admin, "--role-session-name", "jane"),
      aws(session, "iam", "list-mfa-devices"),
    ]);
    expect(JSON.parse(role).AssumedRoleUser.Arn).toMatch(/assumed-role\/admin\/jane$/);
    expect(JSON.parse(devices).MFADevices).toMatchObject([{ SerialNumber: serial }]);
  });

  it("prints a refusal in AWS's words", async () => {
    const { jane, roles } = fake.fixture;
    await expect(
      aws(jane, "sts", "assume-role", "--role-arn", roles.admin, "--role-session-name", "jane"),
    ).rejects.toThrow(
      /\(AccessDenied\) when calling the AssumeRole operation: User: \S+ is not authorized .* with an explicit deny/,
    );
  });
});
