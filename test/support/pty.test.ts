import { afterEach, describe, expect, test } from "vitest";
import { allProcesses, processesOn } from "./processes.ts";
import { killAllPtys, startOnPty, startShellOnPty } from "./pty.ts";
import { renderScreen } from "./screen.ts";
import { waitUntil } from "./waiting.ts";

afterEach(killAllPtys);

describe("the test terminal", () => {
  test("folds long lines, scrolls, and keeps what scrolled off", () => {
    expect(renderScreen("abcdefgh\r\nx", 4, 2)).toBe("abcd\nefgh\nx");
    expect(renderScreen("abcd\rX", 4, 2)).toBe("Xbcd");
    expect(renderScreen("1\r\n2\r\n3\x1b[A\x1b[AX", 4, 2)).toBe("1\n2X\n3");
  });

  test("moves and erases", () => {
    expect(renderScreen("one\r\ntwo\r\nthree\x1b[2A\r\x1b[J", 80, 24)).toBe("");
    expect(renderScreen("abc\x1b[2D\x1b[Kx", 80, 24)).toBe("ax");
    expect(renderScreen("abc\x1b[5Cx\x1b[1Gy\x1b[2;3Hz", 80, 24)).toBe("ybc     x\n  z");
    expect(renderScreen("\x1b[31mred\x1b[0m \x1b[?25lplain", 80, 24)).toBe("red plain");
  });

  test("does not guess at sequences it does not know", () => {
    expect(() => renderScreen("\x1b[3S", 80, 24)).toThrow("3S");
  });
});

describe("a program on a pseudo-terminal", () => {
  test("is shown, typed to, and its end is told", async () => {
    // What a program writes as it ends may be lost with its terminal: this one waits until it was seen.
    const session = startOnPty("sh", ["-c", 'read -r word; echo "got $word"; read -r _; exit 3']);
    session.type("hello\r");
    await session.waitFor("got hello");
    session.type("\r");
    expect(await session.exit).toEqual({ code: 3, signal: 0 });
  });

  test("has the size it was given, before and after a resize", async () => {
    const session = startOnPty("sh", ["-c", "stty size; read -r _; stty size"], { cols: 40, rows: 10 });
    await session.waitFor("10 40");
    session.resize(20, 5);
    session.press("enter");
    await session.waitFor("5 20");
  });

  test("has flags that can be read from outside", async () => {
    const session = startOnPty("sh", ["-c", "stty -echo; echo off; read -r _; stty raw; echo raw; sleep 60"]);
    await session.waitFor("off");
    expect(session.sttyFlags()).toEqual(expect.arrayContaining(["icanon", "-echo"]));
    session.press("enter");
    await session.waitFor("raw");
    expect(session.sttyFlags()).toContain("-icanon");
  });

  test("takes with it what it starts while it is killed", async () => {
    const line = `sleep ${600 + process.pid / 10_000_000}`;
    const left = (): unknown[] => allProcesses().filter((row) => row.line === line && !row.isZombie);
    const session = startOnPty("sh", ["-c", `trap '' HUP; for i in $(seq 400); do ${line} & done; wait`]);
    await waitUntil(
      () => left().length > 20,
      () => "some to start",
    );
    await killAllPtys();
    expect(left()).toEqual([]);
    expect(processesOn(session.terminal)).toEqual([]);
  });

  test("is a shell with job control when asked for one", async () => {
    const shell = await startShellOnPty();
    shell.type("sleep 60\r");
    await waitUntil(
      () => processesOn(shell.terminal).some((line) => line.endsWith("sleep 60")),
      () => "sleep to start",
    );
    shell.press("ctrl-z");
    await shell.waitFor(/Stopped\s+sleep 60/);
    expect(processesOn(shell.terminal)).toHaveLength(2);
  });

  test("waiting in vain fails and shows the screen", async () => {
    const session = startOnPty("sh", ["-c", "echo here; sleep 60"]);
    await session.waitFor("here");
    await expect(session.waitFor("there", 50)).rejects.toThrow("here");
  });

  test("is killed with everything on its terminal", async () => {
    const session = startOnPty("sh", ["-c", "sleep 60 & sleep 60 & echo ready; wait"]);
    await session.waitFor("ready");
    await killAllPtys();
    await waitUntil(
      () => processesOn(session.terminal).length === 0,
      () => "no process to be left",
    );
  });
});
