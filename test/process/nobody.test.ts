/** Where nobody can be asked: what is waited for, who is told, and how `login` alone finds what to do. */

import { rmSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import { describe, expect, it } from "vitest";
import { answerOf, type RunOptions, typeAnew } from "../support/askonce.ts";
import { aws, home, withFreshHomes } from "../support/fresh-homes.ts";
import { waitUntil } from "../support/waiting.ts";
import { windowProgram, windowsShown } from "../support/windows.ts";

const PATIENCE = 30_000;

withFreshHomes(() => {
  home.configure(home.serialLine);
  home.showCode();
});

const calls = (): number => aws.count("GetSessionToken");
/** A desktop of which only the bus is there; what notifies is a program of the home. */
const withBus = (env: Record<string, string> = {}): RunOptions => ({
  env: { DBUS_SESSION_BUS_ADDRESS: "unix:path=/nowhere", ...env },
});
const notifications = (): number => windowsShown(home, "notify-send");
const notified = (times: number) =>
  waitUntil(
    () => notifications() >= times,
    () => `${times} notifications; log: ${home.read("askonce.log")}`,
    PATIENCE,
  );
const NOBODY =
  /^askonce: nobody to ask for the MFA code of work-keys[^\n]*; run `askonce login work-keys` in a terminal/;

describe("a notification that was delivered", () => {
  it("is waited beside, until a login without a name answers it", async () => {
    windowProgram(home, "notify-send", "exit 0");
    const waiting = [1, 2, 3].map(() => home.run(["get", "work-keys"], withBus()));
    await notified(1);
    const pty = home.onPty(["login"]);
    await pty.waitFor("? Code");
    expect(pty.screen()).toContain("asked in a notification");
    pty.type(`${home.read("code")}\r`);
    await pty.waitFor("✓ MFA session for work-keys until");
    for (const outcome of await Promise.all(waiting)) answerOf(outcome);
    expect([notifications(), calls()]).toEqual([1, 1]);
    expect(home.read("notify-send.words")).toContain("askonce login work-keys");
  });

  it("is waited for also by those who come while it is being delivered", async () => {
    windowProgram(home, "notify-send", "sleep 1");
    const first = home.run(["get", "work-keys"], withBus());
    await notified(1);
    const others = [1, 2].map(() => home.run(["get", "work-keys"], withBus()));
    await waitUntil(
      () => (home.read("askonce.log").match(/ notified /g) ?? []).length === 1,
      () => "the delivery",
      PATIENCE,
    );
    const pty = home.onPty(["login"]);
    await pty.waitFor("? Code");
    pty.type(`${home.read("code")}\r`);
    for (const outcome of await Promise.all([first, ...others])) answerOf(outcome);
    expect([notifications(), calls()]).toEqual([1, 1]);
  });

  it("that nobody answered fails at the deadline, and the next call at once", async () => {
    windowProgram(home, "notify-send", "exit 0");
    const late = await home.run(["get", "work-keys", "--deadline", "4"], withBus());
    expect([late.status, late.stderr]).toEqual([4, expect.stringContaining("askonce login work-keys")]);
    const next = await home.run(["get", "work-keys"], withBus());
    expect([next.status, next.stderr]).toEqual([
      4,
      expect.stringMatching(/the next comes in \d+ (s|min) at the earliest/),
    ]);
    expect(notifications()).toBe(1);
  });

  it.each([
    ["not delivered", "exit 1", {}],
    ["delivered where CI is set", "exit 0", { CI: "true" }],
  ])("%s: status 4 at once, with the command to run", async (_, script, env: Record<string, string>) => {
    windowProgram(home, "notify-send", script);
    const { status, stderr } = await home.run(["get", "work-keys"], withBus(env));
    expect([status, stderr]).toEqual([4, expect.stringMatching(NOBODY)]);
    expect(notifications()).toBe("CI" in env ? 0 : 1);
  });

  it("is not made with --no-prompt, nor where one way to ask is named", async () => {
    windowProgram(home, "notify-send", "exit 0");
    for (const more of [["--no-prompt"], ["--prompt", "terminal"], ["--prompt", "zenity"]])
      expect((await home.run(["get", "work-keys", ...more], withBus())).status).toBe(4);
    expect(notifications()).toBe(0);
  });
});

describe("login without a name", () => {
  it("answers the question that stands on another terminal", async () => {
    const first = home.onPty(["get", "work-keys"]);
    await first.waitFor("? Code");
    const second = home.onPty(["login"], { env: { AWS_PROFILE: "nobody" } });
    await second.waitFor("You can type it here");
    second.type(`${home.read("code")}\r`);
    await second.waitFor("✓ MFA session for work-keys");
    await first.exit;
    expect(first.screen()).toContain('"Version":1');
    expect(calls()).toBe(1);
  });

  it("takes AWS_PROFILE, else the only profile that calls askonce", async () => {
    for (const env of [{ AWS_PROFILE: "admin" }, {}]) {
      const pty = home.onPty(["login"], { env: env as Record<string, string> });
      await pty.waitFor("? Code");
      expect(pty.screen()).toContain("AWS_PROFILE" in env ? "for admin" : "for work\n");
      pty.press("ctrl-c");
      await pty.exit;
    }
  });

  it("asks where there are several, and says so where it cannot", async () => {
    const { serial } = aws.fixture.hank.devices.token;
    // With what the calling profile says: hank's own has no device.
    const client = `[profile client]\ncredential_process = ${home.askonce} get hank --mfa-serial ${serial}\n`;
    home.configure(home.serialLine, client);
    const pty = home.onPty(["login"]);
    await pty.waitFor("? Profile");
    expect(pty.screen()).toMatch(/1 {2}client\n.*2 {2}work\n/);
    pty.type("2\r");
    await pty.waitFor("? Code");
    pty.type(`${home.read("code")}\r`);
    await pty.waitFor("✓ MFA session for work until");
    const { status, stderr } = await home.run(["login"]);
    expect([status, stderr]).toEqual([2, expect.stringContaining("client, work")]);
    const other = home.onPty(["login"]);
    await other.waitFor("? Profile");
    other.type("client\r");
    await other.waitFor(`device ${serial}`);
  });
});

describe("whoever waits at a terminal is told", () => {
  it("once, after a second, of a program that runs for another one", async () => {
    const asked = `echo asked >> ${home.path}/asked; until [ -e ${home.path}/go ]; do sleep 0.05; done`;
    const phone = home.executable("bin/phone", `${asked}; cat ${home.path}/code`);
    home.configure(`mfa_process = ${phone}\n${home.serialLine}`);
    const other = home.start(["get", "work-keys"]);
    await waitUntil(
      () => home.prompts === 1,
      () => "the phone",
      PATIENCE,
    );
    const pty = await home.shell();
    await typeAnew(pty, "for i in 1 2 3; do askonce get work-keys >out.$i & done; wait; echo all done");
    await sleep(2_500);
    // A job in the background writes nothing.
    expect(pty.screen()).not.toContain("waiting for");
    home.write("go", "");
    await pty.waitFor(/^all done/m, PATIENCE);
    answerOf(await other.done);
    expect(calls()).toBe(1);
    rmSync(`${home.path}/go`);
    await home.run(["logout", "--all"]);
    home.showNextCode();
    const again = home.start(["get", "work-keys"]);
    await waitUntil(
      () => home.prompts === 2,
      () => "the phone again",
      PATIENCE,
    );
    await typeAnew(pty, "askonce get work-keys >out; echo ended $?");
    await pty.waitFor("waiting for mfa_process", PATIENCE);
    home.write("go", "");
    await pty.waitFor(/ended \d/, PATIENCE);
    await again.done;
    expect(pty.screen().match(/waiting for/g)).toHaveLength(1);
  });

  it("when mfa_process takes longer than a second: by its name alone", async () => {
    home.configure(`mfa_process = ${home.phone(3)} SECRET-WORD\n${home.serialLine}`);
    const pty = home.onPty(["get", "work-keys"]);
    await pty.waitFor("waiting for the code from phone; a security key may want a touch", PATIENCE);
    await pty.waitFor('"Version":1', PATIENCE);
    expect(pty.screen()).not.toContain("SECRET-WORD");
  });
});

describe("a job in the background", () => {
  it("is not stopped, takes nothing that is typed, and ends with the command to run", async () => {
    const pty = await home.shell();
    await typeAnew(pty, "askonce get work-keys 2>err &");
    pty.type("echo typed-$((1+1))\r");
    await pty.waitFor("typed-2");
    await waitUntil(
      () => home.read("err") !== "",
      () => "its end",
      PATIENCE,
    );
    expect(home.read("err")).toMatch(NOBODY);
    await typeAnew(pty, "jobs; echo listed");
    await pty.waitFor("listed");
    expect(pty.screen()).not.toContain("Stopped");
  });

  it("waits for the question that its own terminal's foreground is asked", async () => {
    const pty = await home.shell();
    await typeAnew(pty, "(sleep 1; askonce get work-keys >out.1; echo one-$? >> ended) & askonce get work-keys >out.2");
    await pty.waitFor("? Code");
    await waitUntil(
      () => (home.read("askonce.log").match(/ started /g) ?? []).length >= 2,
      () => "the second to start",
      PATIENCE,
    );
    pty.type(`${home.read("code")}\r`);
    await waitUntil(
      () => home.read("ended") !== "",
      () => "both ends",
      PATIENCE,
    );
    expect(home.read("ended")).toBe("one-0\n");
    expect(calls()).toBe(1);
  });
});
