/** `mfa list` and `mfa resync`, against the fake AWS. */

import { describe, expect, it } from "vitest";
import { typeAnew } from "../support/askonce.ts";
import { answer, awsFiles, filesBefore, nora, pairOf, serialOf, withUserWithoutDevice } from "../support/enrollment.ts";
import { denying } from "../support/fake-aws/policies.ts";
import { aws, home } from "../support/fresh-homes.ts";

withUserWithoutDevice();

describe("the list", () => {
  it("tells kind, date and which one is asked for", async () => {
    const { stdout } = await home.run(["mfa", "list", "mia"]);
    expect(stdout).toBe(
      `mia · account ${aws.fixture.account} · 3 MFA devices
  mia-phone   authenticator app  2024-01-15
  mia-tablet  authenticator app  2024-01-15
  key         security key       2024-01-15  not for STS
! the next sign-in asks which: askonce login mia
`.replace(/ +$/gm, ""),
    );
    expect((await home.run(["mfa", "list", "work"])).stdout).toContain(
      "✓ jane-phone  authenticator app  2024-01-15  asked for",
    );
    expect((await home.run(["mfa", "list", "nora"])).stdout).toContain("! no MFA device: askonce mfa enroll nora");
  });

  it("has one line of JSON", async () => {
    const { stdout } = await home.run(["mfa", "list", "hank", "--json"]);
    expect(JSON.parse(stdout)).toEqual({
      version: 1,
      profile: "hank",
      account: aws.fixture.account,
      user: "hank",
      uses: "GAHT12345678",
      devices: [
        { serial: "GAHT12345678", name: "GAHT12345678", kind: "token", since: "2024-01-15T09:30:00Z", used: true },
      ],
    });
  });

  it("fits 40 columns", async () => {
    const pty = await home.shell({ cols: 40 });
    await typeAnew(pty, "askonce mfa list mia; echo status $?");
    await pty.waitFor("status 0");
    expect(pty.screen()).toContain("  mia-phone\n  authenticator app, 2024-01-15\n");
  });

  it("takes the cached session where the keys alone are denied", async () => {
    const phone = aws.state.addDevice(nora, serialOf(nora.name), "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ");
    home.configure("", `[profile nora]\nmfa_serial = ${phone.serial}\n`);
    const deny = denying("iam:ListMFADevices");
    nora.policies.push({
      ...deny,
      Statement: [
        {
          Effect: "Deny",
          Action: "iam:ListMFADevices",
          Resource: "*",
          Condition: { BoolIfExists: { "aws:MultiFactorAuthPresent": "false" } },
        },
      ],
    });
    expect((await home.run(["mfa", "list", "nora"])).status).toBe(3);
    await home.run(["login", "nora", "--code", "-"], { input: `${aws.freshCode(phone.serial)}\n` });
    expect((await home.run(["mfa", "list", "nora"])).stdout).toContain(`✓ ${nora.name}`);
  });
});

describe("a resync", () => {
  it("has AWS go by a clock that is off", async () => {
    const phone = aws.state.addDevice(nora, serialOf(nora.name), "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ");
    const secret = phone.codes?.secret ?? "";
    const pty = await home.shell();
    await typeAnew(pty, "askonce mfa resync nora; echo status $?");
    await pty.waitFor("? Code");
    await answer(pty, pairOf(secret, 20));
    await pty.waitFor("status 0");
    expect(pty.screen()).toContain(`✓ AWS goes by the clock of ${nora.name} now`);
    expect(phone.codes?.stepsAhead).toBeGreaterThan(18);
  });

  it.each(["escape", "ctrl-c"] as const)("is not made where a question is cancelled by %s", async (key) => {
    for (const [profile, question] of [
      ["mia", "? Device"],
      ["work-keys", "? Code"],
    ] as const) {
      const pty = home.onPty(["mfa", "resync", profile]);
      await pty.waitFor(question, 20_000);
      pty.press(key);
      const { code, signal } = await pty.exit;
      expect([code, signal]).not.toEqual([0, 0]);
    }
    expect([aws.count("ResyncMFADevice"), awsFiles()]).toEqual([0, filesBefore]);
  });

  it("names iam:ResyncMFADevice when it is denied", async () => {
    aws.state.addDevice(nora, serialOf(nora.name), "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ");
    nora.policies.push(denying("iam:ResyncMFADevice"));
    const { status, stderr } = await home.run(["mfa", "resync", "nora", "--code", "-"], { input: "111111\n222222\n" });
    expect([status, stderr]).toEqual([3, expect.stringContaining("AWS denies iam:ResyncMFADevice")]);
  });

  it("takes two lines, refuses what AWS refuses, and leaves security keys out", async () => {
    const { status } = await home.run(["mfa", "resync", "hank", "--code", "-"], { input: "111111\n222222\n" });
    expect(status).toBe(4);
    expect((await home.run(["mfa", "resync", "fido", "--code", "-"], { input: "" })).stderr).toContain(
      "has no device that makes codes",
    );
    expect((await home.run(["mfa", "resync", "mia", "--code", "-"], { input: "" })).stderr).toContain(
      "mia-phone, mia-tablet",
    );
  });
});
