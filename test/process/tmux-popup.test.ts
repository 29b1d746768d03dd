import { type ChildProcess, spawn } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { withDriver } from "../support/driver.ts";
import { allProcesses, kill, processesWith } from "../support/processes.ts";
import { killAllPtys } from "../support/pty.ts";
import { startTmux, type TmuxServer } from "../support/tmux.ts";
import { hasTool, needsTool } from "../support/tools.ts";
import { waitUntil } from "../support/waiting.ts";

const WAIT_MS = 20_000;
const LINES = ["askonce · MFA session for work", "  account 123456789012 · user jane · device jane-phone"];

const driver = withDriver("popup-driver");
let home: string;
/** Where the pipes are. */
let directory: string;
let server: TmuxServer;
let asking: ChildProcess[];

beforeEach((context) => {
  needsTool(context, "tmux");
  home = mkdtempSync(join(tmpdir(), "popup-test-"));
  directory = join(home, "notes");
  mkdirSync(directory, { mode: 0o700 });
  asking = [];
  server = startTmux();
});
afterEach(async () => {
  if (!hasTool("tmux")) return;
  for (const { pid } of asking) if (pid !== undefined) kill(pid, "SIGKILL");
  server.stop();
  await killAllPtys();
  rmSync(home, { recursive: true });
});

interface Settings {
  readonly lines?: readonly string[];
  readonly withinMs?: number;
  readonly withdrawWhen?: string;
  readonly env?: Record<string, string>;
}

/** Asks, as a program without a terminal does. */
function ask({ lines = LINES, withinMs, withdrawWhen, env }: Settings = {}): ChildProcess {
  const question = { lines, label: "Code", ...(withinMs === undefined ? {} : { withinMs }) };
  const settings = JSON.stringify({ question, directory, withdrawWhen });
  const child = spawn(process.execPath, [driver, join(home, "result"), settings], {
    env: { PATH: process.env.PATH, HOME: home, SECRET: "of the caller", ...server.environment, ...env },
    detached: true,
    stdio: "ignore",
  });
  asking.push(child);
  return child;
}

async function result(): Promise<unknown> {
  const path = join(home, "result");
  await waitUntil(
    () => existsSync(path),
    () => "an answer",
    WAIT_MS,
  );
  return JSON.parse(readFileSync(path, "utf8"));
}

/** No name of a pipe, and no process of a popup or that led to it. */
async function nothingLeft(): Promise<void> {
  const left = () => [
    ...readdirSync(directory),
    ...allProcesses().flatMap(({ line, isZombie }) => (line.includes(directory) && !isZombie ? [line] : [])),
    ...processesWith(home).map(({ line }) => line),
  ];
  await waitUntil(
    () => left().length === 0,
    () => `an end of ${JSON.stringify(left())}`,
    WAIT_MS,
  );
}

describe("a popup", () => {
  test("shows the question over the pane, takes the answer and goes", async () => {
    const screen = await server.attach();
    const [before, pane] = [screen.text(), server.run("capture-pane", "-p").trim()];
    ask();
    await screen.waitFor("? Code");
    const shown = screen.text();
    for (const line of LINES) expect(shown).toContain(`│${line}`);
    await waitUntil(
      () => readdirSync(directory).length === 0,
      () => "the names of the pipes to go while it is shown",
      WAIT_MS,
    );
    screen.pty.type("123 456\r");
    expect(await result()).toEqual({ canAsk: true, answer: { kind: "answered", text: "123 456" } });
    await screen.waitUntilGone("Code");
    expect(screen.text().split("\n")[0]).toBe(before.split("\n")[0]);
    expect(server.run("capture-pane", "-p", "-S", "-").trim()).toBe(pane);
    await nothingLeft();
  });

  test("has its answer corrected by the keys of a terminal", async () => {
    const screen = await server.attach();
    ask();
    await screen.waitFor("? Code");
    screen.pty.type("99\x15129\x7f3456\r");
    expect(await result()).toMatchObject({ answer: { kind: "answered", text: "123456" } });
  });

  test("fits into 40 columns", async () => {
    const screen = await server.attach({ columns: 40, rows: 12 });
    ask({ lines: [...LINES, "✗ six digits, please: those were 5"] });
    await screen.waitFor("? Code");
    const text = screen.text();
    for (const part of ["account 123456789012 · user jane", "device jane-phone", "✗ six digits, please: those were 5"])
      expect(text).toContain(part);
    screen.pty.type("123456\r");
    expect(await result()).toMatchObject({ answer: { kind: "answered", text: "123456" } });
  });

  test("shows any text as it is, and nothing in it does anything", async () => {
    const marked = join(home, "marked");
    const hostile = [
      "#{session_name} #[fg=red]x #(touch marked) ##",
      `$(touch ${marked}) \`touch ${marked}\` $HOME`,
      `'; touch ${marked}; "\\" \\n %s ;`,
      "-E \x1b[2J\x1b]0;x\x07\x00\x9b tab\tend ;",
    ];
    const screen = await server.attach({ columns: 120, rows: 30 });
    ask({ lines: hostile });
    await screen.waitFor("? Code");
    const text = screen.text();
    for (const line of [...hostile.slice(0, 3), "-E [2J]0;x tab end ;"]) expect(text).toContain(`│${line}`);
    screen.pty.type("123456\r");
    expect(await result()).toMatchObject({ answer: { kind: "answered", text: "123456" } });
    expect(existsSync(marked)).toBe(false);
    await nothingLeft();
  });

  test("does not depend on the user's shell", async () => {
    const screen = await server.attach();
    server.run("set-option", "-g", "default-shell", "/bin/false");
    ask();
    await screen.waitFor("? Code");
    screen.pty.type("123456\r");
    expect(await result()).toMatchObject({ answer: { kind: "answered", text: "123456" } });
  });

  test("comes to the terminal that was used last", async () => {
    const first = await server.attach();
    const second = await server.attach();
    // tmux counts whole seconds.
    const activity = () => server.run("list-clients", "-F", "#{client_activity}").split("\n");
    await waitUntil(
      () => {
        first.pty.type("x\x7f");
        return new Set(activity()).size === 2;
      },
      () => `one that is used later: ${activity()}`,
      WAIT_MS,
    );
    ask();
    await first.waitFor("? Code");
    expect(second.text()).not.toContain("Code");
    first.pty.type("123456\r");
    expect(await result()).toMatchObject({ answer: { kind: "answered", text: "123456" } });
  });

  test("gives the code to nobody else: no argument, environment or buffer has it", async () => {
    const screen = await server.attach();
    ask();
    await screen.waitFor("? Code");
    screen.pty.type("802753");
    await screen.waitFor("Code  802753");
    const popup = allProcesses().filter(({ line }) => line.startsWith("head "));
    expect(popup.length).toBeGreaterThan(0);
    expect(allProcesses().filter(({ line }) => line.includes("802753"))).toEqual([]);
    expect(processesWith("802753")).toEqual([]);
    screen.pty.press("enter");
    expect(await result()).toMatchObject({ answer: { kind: "answered", text: "802753" } });
    const kept = ["list-buffers", "show-options -g", "show-environment -g", "show-messages"].map((words) =>
      server.run(...words.split(" ")),
    );
    expect(kept.join("\n")).not.toContain("802753");
  });

  test("gets nothing of the caller's environment, nor does tmux", async () => {
    const screen = await server.attach();
    ask();
    await screen.waitFor("? Code");
    expect(processesWith("of the caller").map(({ line }) => line.includes("driver.mjs"))).toEqual([true]);
    screen.pty.press("ctrl-c");
    expect(await result()).toMatchObject({ answer: { kind: "cancelled" } });
  });
});

describe("a popup ends without an answer", () => {
  test.each([
    ["Ctrl-C", "12\x03"],
    ["Enter alone", "\r"],
    ["blanks", "  \r"],
    ["Escape, then Enter", "12\x1b\r"],
    ["Ctrl-D", "\x04"],
  ])("by %s: cancelled", async (_, keys) => {
    const screen = await server.attach();
    ask();
    await screen.waitFor("? Code");
    screen.pty.type(keys);
    expect(await result()).toEqual({ canAsk: true, answer: { kind: "cancelled" } });
    await screen.waitUntilGone("Code");
    await nothingLeft();
  });

  test("by its end from elsewhere: cancelled", async () => {
    const screen = await server.attach();
    ask();
    await screen.waitFor("? Code");
    server.run("display-popup", "-C");
    expect(await result()).toEqual({ canAsk: true, answer: { kind: "cancelled" } });
    await nothingLeft();
  });

  test("by the end of its terminal: cancelled", async () => {
    const screen = await server.attach();
    ask();
    await screen.waitFor("? Code");
    screen.pty.hangUp();
    expect(await result()).toEqual({ canAsk: true, answer: { kind: "cancelled" } });
    await nothingLeft();
  });

  test("by a withdrawal", async () => {
    const screen = await server.attach();
    const withdrawWhen = join(home, "withdraw");
    ask({ withdrawWhen });
    await screen.waitFor("? Code");
    screen.pty.type("123");
    writeFileSync(withdrawWhen, "");
    expect(await result()).toEqual({ canAsk: true, answer: { kind: "withdrawn" } });
    await screen.waitUntilGone("Code");
    await nothingLeft();
  });

  test("by a withdrawal that came first", async () => {
    await server.attach();
    const withdrawWhen = join(home, "withdraw");
    writeFileSync(withdrawWhen, "");
    ask({ withdrawWhen });
    expect(await result()).toEqual({ canAsk: true, answer: { kind: "withdrawn" } });
    await nothingLeft();
  });

  test("by its time", async () => {
    const screen = await server.attach();
    ask({ withinMs: 4_000 });
    await screen.waitFor("? Code");
    expect(await result()).toEqual({ canAsk: true, answer: { kind: "timed-out" } });
    await screen.waitUntilGone("Code");
    await nothingLeft();
  });

  test("by what is done at a signal, before the exit", async () => {
    const screen = await server.attach();
    const child = ask();
    await screen.waitFor("? Code");
    child.kill("SIGTERM");
    await screen.waitUntilGone("Code");
    expect(await result()).toEqual({ canAsk: true, answer: { kind: "cancelled" } });
    await nothingLeft();
  });

  test("by a SIGKILL to who asks", async () => {
    const screen = await server.attach();
    const child = ask();
    await screen.waitFor("? Code");
    child.kill("SIGKILL");
    await screen.waitUntilGone("Code");
    await nothingLeft();
    expect(existsSync(join(home, "result"))).toBe(false);
    screen.pty.type("echo the pane is there\r");
    await screen.waitFor(/^the pane is there/m);
  });

  test("by a SIGKILL to who asks before there is a popup", async () => {
    await server.attach();
    const tools = join(home, "bin");
    const [made, goOn] = [join(home, "made"), join(home, "go-on")];
    mkdirSync(tools);
    const slow = `#!/bin/sh\nPATH=/usr/bin:/bin\nmkfifo "$@"; : >${made}\nuntil [ -e ${goOn} ]; do sleep 0.02; done\n`;
    writeFileSync(join(tools, "mkfifo"), slow, { mode: 0o755 });
    const child = ask({ env: { PATH: `${tools}:${process.env.PATH}` } });
    await waitUntil(
      () => existsSync(made),
      () => "the pipes",
      WAIT_MS,
    );
    expect(readdirSync(directory)).toHaveLength(2);
    child.kill("SIGKILL");
    await new Promise((resolve) => child.once("exit", resolve));
    writeFileSync(goOn, "");
    await nothingLeft();
  });

  test("by a SIGKILL to who asks, whenever it comes", async () => {
    await server.attach();
    for (let afterMs = 40; afterMs < 200; afterMs += 10) {
      const child = ask();
      await new Promise((resolve) => setTimeout(resolve, afterMs));
      child.kill("SIGKILL");
      await nothingLeft();
      rmSync(join(home, "result"), { force: true });
    }
  });
});

describe("who asks cannot, and says so,", () => {
  const CANNOT = { canAsk: false, answer: { kind: "cannot" } };

  test("where another popup is open", async () => {
    const screen = await server.attach();
    const [name = ""] = server.run("list-clients", "-F", "#{client_name}").split("\n");
    // It is open until its terminal ends, and who opened it waits as long.
    const other = spawn("tmux", ["display-popup", "-c", name, "-E", "echo another; read -r _"], {
      env: { PATH: process.env.PATH, ...server.environment },
      stdio: "ignore",
    });
    asking.push(other);
    await screen.waitFor("another");
    ask();
    expect(await result()).toEqual({ canAsk: true, answer: { kind: "cannot" } });
    expect(screen.text()).toContain("another");
    expect(screen.text()).not.toContain("Code");
    expect(readdirSync(directory)).toEqual([]);
  });

  test("where no terminal is attached", async () => {
    ask();
    expect(await result()).toEqual(CANNOT);
    expect(readdirSync(directory)).toEqual([]);
  });

  test("where the terminal that is attached takes no keys", async () => {
    const screen = await server.attach(undefined, "-r");
    ask();
    expect(await result()).toEqual(CANNOT);
    expect(screen.text()).not.toContain("Code");
  });

  test("where the pane is another session's, which nobody looks at", async () => {
    await server.attach();
    const pane = server.run("new-session", "-d", "-P", "-F", "#{pane_id}", "/bin/sh");
    ask({ env: { TMUX_PANE: pane } });
    expect(await result()).toEqual(CANNOT);
  });

  test("where the server has gone, and starts none", async () => {
    server.run("kill-server");
    ask();
    expect(await result()).toEqual(CANNOT);
    const [socket = ""] = server.environment.TMUX.split(",");
    expect(allProcesses().filter(({ line }) => line.includes(socket))).toEqual([]);
  });

  test("where there is no tmux around", async () => {
    await server.attach();
    ask({ env: { TMUX: "" } });
    expect(await result()).toEqual(CANNOT);
  });
});
