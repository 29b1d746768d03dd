/** No secret in what askonce says, and nothing that drives a terminal: AWS's own words, names in the config, a bug. */

import { rmSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { beforeEach, describe, expect, it } from "vitest";
import { answerOf, type Outcome } from "../support/askonce.ts";
import { aws, home, withFreshHomes } from "../support/fresh-homes.ts";
import { type Entry, leaks, listing } from "../support/leaks.ts";
import { awsError, ESCAPE, emptyFile, prepareHome, readOutside, withOutsideDirectory } from "../support/secrets.ts";

withOutsideDirectory();
withFreshHomes(() => prepareHome(home));

describe("AWS's own words", () => {
  const everything = (outcome: Outcome): string =>
    [
      outcome.stderr,
      readOutside("log"),
      ...[...listing(home.path)].filter(isInCache).map(([, entry]) => entry.text),
    ].join("\n");
  const withLog = (): string[] => ["--log", emptyFile("log")];

  it("are shown, when they are an error's", async () => {
    aws.fault("GetSessionToken", awsError("ValidationError", "1 validation error detected."));
    const { stderr } = await home.run(["get", "work-keys"]);
    expect(stderr).toMatch(
      /^askonce: AWS refused GetSessionToken .*\(ValidationError\); 1 validation error detected\n$/,
    );
  });

  it("do not bring the code back that was sent", async () => {
    const code = home.showCode();
    const message = `1 validation error detected: Value '${code}' at 'tokenCode' failed to satisfy constraint`;
    aws.fault("GetSessionToken", awsError("ValidationError", message));
    const outcome = await home.run(["get", "work-keys", ...withLog()]);
    expect(outcome).toMatchObject({ status: 5, stdout: "" });
    expect(leaks(everything(outcome), { code })).toEqual([]);
  });

  it("do not bring back the keys that signed", async () => {
    const secrets = { key: aws.fixture.jane.secretAccessKey };
    aws.fault("GetSessionToken", awsError("ValidationError", `the key ${secrets.key} is bad`));
    const outcome = await home.run(["get", "work-keys", ...withLog()]);
    expect(outcome.status).toBe(5);
    expect(leaks(everything(outcome), secrets)).toEqual([]);
  });

  it("do not bring back the session that signed", async () => {
    const { SessionToken } = answerOf(await home.run(["get", "work-keys"]));
    aws.fault("AssumeRole", awsError("ValidationError", `the token ${SessionToken} is bad`));
    const outcome = await home.run(["get", "admin", ...withLog()]);
    expect(outcome.status).toBe(5);
    expect(leaks(outcome.stderr + readOutside("log"), { SessionToken })).toEqual([]);
  });

  it("do not make the line as long as they like", async () => {
    aws.fault("GetSessionToken", awsError("X".repeat(20_000), "Y".repeat(20_000)));
    const { stderr } = await home.run(["get", "work-keys"]);
    expect(stderr.length).toBeLessThan(1_000);
  });

  it("do not drive the terminal", async () => {
    aws.fault("GetSessionToken", awsError("ValidationError", `see${ESCAPE}\r\nthere`));
    const { stderr } = await home.run(["get", "work-keys"]);
    expect(stderr).toMatch(/^askonce: [^\n]+\n$/);
    expect(controls(stderr)).toEqual([]);
  });
});

describe("a text that drives terminals", () => {
  const name = `work${ESCAPE}`;
  beforeEach(() => {
    const { accessKeyId, secretAccessKey } = aws.fixture.jane;
    home.write(
      ".aws/credentials",
      `[${name}]\naws_access_key_id = ${accessKeyId}\naws_secret_access_key = ${secretAccessKey}\n`,
    );
  });
  const phone = (): string[] => ["--mfa-process", join(home.path, "bin/phone")];

  it.each([
    ["a profile's name", () => ["get", `nobody${ESCAPE}`]],
    ["the name of a profile without a way to ask", () => ["get", name]],
    ["a role", () => ["get", name, "--role-arn", `arn:aws:iam::210987654321:role/x${ESCAPE}`, ...phone()]],
    ["a device", () => ["get", name, "--mfa-serial", `arn:aws:iam::123456789012:u2f/user/x${ESCAPE}`]],
    ["a region", () => ["get", name, "--region", `eu${ESCAPE}`]],
    ["a flag", () => ["get", name, `--x${ESCAPE}`]],
    ["a command", () => [`get${ESCAPE}`]],
  ])("does not reach stderr as %s", async (_, args) => {
    const { status, stdout, stderr } = await home.run(args());
    expect(status).toBeGreaterThan(0);
    expect(stdout).toBe("");
    expect(stderr).toMatch(/^askonce: [^\n]+\n$/);
    expect(controls(stderr)).toEqual([]);
  });

  it("does not reach the terminal from a question, its complaint or the failure at its end", async () => {
    const pty = await home.shell({
      env: { NAME: name, SERIAL: `${aws.fixture.jane.devices.phone.serial}${ESCAPE}`, OUT: emptyFile("err") },
    });
    pty.type('askonce get "$NAME" --mfa-serial "$SERIAL" >/dev/null 2>"$OUT"; echo "status $?"\r');
    await pty.waitFor("? Code");
    const words = "MultiFactorAuthentication failed, unable to validate MFA code.";
    aws.fault("GetSessionToken", awsError("AccessDenied", `${words}${ESCAPE}`));
    pty.type("271828\r");
    await pty.waitFor("not this user's device");
    pty.press("escape");
    await pty.waitFor("status 4");
    expect(pty.screen()).toContain("askonce: ");
    expect(pty.output()).not.toContain("\u001b]0;owned");
    expect(pty.output()).not.toContain("\u001b[2J");
    expect(pty.output()).not.toContain("\u009b");
  });

  it("does not come out of login and logout", async () => {
    const login = await home.run(["login", name, ...phone()]);
    const logout = await home.run(["logout", name]);
    const again = await home.run(["logout", name]);
    expect([login.status, logout.status, again.status]).toEqual([0, 0, 0]);
    expect(controls(login.stdout + logout.stdout + again.stdout)).toEqual([]);
  });

  it("does not stand in the log", async () => {
    await home.run(["get", `nobody${ESCAPE}`, "--log", emptyFile("log")]);
    expect(readOutside("log")).toContain("nobody");
    expect(controls(readOutside("log"))).toEqual([]);
  });
});

describe("a bug", () => {
  /** Something that never fails does, with an error whose message holds a secret. */
  const broken = (): Record<string, string> => {
    const preload = `String.prototype.padStart = () => { throw new Error("the-phones-own-secret"); };`;
    return { NODE_OPTIONS: `--require ${home.write("broken.cjs", preload)}` };
  };

  it("has one line on stderr that says nothing of what it met", async () => {
    const outcome = await home.run(["get", "work-keys", "--log", emptyFile("log")], { env: broken() });
    expect(outcome).toMatchObject({ status: 1, stdout: "" });
    expect(outcome.stderr).toMatch(/^askonce: a bug in askonce; [^\n]+\n$/);
    expect(readOutside("log")).toContain("stack");
  });

  it("has no command line in its stack", async () => {
    await home.run(["get", "work-keys", "--log", emptyFile("log")], { env: broken() });
    expect(readOutside("log")).toContain("stack");
    expect(readOutside("log")).not.toContain("the-phones");
  });

  it("in the middle of waiting is one line as well", async () => {
    answerOf(await home.run(["get", "work-keys"]));
    const session = home.sessionFile();
    rmSync(session);
    home.executable("bin/phone", "exec sleep 3");
    const { done } = home.start(["get", "work-keys", "--deadline", "3"]);
    await sleep(700);
    // Found by whoever looks for the session meanwhile.
    symlinkSync("/etc/passwd", session);
    const outcome = await done;
    expect(outcome.stderr).toMatch(/^askonce: [^\n]+\n$/);
    expect(outcome).toMatchObject({ status: 3, stdout: "" });
  });
});

/** Control characters of a text that a terminal would obey; line ends are none. */
function controls(text: string): string[] {
  return [...text].filter((character) => /\p{Cc}/u.test(character) && character !== "\n");
}

function isInCache([path]: [string, Entry]): boolean {
  return path.startsWith(".cache/") && !path.includes("/sessions/");
}
