/** How the question for a code ends without one: Ctrl-C, Escape, a deadline, a caller that gives up, SIGKILL. */

import { setTimeout as sleep } from "node:timers/promises";
import { describe, expect, it } from "vitest";
import { PROGRAM, typeAnew } from "../support/askonce.ts";
import { aws, home, withFreshHomes } from "../support/fresh-homes.ts";
import { questions, untilStarted } from "../support/parallel-runs.ts";
import { processesOn } from "../support/processes.ts";
import { waitUntil } from "../support/waiting.ts";

withFreshHomes(() => {
  home.configure(home.serialLine);
});

const COOKED = expect.arrayContaining(["icanon", "echo", "isig"]);
const calls = (): number => aws.count("GetSessionToken");

/** A shell line that runs `get` with its streams as a client has them, its answer in a file and its status on the screen. */
const asClient = (streams: string): string => `askonce get work-keys ${streams} >out; echo "status $?"`;

describe("Ctrl-C at the prompt", () => {
  it("ends the whole command around it, not askonce alone", async () => {
    // As the AWS CLI runs it: a parent that waits, with pipes for the helper's output.
    home.executable(
      "bin/client",
      `askonce get work-keys 2>${home.path}/err | cat >${home.path}/out; echo "client went on"`,
    );
    const pty = await home.shell();
    pty.type("client\r");
    await pty.waitFor("? Code");
    pty.press("ctrl-c");
    await pty.waitFor(/^\$ *$/m);
    pty.type('echo "shell: $?"\r');
    await pty.waitFor("shell: 130");
    expect(pty.screen()).not.toContain("client went on");
    expect(pty.screen()).not.toContain("? Code");
    expect(pty.sttyFlags()).toEqual(COOKED);
    expect(calls()).toBe(0);
    await waitUntil(
      () => processesOn(pty.terminal).length === 1,
      () => processesOn(pty.terminal).join("\n"),
    );
  });

  it("lets a newly typed command ask at once", async () => {
    const pty = await home.shell();
    pty.type("askonce get work-keys >out\r");
    await pty.waitFor("? Code");
    pty.press("ctrl-c");
    await pty.waitFor(/\$ *$/);
    await typeAnew(pty, `${asClient("")}`);
    await pty.waitFor("? Code");
    pty.type(`${aws.freshCode()}\r`);
    await pty.waitFor("status 0");
  });
});

describe("one process's own short deadline", () => {
  it("is not its command's: another process asks for itself", async () => {
    home.executable(
      "bin/both",
      'askonce get work-keys --deadline 4 >out1 2>err1; echo "short $?"; askonce get work-keys >out2; echo "long $?"',
    );
    const pty = await home.shell();
    pty.type("both\r");
    await pty.waitFor("short 4", 15_000);
    await pty.waitFor("? Code");
    pty.type(`${aws.freshCode()}\r`);
    await pty.waitFor("long 0");
  });
});

describe("a cancelled question", () => {
  it("by Ctrl-C, in a command that goes on, is told in one line to its next try", async () => {
    const pty = await home.shell();
    home.executable("bin/client", `trap : INT; askonce get work-keys; askonce get work-keys 2>err; echo "second $?"`);
    pty.type("client\r");
    await pty.waitFor("? Code");
    pty.press("ctrl-c");
    await pty.waitFor("second 4");
    expect(home.read("err")).toMatch(/^askonce: the question for the MFA code was cancelled; .*\n$/);
  });

  it("is not asked again by the same command's second try", async () => {
    const pty = await home.shell();
    // The JavaScript SDK's default chain runs a helper that failed a second time at once.
    home.executable(
      "bin/client",
      `askonce get work-keys 2>>err; echo "first $?"; askonce get work-keys 2>>err; echo "second $?"`,
    );
    pty.type("client\r");
    await pty.waitFor("? Code");
    pty.press("escape");
    await pty.waitFor("second 4");
    expect(pty.screen()).toContain("first 4");
    expect(home.read("err").split("\n").slice(0, 2)).toEqual([
      expect.stringContaining("cancelled"),
      expect.stringContaining("cancelled"),
    ]);
    // Said on the terminal once for the command.
    expect(pty.screen().match(/askonce: .*cancelled/g)).toHaveLength(1);
    await typeAnew(pty, "client");
    await pty.waitFor("? Code");
  });

  it("is asked of another command's terminal: it takes over and asks in its own way", async () => {
    const one = await home.shell();
    const other = await home.shell();
    one.type(`${asClient("2>err1")}\r`);
    await one.waitFor("? Code");
    other.type(`${asClient("2>err2")}\r`);
    await other.waitFor("? Code");
    one.press("escape");
    await one.waitFor("status 4");
    other.type(`${aws.freshCode()}\r`);
    await other.waitFor("status 0");
    expect(calls()).toBe(1);
  });
});

describe("a caller that gives up before the answer, and runs on, as Rust's SDK does", () => {
  /** Drops what it reads from askonce after a second; tries once more when it is let. */
  const IMPATIENT = `const { spawn } = require("node:child_process");
const { existsSync } = require("node:fs");
const start = () => spawn("sh", ["-c", "askonce get work-keys; echo ended $? >>ended"], { stdio: ["inherit", "pipe", "pipe"] });
const first = start();
setTimeout(() => { first.stdout.destroy(); first.stderr.destroy(); console.log("gave up"); }, 1_000);
const waiting = setInterval(() => {
  if (!existsSync("again")) return;
  clearInterval(waiting);
  let answer = "";
  start().on("close", () => console.log("had", JSON.parse(answer).AccessKeyId)).stdout.on("data", (text) => (answer += text));
}, 50);`;

  it.each(["after", "before"])("has the session at its next try, %s the answer", async (when) => {
    const pty = home.commandOnPty(process.execPath, ["-e", IMPATIENT]);
    await pty.waitFor("? Code");
    await pty.waitFor("gave up");
    if (when === "before") {
      home.write("again", "");
      await untilStarted(home, 2);
      await sleep(1_000);
    }
    pty.type(`${aws.freshCode()}\r`);
    await waitUntil(
      () => home.read("ended").includes("ended 0\n"),
      () => `its end; log: ${home.read("askonce.log")}`,
      30_000,
    );
    home.write("again", "");
    await pty.waitFor(/had ASIA/, 30_000);
    await pty.exit;
    expect([questions(home), aws.count("GetSessionToken")]).toEqual([1, 1]);
    expect(home.read("ended")).toBe("ended 0\nended 0\n");
  });
});

describe("SIGKILL while asking", () => {
  it.each([["askonce alone"], ["the client and askonce"]])(
    "of %s leaves a whole terminal, and the next call asks at once",
    async (who) => {
      const pty = await home.shell();
      home.executable("bin/client", "askonce get work-keys | cat; true");
      pty.type("client\r");
      await pty.waitFor("? Code");
      const victims = processesOn(pty.terminal).filter(
        (line) => line.includes(who === "askonce alone" ? PROGRAM : "client") || line.includes(PROGRAM),
      );
      for (const line of victims) process.kill(Number.parseInt(line, 10), "SIGKILL");
      await waitUntil(
        () => pty.sttyFlags().includes("icanon") && pty.sttyFlags().includes("echo"),
        () => `a whole terminal: ${pty.sttyFlags().join(" ")}`,
        2_000,
      );
      // The killed prompt still stands on the screen: it has to be gone before the next one is waited for.
      pty.type("\rclear; echo cleared\r");
      await pty.waitFor(/^cleared/m);
      pty.type(`${asClient("")}\r`);
      await pty.waitFor("? Code");
      pty.type(`${aws.freshCode()}\r`);
      await pty.waitFor("status 0");
      expect(calls()).toBe(1);
    },
  );
});
