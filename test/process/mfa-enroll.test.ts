/** `mfa enroll` for the first device of a user, on a terminal and from scripts, against the fake AWS. */

import { encode } from "uqr";
import { describe, expect, it } from "vitest";
import { typeAnew } from "../support/askonce.ts";
import {
  answer,
  awsFiles,
  created,
  devicesOf,
  enrolling,
  filesBefore,
  nora,
  pairOf,
  serialOf,
  withUserWithoutDevice,
} from "../support/enrollment.ts";
import { FAULTS } from "../support/fake-aws/faults.ts";
import { denying } from "../support/fake-aws/policies.ts";
import { aws, home } from "../support/fresh-homes.ts";
import { listing } from "../support/leaks.ts";
import { startTmux } from "../support/tmux.ts";
import { needsTool } from "../support/tools.ts";
import { waitUntil } from "../support/waiting.ts";

withUserWithoutDevice();

/** The modules of the picture on a screen, its border cut off: black on white. */
function modulesOn(screen: string): string[] {
  const lines = screen.split("\n").filter((line) => /[▀▄]/.test(line));
  const rows = lines.flatMap((line) => [
    [...line].map((one) => (one === "█" || one === "▀" ? "#" : ".")).join(""),
    [...line].map((one) => (one === "█" || one === "▄" ? "#" : ".")).join(""),
  ]);
  const used = rows.filter((row) => row.includes("#"));
  const left = Math.min(...used.map((row) => row.indexOf("#")));
  return used.map((row) => row.slice(left));
}

describe("enrolling the first device", () => {
  it("draws what an app can scan, takes two codes, and leaves no secret behind", async () => {
    const pty = await enrolling();
    const { codes } = created();
    const uri = `otpauth://totp/AWS:${nora.name}@${aws.fixture.account}?secret=${codes.secret}&issuer=AWS`;
    const { data } = encode(uri, { ecc: "L", border: 0 });
    const drawn = modulesOn(pty.screen());
    expect(drawn).toEqual(
      data
        .map((row) =>
          row
            .map((dark) => (dark ? "#" : "."))
            .join("")
            .replace(/\.+$/, ""),
        )
        .map((row, index) => row.padEnd(drawn[index]?.length ?? 0, ".")),
    );
    expect(pty.screen()).toContain(`Scan with an authenticator app: AWS: ${nora.name}@${aws.fixture.account}`);
    const [first, second] = pairOf(codes.secret);
    pty.type(`${first}\r`);
    await pty.waitFor("Now the next code");
    expect(pty.screen()).not.toMatch(/[▀▄█]/);
    pty.type(`${first}\r`);
    await pty.waitFor("that is the first one again");
    pty.type(`${second}\r`);
    await pty.waitFor("status 0");
    expect(pty.screen()).toContain(`✓ ${nora.name} is enrolled`);
    expect(pty.screen()).toContain(`askonce mfa enroll nora --device ${nora.name}-spare`);
    expect(devicesOf(nora).map(({ serial }) => serial)).toEqual([serialOf(nora.name)]);
    expect(pty.output()).not.toContain(codes.secret);
    for (const [path, { text }] of listing(home.path))
      expect([path, text.includes(codes.secret)]).toEqual([path, false]);
    expect(home.read(".aws/config")).toContain(
      `# kept by hand\nregion = eu-west-1\nmfa_serial = ${serialOf(nora.name)}\n`,
    );
    expect(pty.sttyFlags()).toEqual(expect.arrayContaining(["icanon", "echo", "isig"]));
  });

  it("shows the secret when s is typed, and explains codes that are refused", async () => {
    const pty = await enrolling();
    pty.type("s\r");
    await pty.waitFor("by this secret");
    const secret = created().codes.secret;
    expect(pty.screen().replace(/\s/g, "")).toContain(secret);
    await answer(pty, pairOf(secret, 20));
    await pty.waitFor("✗ AWS did not accept them");
    await answer(pty, pairOf(secret));
    await pty.waitFor("status 0");
    expect(pty.screen().replace(/\s/g, "")).not.toContain(secret);
  });

  it("draws what an app can scan in 40 columns too", async () => {
    const pty = await enrolling({ cols: 40 });
    const { data } = encode(`otpauth://totp/AWS:${nora.name}?secret=${created().codes.secret}`, {
      ecc: "L",
      border: 0,
    });
    const dark = modulesOn(pty.screen()).map((row) => row.replace(/\.+$/, ""));
    expect(dark).toEqual(
      data.map((row) =>
        row
          .map((one) => (one ? "#" : "."))
          .join("")
          .replace(/\.+$/, ""),
      ),
    );
    expect(pty.screen().replace(/\s/g, "")).not.toContain(created().codes.secret);
  });

  it("is not kept in the history of a tmux window that it filled", async (context) => {
    needsTool(context, "tmux");
    const tmux = startTmux();
    try {
      const exports = Object.entries(home.env).map(([name, value]) => `export ${name}='${value}'`);
      tmux.run("send-keys", `. ${home.write("env", exports.join("\n"))}; clear; askonce mfa enroll nora`, "Enter");
      const shown = (): string => tmux.run("capture-pane", "-p", "-S", "-");
      await waitUntil(() => shown().includes("? Code"), shown);
      expect(shown()).toContain("▀");
      tmux.run("send-keys", "s", "Enter");
      await waitUntil(() => shown().includes("by this secret"), shown);
      const [first, second] = pairOf(created().codes.secret);
      tmux.run("send-keys", first, "Enter");
      await waitUntil(() => shown().includes("Now the next code"), shown);
      tmux.run("send-keys", second, "Enter");
      await waitUntil(() => shown().includes("is enrolled"), shown);
      expect(shown()).not.toMatch(/[▀▄█]|by this secret|Code/);
    } finally {
      tmux.stop();
    }
  }, 60_000);

  it("shows no secret unasked in a window that is too small, and says why", async () => {
    const pty = await enrolling({ cols: 36 });
    const shown = (): string => pty.screen().replace(/\s+/g, " ");
    const { secret } = created().codes;
    expect(shown()).toContain("too small for the QR code: make it larger, or type s");
    expect(shown().replaceAll(" ", "")).not.toContain(secret);
    pty.type("s\r");
    await waitUntil(() => shown().replaceAll(" ", "").includes(secret), shown);
    pty.type("s\r");
    await pty.waitFor("make it larger");
    pty.resize(100, 30);
    await pty.waitFor("▀");
    await answer(pty, pairOf(secret));
    await pty.waitFor("status 0");
  });

  it.each([
    ["Ctrl-C at the first code", "ctrl-c", false],
    ["Escape at the first code", "escape", false],
    ["Ctrl-C at the second code", "ctrl-c", true],
    ["Escape at the second code", "escape", true],
  ] as const)("is as if it had not been after a %s", async (_, key, isSecond) => {
    const pty = await enrolling();
    if (isSecond) {
      pty.type(`${pairOf(created().codes.secret)[0]}\r`);
      await pty.waitFor("Now the next code");
    }
    pty.press(key);
    await pty.waitFor(key === "ctrl-c" ? "nothing was enrolled" : "status 4");
    await waitUntil(
      () => aws.count("DeleteVirtualMFADevice") === 1 && aws.state.created.length === 0,
      () => "its end",
    );
    expect(devicesOf(nora)).toEqual([]);
    expect(awsFiles()).toBe(filesBefore);
    expect(pty.sttyFlags()).toEqual(expect.arrayContaining(["icanon", "echo", "isig"]));
  });

  it("takes up after kill -9: asks, deletes what was left, and makes it anew", async () => {
    const killed = home.onPty(["mfa", "enroll", "nora"]);
    await killed.waitFor("? Code");
    killed.kill("SIGKILL");
    await killed.exit;
    const { secret } = created().codes;
    for (const [reply, end] of [
      ["no", "stays as it is"],
      ["yes", "? Code"],
    ] as const) {
      const pty = await home.shell();
      await typeAnew(pty, "askonce mfa enroll nora; echo status $?");
      await pty.waitFor("Delete it and make it anew?");
      pty.type(`${reply}\r`);
      await pty.waitFor(end, 20_000);
      if (reply === "no") continue;
      expect(aws.state.created).toHaveLength(1);
      expect(created().codes.secret).not.toBe(secret);
      await answer(pty, pairOf(created().codes.secret));
      await pty.waitFor("status 0");
    }
  });

  it("leaves alone a device of that name that somebody has", async () => {
    aws.state.addDevice(aws.state.user("olaf"), serialOf(nora.name), "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ");
    const pty = await home.shell();
    await typeAnew(pty, "askonce mfa enroll nora; echo status $?");
    await pty.waitFor("status 3");
    expect(pty.screen().replace(/\s+/g, " ")).toContain("somebody else in the account has a device named");
    expect(aws.count("DeleteVirtualMFADevice")).toBe(0);
    aws.state.removeDevice(serialOf(nora.name));
  });

  it("says how to remove what it may not delete", async () => {
    nora.policies.push(denying("iam:DeleteVirtualMFADevice"));
    const pty = await enrolling({ cols: 200 });
    pty.press("escape");
    await pty.waitFor("status 4");
    expect(pty.screen()).toContain(`aws iam delete-virtual-mfa-device --serial-number ${serialOf(nora.name)}`);
    expect(aws.state.created).toHaveLength(1);
  });

  it.each(["iam:CreateVirtualMFADevice", "iam:EnableMFADevice", "iam:ListMFADevices"])(
    "names %s when it is denied",
    async (action) => {
      nora.policies.push(denying(action));
      const pty = await home.shell({ cols: 200 });
      await typeAnew(pty, "askonce mfa enroll nora; echo status $?");
      if (action === "iam:EnableMFADevice") {
        await pty.waitFor("? Code");
        await answer(pty, pairOf(created().codes.secret));
      }
      await pty.waitFor("status 3");
      expect(pty.screen()).toContain(`AWS denies ${action}`);
      expect(aws.state.created).toEqual([]);
    },
  );

  it.each(["CreateVirtualMFADevice", "EnableMFADevice"])("says what AWS says of a limit: %s", async (action) => {
    const message = "Cannot exceed quota for MFADevicesPerUser: 8";
    aws.fault(action, { kind: "error", status: 409, code: "LimitExceeded", message }, 1);
    const pty = await home.shell({ cols: 200 });
    await typeAnew(pty, "askonce mfa enroll nora; echo status $?");
    if (action === "EnableMFADevice") {
      await pty.waitFor("? Code");
      await answer(pty, pairOf(created().codes.secret));
    }
    await pty.waitFor("status 5");
    expect(pty.screen()).toContain(message);
    expect(aws.state.created).toEqual([]);
    expect(awsFiles()).toBe(filesBefore);
  });

  it("stands again after a Ctrl-Z, and is enrolled", async () => {
    const pty = await enrolling();
    pty.press("ctrl-z");
    await pty.waitFor("Stopped");
    expect(pty.screen()).not.toMatch(/[▀▄█]/);
    pty.type("fg\r");
    await waitUntil(
      () => /[▀▄█]/.test(pty.screen()),
      () => pty.screen(),
    );
    await answer(pty, pairOf(created().codes.secret));
    await pty.waitFor(`${nora.name} is enrolled`);
  });

  it("believes the list where the answer was lost", async () => {
    const pty = await enrolling();
    aws.fault("EnableMFADevice", FAULTS.resetAfter, 1);
    await answer(pty, pairOf(created().codes.secret));
    await pty.waitFor("status 0", 30_000);
    expect(devicesOf(nora)).toHaveLength(1);
  });
});

it("the device is enabled also where the config cannot be written: that is said", async () => {
  const env = { AWS_CONFIG_FILE: `${home.write("no-directory", "")}/config` };
  const pty = home.onPty(["mfa", "enroll", "nora"], { env });
  await pty.waitFor("Scan with an authenticator app", 20_000);
  await answer(pty, pairOf(created().codes.secret));
  await pty.waitFor("is not written");
  expect((await pty.exit).code).toBe(0);
  expect(devicesOf(nora).map(({ serial }) => serial)).toEqual([serialOf(nora.name)]);
});

it("mfa_serial of a device that is gone is replaced by the new one, with a backup", async () => {
  home.configure("", `[profile nora]\nmfa_serial = ${serialOf("gone")} # old\nregion = eu-west-1\n`);
  const pty = await enrolling();
  await answer(pty, pairOf(created().codes.secret));
  await pty.waitFor("status 0");
  expect(home.read(".aws/config")).toContain(`mfa_serial = ${serialOf(nora.name)} # old\n`);
  expect(pty.screen()).toContain("backup");
});

describe("for scripts", () => {
  it("enrolls with two lines of standard input, and prints the secret only when it is asked to", async () => {
    const refused = await home.run(["mfa", "enroll", "nora", "--code", "-"], { input: "123456\n123457\n" });
    expect([refused.status, aws.count("CreateVirtualMFADevice")]).toEqual([2, 0]);
    const script = `coproc askonce mfa enroll nora --show-secret --code -
while read -r word value <&"\${COPROC[0]}"; do [ "$word" = secret ] && break; done
echo "$value" > secret.tmp; while [ ! -s codes ]; do sleep 0.1; done; cat codes >&"\${COPROC[1]}"; rm secret.tmp
cat <&"\${COPROC[0]}"; wait $COPROC_PID; echo "status $?"`;
    const running = home.command("bash", ["-c", script]);
    await waitUntil(
      () => home.read("secret.tmp").trim() !== "",
      () => "the secret",
    );
    home.write("codes", `${pairOf(home.read("secret.tmp").trim()).join("\n")}\n`);
    const { stdout } = await running;
    expect(stdout).toContain("status 0");
    expect(devicesOf(nora)).toHaveLength(1);
  });

  it("leaves nothing behind codes that are refused, the same, or none", async () => {
    for (const input of ["111111\n222222\n", "111111\n111111\n", "111111\n", ""]) {
      const outcome = await home.run(["mfa", "enroll", "nora", "--show-secret", "--code", "-"], { input });
      expect([input, outcome.status, aws.state.created.length]).toEqual([input, 4, 0]);
    }
  });

  it("needs a terminal otherwise, before anything is created", async () => {
    const { status, stderr } = await home.run(["mfa", "enroll", "nora"]);
    expect(status).toBe(4);
    expect(stderr).toMatch(/^askonce: there is no terminal.*--code -\n$/);
    expect(aws.count("CreateVirtualMFADevice")).toBe(0);
  });
});
