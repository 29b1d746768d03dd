/** The whole program with the software people have: the AWS CLI in front, and real windows, popups, editors and desktops. */

import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { answerOf, type Outcome, PROGRAM } from "../support/askonce.ts";
import { sendBotocoreToFake } from "../support/clients/botocore.ts";
import { findAwsCli } from "../support/clients/find.ts";
import { startDisplay, type TestDisplay, typeInto } from "../support/display.ts";
import { aws, home, withFreshHomes } from "../support/fresh-homes.ts";

import { DESKTOP_TOOLS, startDesktop } from "../support/notifications.ts";
import { startTmux } from "../support/tmux.ts";
import { hasTool, needs, needsTool } from "../support/tools.ts";
import { waitUntil } from "../support/waiting.ts";

const PATIENCE = 60_000;
const CALLER = ["sts", "get-caller-identity", "--profile", "work", "--query", "Arn", "--output", "text"];
let cli: string | undefined;

beforeAll(() => {
  cli = findAwsCli(1);
});
withFreshHomes(() => {
  home.configure(home.serialLine);
  sendBotocoreToFake(home);
});

const calls = (): number => aws.count("GetSessionToken");
const jane = (): string => `arn:aws:iam::${aws.fixture.account}:user/jane`;

describe("the AWS CLI without a terminal", () => {
  let screen: TestDisplay | undefined;
  beforeAll(async () => {
    if (hasTool("Xvfb")) screen = await startDisplay();
  });
  afterAll(() => screen?.stop());

  it.for([
    ["zenity", "zenity", "askonce"],
    ["pinentry", "pinentry-gtk-2", "askonce"],
  ] as const)("is answered in a window of the real %s", async ([prompt, program, title], context) => {
    needsTool(context, "Xvfb", "xdotool", program);
    needs(context, cli !== undefined, "the AWS CLI v1");
    const display = screen?.display ?? "";
    const answered = home.command(cli ?? "", CALLER, { env: { DISPLAY: display, ASKONCE_PROMPT: prompt } });
    await typeInto(display, title, [...aws.freshCode(), "Return"]);
    const { status, stdout }: Outcome = await answered;
    expect([status, stdout.trim(), calls()]).toEqual([0, jane(), 1]);
  });
});

describe("in tmux", () => {
  it("a full-screen program keeps its terminal, and a popup asks over it", async (context) => {
    needsTool(context, "tmux");
    const server = startTmux();
    try {
      const screen = await server.attach();
      const variables = Object.entries(home.env).map(([name, value]) => `export ${name}='${value}'`);
      const program = home.executable(
        "bin/full-screen",
        `${variables.join("\n")}
cd; stty raw -echo; printf 'all of the screen'; '${process.execPath}' '${PROGRAM}' get work-keys >out 2>err; echo "$?" >status
stty sane; read -r _`,
      );
      screen.pty.type(`clear; exec ${program}\r`);
      await screen.waitFor("? Code");
      expect(screen.text()).toContain("MFA session for work-keys");
      screen.pty.type(`${aws.freshCode()}\r`);
      await waitUntil(
        () => home.read("status") !== "",
        () => "its end",
        PATIENCE,
      );
      await screen.waitUntilGone("? Code");
      expect([home.read("status"), home.read("err"), calls()]).toEqual(["0\n", "", 1]);
      // The last line is tmux's own.
      expect(screen.text().split("\n").slice(0, -1).join("\n").trim()).toBe("all of the screen");
    } finally {
      server.stop();
    }
  });
});

describe("in vim", () => {
  it("a command that it runs is asked on the terminal, which vim has lent to it", async (context) => {
    needsTool(context, "vim");
    needs(context, cli !== undefined, "the AWS CLI v1");
    const words = ["-u", "NONE", "-c", `!${cli} ${CALLER.join(" ")}`, "-c", "qa!"];
    const pty = home.commandOnPty("vim", words, { env: { NO_COLOR: "1" } });
    const says = (text: string) =>
      waitUntil(
        () => pty.output().includes(text),
        () => `${text} in ${JSON.stringify(pty.output())}`,
        PATIENCE,
      );
    await says("aws sts needs an MFA session for work-keys");
    await says("? Code");
    pty.type(`${aws.freshCode()}\r`);
    await says(jane());
    pty.press("enter");
    await pty.exit;
    expect(calls()).toBe(1);
  });
});

describe("at a desktop that only notifies", () => {
  it("the notification is seen, and a login in a terminal answers who waits", async (context) => {
    needsTool(context, ...DESKTOP_TOOLS);
    const desktop = await startDesktop();
    try {
      const { DBUS_SESSION_BUS_ADDRESS } = desktop.environment;
      const waiting = home.run(["get", "work-keys"], { env: { DBUS_SESSION_BUS_ADDRESS } });
      await waitUntil(
        () => desktop.history().length === 1,
        () => "the notification",
        PATIENCE,
      );
      const [shown] = desktop.history();
      expect(shown).toMatchObject({ app: "askonce", title: "askonce" });
      expect(shown?.body).toContain("askonce login work-keys");
      const pty = home.onPty(["login"]);
      await pty.waitFor("? Code");
      pty.type(`${aws.freshCode()}\r`);
      answerOf(await waiting);
      await pty.exit;
      expect(calls()).toBe(1);
    } finally {
      await desktop.stop();
    }
  });
});
