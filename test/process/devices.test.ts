import { describe, expect, it } from "vitest";
import { type Answer, answerOf, typeAnew } from "../support/askonce.ts";
import { aws, home, withFreshHomes } from "../support/fresh-homes.ts";
import type { PtySession } from "../support/pty.ts";
import { waitUntil } from "../support/waiting.ts";

withFreshHomes();

const lists = (): number => aws.count("ListMFADevices");
const calls = (): number => aws.count("GetSessionToken");
const tablet = (): string => aws.fixture.mia.devices.tablet.serial;

/** Starts `get mia` in a shell, with its answer in a file. */
async function ask(pty: PtySession, more = ""): Promise<void> {
  await typeAnew(pty, `askonce get mia ${more} >out 2>err; echo "status $?"`);
}

describe("several devices", () => {
  it("are chosen from on the terminal, security keys left out; then the code of that one is asked for", async () => {
    const pty = await home.shell();
    await ask(pty);
    await pty.waitFor("? Device");
    expect(pty.screen()).toContain("which MFA device for mia?");
    expect(pty.screen()).toContain("account 123456789012 · user mia · 2 MFA devices");
    expect(pty.screen()).toMatch(/1 {2}mia-phone\n.*2 {2}mia-tablet/);
    expect(pty.screen()).not.toContain("u2f");
    pty.type("3\r");
    await pty.waitFor("✗ a number from 1 to 2, please");
    pty.type("2\r");
    await pty.waitFor("? Code");
    expect(pty.screen()).toContain("device mia-tablet");
    expect(pty.screen()).not.toContain("? Device");
    pty.type(`${aws.freshCode(tablet())}\r`);
    await pty.waitFor("status 0");
    expect(aws.calls("GetSessionToken")[0]?.params.SerialNumber).toBe(tablet());
    expect([lists(), calls()]).toEqual([1, 1]);
    expect(pty.sttyFlags()).toEqual(expect.arrayContaining(["icanon", "echo", "isig"]));
  });

  it("are not asked about again: the choice outlives the session", async () => {
    const pty = await home.shell();
    await ask(pty);
    await pty.waitFor("? Device");
    pty.type("mia-tablet\r");
    await pty.waitFor("? Code");
    pty.type(`${aws.freshCode(tablet())}\r`);
    await pty.waitFor("status 0");
    answerOf(await home.run(["get", "mia"]));
    await home.run(["logout", "mia"]);
    await ask(pty);
    await pty.waitFor("? Code");
    expect(pty.screen()).toContain("device mia-tablet");
    expect(pty.screen()).not.toContain("which MFA device");
    pty.type(`${aws.freshCode(tablet())}\r`);
    await pty.waitFor("status 0");
    expect(lists()).toBe(1);
  });

  it.each(["2\r", "1\r"])("may be answered ahead by somebody who knows: %j", async (typed) => {
    const pty = await home.shell();
    await ask(pty);
    await pty.waitFor("? Device");
    pty.type(typed);
    await pty.waitFor("? Code");
    expect(pty.screen()).toContain(typed.startsWith("2") ? "mia-tablet" : "mia-phone");
  });

  it("make one question for ten processes of a terminal, and one list", async () => {
    const pty = await home.shell();
    home.executable(
      "bin/ten",
      `for i in 0 1 2 3 4 5 6 7 8 9; do askonce get mia >${home.path}/out.$i 2>${home.path}/err.$i & done; wait; echo all done`,
    );
    pty.type("ten\r");
    await pty.waitFor("? Device", 30_000);
    pty.type("1\r");
    await pty.waitFor("? Code", 30_000);
    pty.type(`${aws.freshCode(aws.fixture.mia.devices.phone.serial)}\r`);
    await pty.waitFor("all done", 60_000);
    const answers = new Set(Array.from({ length: 10 }, (_, index) => home.read(`out.${index}`)));
    expect([answers.size, lists(), calls()]).toEqual([1, 1, 1]);
  });

  it("may be chosen from on a second terminal, which ends the question on the first", async () => {
    const [first, second] = [await home.shell(), await home.shell()];
    await ask(first);
    await first.waitFor("? Device");
    second.type("askonce get mia >out2; echo status $?\r");
    await second.waitFor("? Device");
    second.type("2\r");
    await second.waitFor("? Code");
    await first.waitFor("? Code");
    expect(first.screen()).toContain("device mia-tablet");
    second.type(`${aws.freshCode(tablet())}\r`);
    await Promise.all([first.waitFor("status 0"), second.waitFor("status 0")]);
    expect(calls()).toBe(1);
  });

  it("that somebody is choosing from are waited for by who cannot ask, unless it is not to", async () => {
    const pty = await home.shell();
    await ask(pty);
    await pty.waitFor("? Device");
    const waiting = home.run(["get", "mia"]);
    const refused = await home.run(["get", "mia", "--no-prompt"]);
    expect(refused.status).toBe(3);
    pty.type("2\r");
    await pty.waitFor("? Code");
    pty.type(`${aws.freshCode(tablet())}\r`);
    answerOf(await waiting);
  });

  it("or one, that somebody has looked up, are waited for until that one asks", async () => {
    for (const [name, device] of [
      ["work-keys", aws.fixture.jane.devices.phone],
      ["mia", aws.fixture.mia.devices.phone],
    ] as const) {
      aws.clearCalls();
      aws.fault("ListMFADevices", { kind: "delay", delayMs: 2_000 });
      const pty = await home.shell();
      await typeAnew(pty, `askonce get ${name} >out; echo "status $?"`);
      await waitUntil(
        () => lists() === 1,
        () => "no ListMFADevices",
      );
      const waiting = Array.from({ length: 16 }, () => home.run(["get", name]));
      await pty.waitFor(/\? (Device|Code)/, 30_000);
      if (name === "mia") pty.type("1\r");
      await pty.waitFor("? Code");
      pty.type(`${aws.freshCode(device.serial)}\r`);
      await pty.waitFor("status 0", 30_000);
      expect((await Promise.all(waiting)).map(({ status }) => status)).toEqual(Array(16).fill(0));
    }
  });

  it("that nobody chose from are not asked about twice by one command, and are by the next", async () => {
    const pty = await home.shell();
    await typeAnew(pty, `sh -c 'askonce get mia; askonce get mia' 2>err; echo "status $?"`);
    await pty.waitFor("? Device");
    pty.press("ctrl-d");
    await pty.waitFor("status 4");
    expect(pty.screen().match(/which MFA device/g)).toBeNull();
    await ask(pty);
    await pty.waitFor("? Device");
    pty.press("ctrl-c");
    await waitUntil(
      () => !pty.screen().includes("? Device"),
      () => `no question any more on ${pty.screen()}`,
    );
  });

  it("are asked about again after three wrong codes: they may be right ones of the other", async () => {
    const pty = await home.shell();
    await ask(pty);
    await pty.waitFor("? Device");
    pty.type("1\r");
    await pty.waitFor("? Code");
    for (const [code, next] of [
      ["000000", "try 2 of 3"],
      ["000001", "try 3 of 3"],
      ["000002", "status 4"],
    ] as const) {
      pty.type(`${code}\r`);
      await pty.waitFor(next);
    }
    await ask(pty);
    await pty.waitFor("? Device");
  });

  it("are not forgotten after three wrong codes while a session of the chosen one is good", async () => {
    const pty = await home.shell();
    await ask(pty);
    await pty.waitFor("? Device");
    pty.type("2\r");
    await pty.waitFor("? Code");
    pty.type(`${aws.freshCode(tablet())}\r`);
    await pty.waitFor("status 0");
    const kept = answerOf(await home.run(["get", "mia"]));
    await ask(pty, "--force");
    await pty.waitFor("? Code");
    for (const [code, next] of [
      ["000000", "try 2 of 3"],
      ["000001", "try 3 of 3"],
      ["000002", "status 4"],
    ] as const) {
      pty.type(`${code}\r`);
      await pty.waitFor(next);
    }
    expect(answerOf(await home.run(["get", "mia", "--no-prompt"]))).toEqual(kept);
    expect((await home.run(["logout", "mia"])).stdout).toBe("forgot the session of mia\n");
  });

  it("are asked about by login, also in the command that cancelled the question", async () => {
    const pty = await home.shell();
    await typeAnew(pty, "sh -c 'askonce get mia 2>err; echo cancelled; askonce login mia'");
    await pty.waitFor("? Device");
    pty.press("ctrl-d");
    await pty.waitFor(/^cancelled/m);
    await pty.waitFor("? Device");
  });

  it("that nobody chose from within one process's short time are asked about by the next of the command", async () => {
    const pty = await home.shell();
    await typeAnew(pty, `sh -c 'askonce get mia --deadline 4; echo "status $?"; askonce get mia' 2>err`);
    await pty.waitFor("? Device");
    await pty.waitFor("status 4");
    await pty.waitFor("? Device");
  });

  it("are listed where nobody can be asked, with how to name or choose one", async () => {
    const { status, stdout, stderr } = await home.run(["get", "mia"]);
    expect([status, stdout]).toEqual([3, ""]);
    expect(stderr).toMatch(
      /^askonce: the user of mia has 2 MFA devices: \S+mia-phone, \S+mia-tablet; name one as mfa_serial .*\n$/,
    );
  });

  it("are listed at once by those who have a program for the code, which cannot choose: none waits for itself or another", async () => {
    const get = ["get", "mia", "--mfa-process", home.phone(), "--deadline", "8"];
    const outcomes = await Promise.all([1, 2, 3].map(() => home.run(get)));
    expect(outcomes.map(({ status }) => status)).toEqual([3, 3, 3]);
    expect(outcomes[0]?.stderr).toContain("has 2 MFA devices");
    expect([home.prompts, lists()]).toEqual([0, 1]);
  });

  it("that somebody chooses from are waited for by who has a program for the code, and then it is run", async () => {
    const pty = await home.shell();
    await ask(pty);
    await pty.waitFor("? Device");
    home.write("code", aws.freshCode(tablet()));
    const other = home.run(["get", "mia", "--mfa-process", home.phone()]);
    // It has looked the devices up, or found them looked up, by the time that its program is not run.
    await waitUntil(
      () => home.read("askonce.log").split('verb="get"').length === 3,
      () => "no second get",
    );
    pty.type("2\r");
    answerOf(await other);
    await pty.waitFor("status 0");
    expect([home.prompts, calls()]).toEqual([1, 1]);
  });

  it("may still be named: no choice, and IAM is not asked", async () => {
    home.write("code", aws.freshCode(tablet()));
    answerOf(await home.run(["get", "mia", "--mfa-serial", tablet(), "--mfa-process", home.phone()]));
    expect(lists()).toBe(0);
  });
});

describe("a found device that STS no longer knows", () => {
  const SPARE = "arn:aws:iam::123456789012:mfa/jane-spare";
  const phone = () => aws.fixture.jane.devices.phone;
  const jane = () => aws.state.user("jane");

  /** jane signs in with her phone, signs out unless told, loses it and gets these devices; what she does then. */
  async function replacedBy(
    spares: readonly string[],
    then: (first: Answer) => Promise<void>,
    { signsOut = true } = {},
  ): Promise<void> {
    home.configure(`mfa_process = ${home.phone()}`);
    home.showCode();
    const first = answerOf(await home.run(["get", "work-keys"]));
    if (signsOut) await home.run(["logout", "--all"]);
    aws.state.removeDevice(phone().serial);
    for (const spare of spares) aws.state.addDevice(jane(), spare, aws.fixture.mia.devices.tablet.secret);
    aws.clearCalls();
    try {
      await then(first);
    } finally {
      for (const spare of spares) aws.state.removeDevice(spare);
      aws.state.addDevice(jane(), phone().serial, phone().secret);
    }
  }

  it("is looked up once more in the same call, and the code that was given is used", async () => {
    await replacedBy([SPARE], async () => {
      home.showCode(aws.freshCode(SPARE));
      answerOf(await home.run(["get", "work-keys"]));
      expect([home.prompts, lists()]).toEqual([2, 1]);
      expect(aws.calls("GetSessionToken").map(({ params }) => params.SerialNumber)).toEqual([phone().serial, SPARE]);
      home.showCode(aws.freshCode(SPARE));
      answerOf(await home.run(["get", "work-keys", "--force"]));
      expect([home.prompts, lists()]).toEqual([3, 1]);
    });
  });

  it("has twenty processes share the one that was found", async () => {
    await replacedBy([SPARE], async () => {
      home.showCode(aws.freshCode(SPARE));
      const outcomes = await Promise.all(Array.from({ length: 20 }, () => home.run(["get", "work-keys"])));
      expect(new Set(outcomes.map((outcome) => answerOf(outcome).AccessKeyId)).size).toBe(1);
      expect([home.prompts, calls(), lists()]).toEqual([2, 2, 1]);
    });
  });

  it("costs no session that is still good: near its end it is served while nobody can choose another", async () => {
    const near = async (first: Answer): Promise<void> => {
      home.leave("session", 600);
      home.showCode("123456");
      expect(answerOf(await home.run(["get", "work-keys"])).AccessKeyId).toBe(first.AccessKeyId);
      expect(home.prompts).toBe(2);
      expect(answerOf(await home.run(["get", "work-keys", "--no-prompt"])).AccessKeyId).toBe(first.AccessKeyId);
    };
    await replacedBy([SPARE, `${SPARE}-2`], near, { signsOut: false });
  });

  it("has one chosen where there are several now, keeping what was typed", async () => {
    await replacedBy([SPARE, `${SPARE}-2`], async () => {
      home.configure();
      const pty = await home.shell();
      pty.type("askonce get work-keys >out; echo status $?\r");
      await pty.waitFor("device jane-phone");
      pty.type(`${aws.freshCode(SPARE)}\r`);
      await pty.waitFor("? Device");
      pty.type("1\r");
      await pty.waitFor("status 0");
      expect(calls()).toBe(2);
    });
  });

  it("is told at once, with those that there are, where a program gives the code and nobody can choose", async () => {
    await replacedBy([SPARE, `${SPARE}-2`], async () => {
      home.showCode("123456");
      const { status, stderr } = await home.run(["get", "work-keys", "--deadline", "8"]);
      expect(status).toBe(3);
      expect(stderr).toContain("has 2 MFA devices");
    });
  });

  it("that is the only one IAM knows too is told as what it is", async () => {
    await replacedBy([], async () => {
      home.showCode("123456");
      const { status, stderr } = await home.run(["get", "work-keys"]);
      expect(status).toBe(3);
      expect(stderr).toMatch(/^askonce: the user of work-keys has no MFA device; .*\n$/);
    });
  });
});

it("A device that is named and not the user's: where to see those that are, whoever has named it", async () => {
  home.configure(`mfa_process = ${home.phone()}`);
  home.showCode("123456");
  const other = "arn:aws:iam::123456789012:mfa/other";
  const { status, stderr } = await home.run(["get", "work", "--mfa-serial", other]);
  expect([status, stderr]).toEqual([
    4,
    "askonce: AWS did not accept the code: other is not a device of this user; `askonce mfa list work-keys` shows those that are: mend mfa_serial\n",
  ]);
});
