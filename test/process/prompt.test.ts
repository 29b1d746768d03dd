import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { typeAnew } from "../support/askonce.ts";
import { aws, home, withFreshHomes } from "../support/fresh-homes.ts";
import type { PtySession } from "../support/pty.ts";
import { waitUntil } from "../support/waiting.ts";

withFreshHomes(() => {
  home.configure(home.serialLine);
});

const COOKED = expect.arrayContaining(["icanon", "echo", "isig"]);
const calls = (): number => aws.count("GetSessionToken");

/** A shell line that runs `get` with its streams as a client has them, its answer in a file and its status on the screen. */
const asClient = (streams: string): string => `askonce get work-keys ${streams} >out; echo "status $?"`;

/** How each client starts a helper: what stdin and stderr are. stdout is a pipe or file of the client's in all of them. */
const CLIENTS: [string, string][] = [
  ["botocore: stdin inherited, stderr captured", "2>err"],
  ["Go, Ruby, PHP: stdin and stderr inherited", ""],
  ["Terraform: stdin somebody else's pipe, stderr a log", "2>err <fifo"],
  ["JavaScript, Java: stdin a pipe that never ends, stderr captured", "2>err <fifo"],
  ["stdin closed", "<&- 2>err"],
  ["all of them closed but stdout", "<&- 2>&-"],
];

describe("the prompt", () => {
  it.each(CLIENTS)("is seen and answered under %s", async (_, streams) => {
    const pty = await home.shell();
    pty.type("mkfifo fifo; exec 9<>fifo; clear\r");
    pty.type(`${asClient(streams)}\r`);
    await pty.waitFor("? Code");
    expect(pty.screen()).toContain("MFA session for work-keys");
    expect(pty.screen()).toContain("account 123456789012 · device jane-phone");
    pty.type(`${aws.freshCode()}\r`);
    await pty.waitFor("status 0");
    expect(pty.screen()).toMatch(/✓ MFA session for work-keys until (\w+ )?\d\d:\d\d/);
    expect(pty.screen()).not.toContain("? Code");
    expect(home.read("out")).toMatch(/^\{"Version":1.*\}\n$/);
    expect(home.read("err")).toBe("");
    expect(pty.sttyFlags()).toEqual(COOKED);
    expect(calls()).toBe(1);
  });

  it("takes `123 456`, says at once what is no code, and spends no call on it", async () => {
    const pty = await home.shell();
    pty.type(`${asClient("")}\r`);
    await pty.waitFor("? Code");
    pty.type("12345\r");
    await pty.waitFor("✗ six digits, please");
    pty.type("abcdef\r");
    await pty.waitFor("digits only");
    expect(calls()).toBe(0);
    const code = aws.freshCode();
    pty.type(` ${code.slice(0, 3)} ${code.slice(3)} \r`);
    await pty.waitFor("status 0");
    expect(calls()).toBe(1);
  });

  it("comes back after a code that STS rejected, three times in all, and says so", async () => {
    const pty = await home.shell();
    pty.type(`${asClient("2>err")}\r`);
    await pty.waitFor("? Code");
    pty.type("000000\r");
    await pty.waitFor("AWS rejected that code");
    expect(pty.screen()).toContain("try 2 of 3");
    pty.type("000001\r");
    await pty.waitFor("try 3 of 3");
    pty.type("000002\r");
    await pty.waitFor("status 4");
    expect(calls()).toBe(3);
    expect(home.read("out")).toBe("");
    expect(home.read("err")).toMatch(/^askonce: AWS did not accept 3 codes of jane-phone; .*\n$/);
    // stderr was a file: the line is said on the terminal too, once.
    expect(pty.screen().match(/askonce: AWS did not accept/g)).toHaveLength(1);
  });

  it("knows a code that was used already, without asking STS", async () => {
    const pty = await home.shell();
    pty.type(`${asClient("")}\r`);
    await pty.waitFor("? Code");
    const code = aws.freshCode();
    pty.type(`${code}\r`);
    await pty.waitFor("status 0");
    await typeAnew(pty, `askonce logout --all; ${asClient("")}`);
    await pty.waitFor("? Code");
    pty.type(`${code}\r`);
    await pty.waitFor(/that code was used \d+ s ago; the next one comes in \d+ s/);
    expect(calls()).toBe(1);
    pty.press("ctrl-u");
    pty.type(`${aws.freshCode()}\r`);
    await pty.waitFor("status 0");
    expect(calls()).toBe(2);
  });

  it("says that a device is not this user's", async () => {
    home.configure(`mfa_serial = ${aws.fixture.dan.devices.phone.serial}`);
    const pty = await home.shell();
    pty.type(`${asClient("")}\r`);
    await pty.waitFor("? Code");
    pty.type("123456\r");
    await pty.waitFor("AWS says dan-phone is not this user's device");
  });

  it("is answered with a hardware token, whose serial number it shows", async () => {
    home.configure("", "[profile hank]\nregion = eu-west-1");
    const pty = await home.shell();
    pty.type("askonce get hank >out; echo status $?\r");
    await pty.waitFor("? Code");
    expect(pty.screen()).toContain("device GAHT12345678");
    pty.type(`${aws.freshCode("GAHT12345678")}\r`);
    await pty.waitFor("status 0");
  });

  it("has the SDK loaded while the user types", async () => {
    const pty = await home.shell({ env: { ASKONCE_LOG: `${home.path}/log` } });
    pty.type(`${asClient("")}\r`);
    await pty.waitFor("? Code");
    await waitUntil(
      () => home.read("log").includes("SDK loaded"),
      () => home.read("log"),
    );
    pty.type(`${aws.freshCode()}\r`);
    await pty.waitFor("status 0");
    expect(home.read("log")).toMatch(/asking for a code.*SDK loaded.*GetSessionToken/s);
  });

  it("fits 40 columns", async () => {
    const pty = await home.shell({ cols: 40 });
    pty.type("askonce get work-keys >out\r");
    await pty.waitFor("? Code");
    for (const line of pty.screen().split("\n")) expect([...line].length).toBeLessThanOrEqual(40);
  });

  it("that nobody answers ends in time, and the line tells what to do", async () => {
    const pty = await home.shell();
    pty.type(`askonce get work-keys --deadline 4 >out 2>err; echo "status $?"\r`);
    await pty.waitFor("? Code");
    await pty.waitFor("status 4", 15_000);
    expect(home.read("err")).toMatch(/^askonce: .*MFA code.*; .*\n$/);
    expect(pty.sttyFlags()).toEqual(COOKED);
    expect(pty.screen()).not.toContain("? Code");
  });
});

describe("two terminals", () => {
  it("both ask; a code in one ends the question in the other, and what was typed there is gone", async () => {
    const one = await home.shell();
    const other = await home.shell();
    one.type(`askonce get work-keys >out1; echo "status $?"\r`);
    await one.waitFor("? Code");
    other.type(`askonce login work-keys; echo "status $?"\r`);
    await other.waitFor("? Code");
    one.type("123");
    await one.waitFor("123");
    other.type(`${aws.freshCode()}\r`);
    await other.waitFor("status 0");
    await one.waitFor("status 0");
    expect(calls()).toBe(1);
    expect(home.read("out1")).toMatch(/^\{"Version":1/);
    await new Promise((resolve) => setTimeout(resolve, 300));
    expect(one.screen().split("\n").at(-1)?.trim()).toBe("$");
  });
});

describe("two sessions on one terminal", () => {
  it("ask one after the other, each under its own name", async () => {
    home.configure(home.serialLine, "[profile hank]\nmfa_serial = GAHT12345678\nregion = eu-west-1");
    home.executable(
      "bin/both",
      "askonce get work-keys >out1 </dev/tty & sleep 1; askonce get hank >out2 </dev/tty & wait; echo both done",
    );
    const pty = home.commandOnPty("both", []);
    await pty.waitFor("? Code");
    await new Promise((resolve) => setTimeout(resolve, 1_500));
    expect(pty.screen()).toContain("work-keys");
    expect(pty.screen()).not.toContain("hank");
    pty.type(`${aws.freshCode()}\r`);
    await pty.waitFor("MFA session for hank\n");
    pty.type(`${aws.freshCode("GAHT12345678")}\r`);
    await pty.waitFor("both done");
    expect(home.read("out1")).toMatch(/^\{"Version":1/);
    expect(home.read("out2")).toMatch(/^\{"Version":1/);
    expect(calls()).toBe(2);
  });
});

describe("a terminal that is not ours", () => {
  it("because the job is in the background is neither read nor written, and nothing is stopped", async () => {
    const pty = await home.shell();
    await typeAnew(pty, `{ ${asClient("2>err")} >done; } &`);
    await waitUntil(
      () => home.read("done").includes("status"),
      () => `the job to end: ${pty.screen()}`,
    );
    expect(home.read("done")).toBe("status 4\n");
    expect(pty.output()).not.toContain("Code");
    expect(home.read("err")).toMatch(/^askonce: nobody to ask/);
  });

  it("because it is raw belongs to a full-screen program: not a byte", async () => {
    home.executable(
      "bin/full-screen",
      `stty raw -echo; printf 'FULL SCREEN'; askonce get work-keys >out 2>err; echo $? >status; stty sane`,
    );
    const pty = home.commandOnPty("full-screen", []);
    await pty.exit;
    expect(pty.output()).toBe("FULL SCREEN");
    expect(home.read("status").trim()).toBe("4");
    expect(home.read("err")).toMatch(/^askonce: nobody to ask/);
  });

  it("because --no-prompt says so is not asked on", async () => {
    const pty = await home.shell();
    await typeAnew(pty, `askonce get work-keys --no-prompt >out 2>err; echo "status $?"`);
    await pty.waitFor("status 4");
    expect(pty.screen()).not.toContain("Code");
    await typeAnew(pty, `ASKONCE_PROMPT=none askonce get work-keys >out 2>err; echo "again $?"`);
    await pty.waitFor("again 4");
  });
});

describe("near its end a session", () => {
  const nearlyOver = async (pty: PtySession): Promise<string> => {
    aws.settings.sessionLifetimeSeconds = 400;
    pty.type(`${asClient("")}\r`);
    await pty.waitFor("? Code");
    pty.type(`${aws.freshCode()}\r`);
    await pty.waitFor("status 0");
    aws.settings.sessionLifetimeSeconds = undefined;
    // A quarter of 400 s is the window; the session is put 310 s into the past.
    const file = (await home.command("sh", ["-c", "ls .cache/askonce/sessions/*.json"])).stdout.trim();
    const stored = JSON.parse(readFileSync(`${home.path}/${file}`, "utf8"));
    home.write(
      file,
      JSON.stringify({ ...stored, issuedAtMs: stored.issuedAtMs - 310_000, expiresAtMs: stored.expiresAtMs - 310_000 }),
    );
    pty.type("clear\r");
    return home.read("out");
  };

  it("is renewed on the terminal", async () => {
    const pty = await home.shell();
    const old = await nearlyOver(pty);
    pty.type(`${asClient("")}\r`);
    await pty.waitFor("? Code");
    pty.type(`${aws.freshCode()}\r`);
    await pty.waitFor("status 0");
    expect(home.read("out")).not.toBe(old);
  });

  it("is served when the question is cancelled, and nobody is asked again", async () => {
    const pty = await home.shell();
    const oldKey = JSON.parse(await nearlyOver(pty)).AccessKeyId;
    pty.type(`${asClient("")}\r`);
    await pty.waitFor("? Code");
    pty.press("escape");
    await pty.waitFor("status 0");
    expect(JSON.parse(home.read("out")).AccessKeyId).toBe(oldKey);
    await typeAnew(pty, `${asClient("")}`);
    await pty.waitFor("status 0");
    expect(pty.screen()).not.toContain("Code");
    expect(JSON.parse(home.read("out")).AccessKeyId).toBe(oldKey);
  });

  it("is served at once where nobody can be asked", async () => {
    const pty = await home.shell();
    const oldKey = JSON.parse(await nearlyOver(pty)).AccessKeyId;
    const { stdout, status } = await home.run(["get", "work-keys"]);
    expect(status).toBe(0);
    expect(JSON.parse(stdout).AccessKeyId).toBe(oldKey);
  });
});
