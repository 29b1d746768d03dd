import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { join } from "node:path";
import { describe, expect, onTestFinished, test } from "vitest";
import { mayNotify, notify } from "../../../src/dialogs/notification.ts";
import { temporaryDirectory } from "../support/temporary.ts";

const TEXT = { title: "the title", body: "the body" };
const BUS = { DBUS_SESSION_BUS_ADDRESS: "unix:path=/run/user/1000/bus" };
const never = new AbortController().signal;

/** A computer whose notifier notes its words, a line each, and its environment, and then does what is said. */
function computer(notifier: "notify-send" | "osascript", script = "exit 0", env: Record<string, string> = BUS) {
  const directory = temporaryDirectory();
  const [words, environment] = [join(directory, "words"), join(directory, "environment")];
  const text = `#!/bin/sh\nprintf '%s\\n' "$@" >${words}\nenv >${environment}\n${script}\n`;
  writeFileSync(join(directory, notifier), text, { mode: 0o755 });
  return {
    here: {
      env: { PATH: `${directory}:/usr/bin:/bin`, ...env },
      platform: notifier === "osascript" ? ("darwin" as const) : ("linux" as const),
      directory: undefined,
    },
    words: () => (existsSync(words) ? readFileSync(words, "utf8").split("\n").slice(0, -1) : undefined),
    environment: () => readFileSync(environment, "utf8"),
  };
}

describe("a notification", () => {
  test("is delivered where notify-send says so", async () => {
    const { here, words } = computer("notify-send");
    expect(await notify(TEXT, here, never)).toBe(true);
    expect(words()?.slice(-4)).toEqual(["--icon=dialog-password", "--", "the title", "the body"]);
  });

  test("is not where it fails, or is not there", async () => {
    expect(await notify(TEXT, computer("notify-send", "exit 1").here, never)).toBe(false);
    const { here } = computer("notify-send");
    expect(await notify(TEXT, { ...here, env: { ...BUS, PATH: "/nowhere" } }, never)).toBe(false);
  });

  test("is not where it takes too long, or was withdrawn", { timeout: 30_000 }, async () => {
    const { here } = computer("notify-send", "sleep 60");
    expect(await notify(TEXT, here, never)).toBe(false);
    const abort = new AbortController();
    const notified = notify(TEXT, here, abort.signal);
    abort.abort();
    expect(await notified).toBe(false);
    const late = computer("notify-send");
    expect(await notify(TEXT, late.here, abort.signal)).toBe(false);
    expect(late.words()).toBeUndefined();
  });

  test("says what it says, whatever is in it", async () => {
    const { here, words } = computer("notify-send");
    expect(await notify({ title: "-t <b>\x1b\0", body: "<i>a</i> & \\n\nb" }, here, never)).toBe(true);
    expect(words()?.slice(-4)).toEqual([
      "--icon=dialog-password",
      "--",
      "-t <b>",
      "&lt;i&gt;a&lt;/i&gt; &amp; \\\\n b",
    ]);
  });

  test("gives its program nothing of the caller's but where the desktop is", async () => {
    const { here, environment } = computer("notify-send", "exit 0", { ...BUS, AWS_SECRET_ACCESS_KEY: "secret" });
    expect(await notify(TEXT, here, never)).toBe(true);
    expect(environment()).toContain(BUS.DBUS_SESSION_BUS_ADDRESS);
    expect(environment()).not.toContain("secret");
  });

  test("on macOS is told to AppleScript, which runs none of its text", async () => {
    const { here, words } = computer("osascript", "exit 0", {});
    expect(await notify({ title: "-e", body: '" & (do shell script "id") & "' }, here, never)).toBe(true);
    expect(words()?.slice(-3)).toEqual(["--", "-e", '" & (do shell script "id") & "']);
    expect(words()).toContain("on run argv");
  });
});

describe("nobody is notified", () => {
  async function expectNone(notifier: "notify-send" | "osascript", env: Record<string, string>): Promise<void> {
    const { here, words } = computer(notifier, "exit 0", env);
    expect(await notify(TEXT, here, never)).toBe(false);
    expect(words()).toBeUndefined();
  }

  test.each([
    [undefined, false],
    ["true", true],
    ["1", true],
    ["woodpecker", true],
    ["", false],
    ["false", false],
    ["FALSE", false],
    ["0", false],
  ])("with CI=%s: %s", (CI, isCi) => {
    const env = CI === undefined ? BUS : { ...BUS, CI };
    expect(mayNotify(computer("notify-send", "exit 0", env).here)).toBe(!isCi);
  });

  test("on a Mac that is reached over ssh", async () => {
    await expectNone("osascript", { SSH_CONNECTION: "192.0.2.1 50000 192.0.2.2 22" });
  });

  test("without a session bus, or where the program would start one", async () => {
    const directory = temporaryDirectory();
    await expectNone("notify-send", {});
    await expectNone("notify-send", { DBUS_SESSION_BUS_ADDRESS: "", XDG_RUNTIME_DIR: directory });
    await expectNone("notify-send", { DBUS_SESSION_BUS_ADDRESS: "autolaunch:" });
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(join(directory, "bus"), resolve));
    onTestFinished(() => void server.close());
    expect(await notify(TEXT, computer("notify-send", "exit 0", { XDG_RUNTIME_DIR: directory }).here, never)).toBe(
      true,
    );
  });
});
