/** Asking away from the terminal: which way is taken, how often, and what follows when nobody answers. */

import { setTimeout as sleep } from "node:timers/promises";
import { describe, expect, it } from "vitest";
import { answerOf, type RunOptions } from "../support/askonce.ts";
import { aws, home, withFreshHomes } from "../support/fresh-homes.ts";
import { waitUntil } from "../support/waiting.ts";
import { windowProgram, windowsShown, withDisplay } from "../support/windows.ts";

const display = withDisplay();

withFreshHomes(() => {
  home.configure(
    home.serialLine,
    `[profile client-keys]\nsource_profile = hank\n\n[profile hank]\nregion = eu-west-1\n`,
  );
  home.showCode();
});

const TYPES_CODE = (): string => `cat ${home.path}/code`;
const STAYS = "sleep 60";
const CANCELS = "exit 1";

const calls = (): number => aws.count("GetSessionToken");
const atDisplay = (env: Record<string, string> = {}): RunOptions => ({ env: { DISPLAY: display(), ...env } });
const get = (args: readonly string[] = [], env: Record<string, string> = {}) =>
  home.run(["get", "work-keys", ...args], atDisplay(env));
const shown = (times: number, name = "zenity") =>
  waitUntil(
    () => windowsShown(home, name) >= times,
    () => `${times} windows of ${name}; log: ${home.read("askonce.log")}`,
    30_000,
  );

/** What the note of the pause says, as if it had been made so long ago. */
function passTime(ms: number): void {
  const noted = JSON.parse(home.read(".cache/askonce/notes/windows.pause.json"));
  home.write(".cache/askonce/notes/windows.pause.json", JSON.stringify({ ...noted, untilMs: noted.untilMs - ms }));
}

describe("without a terminal, at a display", () => {
  it("a window asks once, and the next call asks nobody", async () => {
    windowProgram(home, "zenity", TYPES_CODE());
    answerOf(await get());
    answerOf(await get());
    expect([windowsShown(home), calls()]).toEqual([1, 1]);
    expect(home.read("zenity.words")).toMatch(/MFA session for work-keys[\s\S]*123456789012[\s\S]*jane/);
  });

  it("asks again, with what was wrong, until the code is right", async () => {
    windowProgram(
      home,
      "zenity",
      `n=$(wc -l < ${home.path}/zenity.shown); case $n in 1) echo 12345 ;; 2) echo 000000 ;; *) ${TYPES_CODE()} ;; esac`,
    );
    answerOf(await get());
    expect([windowsShown(home), calls()]).toEqual([3, 2]);
    expect(home.read("zenity.words")).toMatch(/those were 5[\s\S]*rejected that code/);
  });

  it("a program that cannot show one gives way to the next", async () => {
    windowProgram(home, "zenity", "echo 'cannot open display' >&2; exit 1");
    windowProgram(home, "kdialog", TYPES_CODE());
    answerOf(await get());
    expect([windowsShown(home), windowsShown(home, "kdialog"), calls()]).toEqual([1, 1, 1]);
  });

  it("a display that does not answer is none", async () => {
    windowProgram(home, "zenity", TYPES_CODE());
    const { status, stderr } = await home.run(["get", "work-keys"], { env: { DISPLAY: "127.0.0.1:1" } });
    expect([status, windowsShown(home)]).toEqual([4, 0]);
    expect(stderr).toMatch(/^askonce: nobody to ask .* run `askonce login work-keys` in a terminal, then try again\n$/);
  });

  it("--prompt names the one way that is taken, or that cannot be", async () => {
    windowProgram(home, "zenity", TYPES_CODE());
    const { status, stderr } = await get(["--prompt", "kdialog"]);
    expect([status, stderr, windowsShown(home)]).toEqual([4, expect.stringContaining("kdialog cannot ask here"), 0]);
    answerOf(await get(["--prompt", "zenity"]));
    expect(windowsShown(home)).toBe(1);
  });

  it("none is shown with --no-prompt, with ASKONCE_PROMPT=none, or to renew what is still valid", async () => {
    windowProgram(home, "zenity", TYPES_CODE());
    expect((await get(["--no-prompt"])).status).toBe(4);
    expect((await get([], { ASKONCE_PROMPT: "none" })).status).toBe(4);
    expect(windowsShown(home)).toBe(0);
    answerOf(await get());
    home.leave("session", 300);
    answerOf(await get());
    expect(windowsShown(home)).toBe(1);
  });

  it("twenty at once make one window and one call", async () => {
    windowProgram(home, "zenity", `sleep 2; ${TYPES_CODE()}`);
    const outcomes = await Promise.all(Array.from({ length: 20 }, () => get()));
    expect(new Set(outcomes.map(answerOf).map(({ AccessKeyId }) => AccessKeyId)).size).toBe(1);
    expect([windowsShown(home), calls()]).toEqual([1, 1]);
  });

  it("two sessions never have two windows at a time", async () => {
    home.write("code.hank", aws.freshCode(aws.fixture.hank.devices.token.serial));
    const opened = `mkdir ${home.path}/open || echo twice >> ${home.path}/twice; sleep 1; rmdir ${home.path}/open`;
    windowProgram(
      home,
      "zenity",
      `${opened}; case "$*" in *"for hank"*) cat ${home.path}/code.hank ;; *) ${TYPES_CODE()} ;; esac`,
    );
    const first = get();
    // The second comes while the first one's window stands.
    await shown(1);
    const both = [first, home.run(["get", "hank"], atDisplay())];
    const [one, other] = (await Promise.all(both)).map(answerOf);
    expect(one?.AccessKeyId).not.toBe(other?.AccessKeyId);
    expect([windowsShown(home), calls()]).toEqual([2, 2]);
    expect(home.read("twice")).toBe("");
  });

  it("goes when the session comes from elsewhere", async () => {
    windowProgram(home, "zenity", STAYS);
    const waiting = get();
    await shown(1);
    const pty = home.onPty(["get", "work-keys"]);
    await pty.waitFor("? Code");
    expect(pty.screen()).toContain("asked in a window");
    pty.type(`${home.read("code")}\r`);
    answerOf(await waiting);
    await pty.exit;
    expect(calls()).toBe(1);
  });

  it("waits while a terminal is asked, and takes over when nobody answers there", async () => {
    windowProgram(home, "zenity", TYPES_CODE());
    const pty = home.onPty(["get", "work-keys"]);
    await pty.waitFor("? Code");
    const waiting = get();
    await sleep(3_000);
    expect(windowsShown(home)).toBe(0);
    pty.press("escape");
    answerOf(await waiting);
    expect([windowsShown(home), calls()]).toEqual([1, 1]);
  });

  it("a caller that gives up leaves the window, and its answer is there for the next call", async () => {
    windowProgram(home, "zenity", `until [ -e ${home.path}/go ]; do sleep 0.05; done; ${TYPES_CODE()}`);
    const { child } = home.startCommand("sh", ["-c", "askonce get work-keys & sleep 2; exit 1"], atDisplay());
    await shown(1);
    await waitUntil(
      () => child.exitCode !== null,
      () => "the caller to give up",
      30_000,
    );
    home.write("go", "");
    await waitUntil(
      () => calls() === 1,
      () => "the call",
      30_000,
    );
    answerOf(await get(["--no-prompt"], {}));
    expect(windowsShown(home)).toBe(1);
  });
});

describe("after a window that was not answered", () => {
  const nextIn = (stderr: string): string | undefined => /the next comes in ([^;]+) at the earliest/.exec(stderr)?.[1];

  it("none comes for a minute, then two, four, eight, ten: whoever calls", async () => {
    windowProgram(home, "zenity", CANCELS);
    const minutes: number[] = [];
    for (let round = 0; round < 6; round++) {
      const first = await get();
      expect([first.status, first.stderr]).toEqual([4, expect.stringContaining("cancelled")]);
      const { status, stderr } = await home.run(["get", "client-keys"], atDisplay());
      expect([status, windowsShown(home)]).toEqual([4, round + 1]);
      expect(nextIn(stderr)).toMatch(/^\d+ (s|min)$/);
      const { untilMs } = JSON.parse(home.read(".cache/askonce/notes/windows.pause.json"));
      minutes.push(Math.ceil((untilMs - Date.now()) / 60_000));
      passTime(10 * 60_000);
    }
    expect(minutes).toEqual([1, 2, 4, 8, 10, 10]);
    expect(calls()).toBe(0);
  });

  it("nor when it ran out, or its askonce was killed", async () => {
    windowProgram(home, "zenity", STAYS);
    expect((await get(["--deadline", "4"])).status).toBe(4);
    expect(nextIn((await get()).stderr)).toBeDefined();
    passTime(60_000);
    const { child, done } = home.start(["get", "work-keys"], atDisplay());
    await shown(2);
    child.kill("SIGKILL");
    await done;
    expect(nextIn((await get()).stderr)).toBeDefined();
    expect(windowsShown(home)).toBe(2);
  });

  it("a terminal asks all the same, and a session ends the pause", async () => {
    windowProgram(home, "zenity", CANCELS);
    await get();
    const pty = home.onPty(["get", "work-keys"]);
    await pty.waitFor("? Code");
    pty.type(`${home.read("code")}\r`);
    await pty.exit;
    await home.run(["logout", "--all"]);
    home.showNextCode();
    windowProgram(home, "zenity", TYPES_CODE());
    answerOf(await get());
    expect(windowsShown(home)).toBe(2);
  });

  it("a login ends it too, and asks in a window itself", async () => {
    windowProgram(home, "zenity", CANCELS);
    await get();
    windowProgram(home, "zenity", TYPES_CODE());
    const { status, stdout } = await home.run(["login", "work-keys"], atDisplay());
    expect([status, stdout]).toEqual([0, expect.stringContaining("✓ MFA session for work-keys until")]);
    expect(windowsShown(home)).toBe(2);
  });

  it("a clock that was set back does not prolong it", async () => {
    windowProgram(home, "zenity", CANCELS);
    await get();
    passTime(-60 * 60_000);
    await get();
    expect(windowsShown(home)).toBe(2);
  });
});
