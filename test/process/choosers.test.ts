/** Choosing a device or a profile on the terminal: by number, by name, by Enter alone, or not at all. */

import { describe, expect, it } from "vitest";
import { answerOf, typeAnew } from "../support/askonce.ts";
import { aws, home, withFreshHomes } from "../support/fresh-homes.ts";

withFreshHomes();

describe("the choice of a device", () => {
  it.each([
    ["\r", "phone"],
    ["MIA-T\r", "tablet"],
  ] as const)("takes Enter for the device in brackets, and the beginning of a name: %j", async (typed, device) => {
    const pty = await home.shell();
    await typeAnew(pty, 'askonce get mia >out; echo "status $?"');
    await pty.waitFor("? Device  [mia-phone]");
    pty.type(typed);
    await pty.waitFor("? Code");
    expect(pty.screen()).toContain(`device mia-${device}`);
    pty.type(`${aws.freshCode(aws.fixture.mia.devices[device].serial)}\r`);
    await pty.waitFor("status 0");
    answerOf(await home.run(["get", "mia", "--no-prompt"]));
  });

  it("says which names an answer can mean", async () => {
    const pty = await home.shell();
    await typeAnew(pty, "askonce get mia");
    await pty.waitFor("? Device");
    pty.type("mia\r");
    await pty.waitFor("✗ mia can mean mia-phone or mia-tablet: type more of it");
  });

  it.each([
    ["cancelled", "", "the choice of the MFA device was cancelled"],
    ["not made in time", "--deadline 4", "the MFA device was not chosen in time"],
  ])("that is %s is told as what it is", async (_, more, message) => {
    const pty = await home.shell();
    await typeAnew(pty, `askonce get mia ${more} 2>err; echo "status $?"`);
    await pty.waitFor("? Device");
    if (more === "") pty.press("ctrl-d");
    await pty.waitFor("status 4");
    expect(home.read("err")).toBe(`askonce: ${message}; try again, or name it as mfa_serial of profile mia\n`);
  });

  it("that Ctrl-C ends is told to the rest of the command as cancelled", async () => {
    const pty = await home.shell();
    const get = "askonce get mia 2>>err";
    await typeAnew(pty, `sh -c 'trap : INT; ${get}; ${get}; echo "status $?"'`);
    await pty.waitFor("? Device");
    pty.press("ctrl-c");
    await pty.waitFor("status 4");
    expect(home.read("err")).toMatch(/^askonce: the choice of the MFA device was cancelled; .*\n$/);
  });
});

describe("the choice of a profile", () => {
  const two = (): void => {
    const [jane, hank] = [aws.fixture.jane.devices.phone.serial, aws.fixture.hank.devices.token.serial];
    const client = `[profile client]\ncredential_process = ${home.askonce} get hank --mfa-serial ${hank}\n`;
    home.configure(`mfa_serial = ${jane}`, client);
  };

  it.each([
    ["\r", {}, "client"],
    ["\r", { AWS_DEFAULT_PROFILE: "work" }, "work"],
    ["WO\r", {}, "work"],
  ] as [string, Record<string, string>, string][])("takes %j with %j for %s", async (typed, env, name) => {
    two();
    const pty = home.onPty(["login"], { env });
    await pty.waitFor(`? Profile  [${env.AWS_DEFAULT_PROFILE ?? "client"}]`);
    pty.type(typed);
    await pty.waitFor("? Code");
    expect(pty.screen()).toContain(`MFA session for ${name}\n`);
    pty.press("ctrl-c");
    await pty.exit;
  });

  it("that is cancelled is told as what it is", async () => {
    two();
    const pty = home.onPty(["login"]);
    await pty.waitFor("? Profile");
    pty.press("ctrl-d");
    const { code } = await pty.exit;
    expect(code).toBe(4);
    expect(pty.screen()).toContain("askonce: the choice of the profile was cancelled; ");
  });
});
