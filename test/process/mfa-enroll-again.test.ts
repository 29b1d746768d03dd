/** `mfa enroll` where there is a device already: a spare, and what an earlier enrollment left. */

import { describe, expect, it } from "vitest";
import { typeAnew } from "../support/askonce.ts";
import {
  answer,
  awsFiles,
  created,
  devicesOf,
  enrolling,
  filesBefore,
  giveOnlyPolicy,
  nora,
  pairOf,
  serialOf,
  withUserWithoutDevice,
} from "../support/enrollment.ts";
import { ALLOW_ALL, denying } from "../support/fake-aws/policies.ts";
import { aws, home } from "../support/fresh-homes.ts";

withUserWithoutDevice();

describe("a spare", () => {
  it("is enrolled with a session of the first device, which the profile names from then on", async () => {
    const phone = aws.state.addDevice(nora, serialOf(nora.name), "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ");
    const pty = await home.shell();
    await typeAnew(pty, `askonce mfa enroll nora --device ${nora.name}-spare; echo "status $?"`);
    await pty.waitFor(`device ${nora.name}`);
    await pty.waitFor("? Code");
    pty.type(`${aws.freshCode(phone.serial)}\r`);
    await pty.waitFor("Scan with an authenticator app");
    await answer(pty, pairOf(created().codes.secret));
    await pty.waitFor("status 0");
    expect(devicesOf(nora)).toHaveLength(2);
    expect(home.read(".aws/config")).toContain(`# kept by hand\nregion = eu-west-1\nmfa_serial = ${phone.serial}\n`);
    expect(pty.screen()).not.toContain("locks you out");
  });

  it("is added in the console beside a security key, where AWS denies it without that", async () => {
    const words = ["mfa", "enroll", "fido", "--show-secret", "--code", "-"];
    for (const allowed of [false, true]) {
      const fido = aws.state.user("fido");
      const policies = fido.policies;
      if (allowed) fido.policies = [ALLOW_ALL];
      const { status, stderr } = await home.run(words, { input: "111111\n222222\n" });
      fido.policies = policies;
      expect([status, stderr]).toEqual([3, expect.stringContaining("; add an authenticator app in the IAM console")]);
      expect(aws.state.created).toEqual([]);
    }
  });

  it("is refused where there are eight", async () => {
    for (let index = 0; index < 8; index++)
      aws.state.addDevice(nora, serialOf(`${nora.name}-${index}`), "GEZDGNBVGY3TQOJQ");
    const pty = await home.shell();
    await typeAnew(pty, "askonce mfa enroll nora; echo status $?");
    await pty.waitFor("status 3");
    expect(pty.screen().replace(/\s+/g, " ")).toContain("has 8 MFA devices, and AWS allows no more");
  });
});

describe("what was left and may not be looked up or deleted", () => {
  it.each([
    ["iam:ListVirtualMFADevices", "there is a device"],
    ["iam:DeleteVirtualMFADevice", "AWS denies iam:DeleteVirtualMFADevice"],
  ])("%s: says how it is removed", async (action, line) => {
    const killed = home.onPty(["mfa", "enroll", "nora"]);
    await killed.waitFor("? Code");
    killed.kill("SIGKILL");
    await killed.exit;
    nora.policies.push(denying(action));
    const pty = await home.shell({ cols: 250 });
    await typeAnew(pty, `askonce mfa enroll nora --device ${nora.name}; echo status $?`);
    if (action === "iam:DeleteVirtualMFADevice") {
      await pty.waitFor("Delete it and make it anew?");
      pty.type("yes\r");
    }
    await pty.waitFor("status 3");
    expect(pty.screen()).toContain(line);
    expect(pty.screen()).toContain(`aws iam delete-virtual-mfa-device --serial-number ${serialOf(nora.name)}`);
    expect(aws.state.created).toHaveLength(1);
  });

  it.each(["escape", "ctrl-c"] as const)("stays where the question is cancelled by %s", async (key) => {
    const killed = home.onPty(["mfa", "enroll", "nora"]);
    await killed.waitFor("? Code");
    killed.kill("SIGKILL");
    await killed.exit;
    const pty = home.onPty(["mfa", "enroll", "nora"]);
    await pty.waitFor("Delete it and make it anew?", 20_000);
    pty.press(key);
    const { code, signal } = await pty.exit;
    expect([code, signal]).not.toEqual([0, 0]);
    expect([aws.count("DeleteVirtualMFADevice"), aws.state.created.length, awsFiles()]).toEqual([0, 1, filesBefore]);
  });
});

describe("with nothing but the policy of `askonce policy --self-enroll`", () => {
  async function giveOnlyPrintedPolicy(): Promise<void> {
    const { stdout } = await home.run(["policy", "--self-enroll"]);
    giveOnlyPolicy(JSON.parse(stdout));
  }

  it("enrolls the first device, signs in with it, and enrolls a spare", async () => {
    await giveOnlyPrintedPolicy();
    const pty = await enrolling();
    await answer(pty, pairOf(created().codes.secret, -1));
    await pty.waitFor("status 0");
    pty.type("clear\r");
    await typeAnew(pty, `askonce mfa enroll nora --device ${nora.name}-spare; echo "status $?"`);
    await pty.waitFor("? Code");
    pty.type(`${aws.freshCode(serialOf(nora.name))}\r`);
    await pty.waitFor("Scan with an authenticator app");
    await answer(pty, pairOf(created().codes.secret));
    await pty.waitFor("-spare is enrolled");
    expect(devicesOf(nora)).toHaveLength(2);
  });

  it("goes round what was left, which nobody but an administrator may delete", async () => {
    await giveOnlyPrintedPolicy();
    for (const [left, question] of [
      [0, false],
      [1, true],
      [2, true],
    ] as const) {
      const pty = await home.shell();
      await typeAnew(pty, "askonce mfa enroll nora; echo status $?");
      if (question) {
        await pty.waitFor("Delete it and make it anew?");
        pty.type("yes\r");
      }
      await pty.waitFor("? Code", 20_000);
      expect(aws.state.created).toHaveLength(left + 1);
      if (left === 1) expect(pty.output()).toContain(`! ${nora.name} stays unused`);
      if (left === 2) await answer(pty, pairOf(created().codes.secret));
      else pty.press("escape");
      await pty.waitFor(left === 2 ? "status 0" : "status 4");
    }
    expect(devicesOf(nora).map(({ serial }) => serial)).toEqual([serialOf(`${nora.name}-3`)]);
    expect(home.read(".aws/config")).toContain(`mfa_serial = ${serialOf(`${nora.name}-3`)}`);
  });
});
