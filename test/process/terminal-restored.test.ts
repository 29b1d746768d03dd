/** A question on the terminal leaves the terminal usable, however it ends, and never touches a terminal that is not its own. */

import { existsSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { isStopped, processesOn } from "../support/processes.ts";
import {
  askUnderShell,
  driverOn,
  expectAlone,
  expectCookedFor,
  guards,
  home,
  isCooked,
  promptAgain,
  result,
  run,
  startShell,
  typistsPause,
  withQuestions,
} from "../support/terminal-question.ts";
import { waitUntil } from "../support/waiting.ts";

withQuestions();

describe("the terminal's own keys", () => {
  /** As the AWS CLI runs a helper: all three streams are pipes, and the caller would go on afterwards. */
  const AS_AWS = ": | ./ask 2>errors | cat >output; echo survived";

  test("Ctrl-C ends the whole command", async () => {
    const shell = await askUnderShell(AS_AWS);
    shell.type("123");
    await shell.waitFor("Code  123");
    shell.press("ctrl-c");
    await promptAgain(shell);
    expect(shell.screen()).not.toContain("survived");
    expect(shell.screen()).not.toContain("Code");
    expect(readFileSync(join(home, "errors"), "utf8")).toBe("");
    await expectCookedFor(shell);
  });

  test("Ctrl-C leaves a shell's line editor alone, also when the shell is back before we are gone", async () => {
    const shell = await startShell(AS_AWS, {}, "bash with editor");
    shell.type("./ask\r");
    await shell.waitFor("? Code");
    shell.press("ctrl-c");
    await promptAgain(shell);
    await expectAlone(shell);
    expect(isCooked(shell)).toBe(false);
  });

  test("Ctrl-C gives the terminal back first", async () => {
    const session = run("trap 'stty -a >mode; exit 9' INT; : | ./ask 2>errors | cat >output");
    await session.waitFor("? Code");
    session.press("ctrl-c");
    expect(await session.exit).toMatchObject({ code: 9 });
    expect(readFileSync(join(home, "mode"), "utf8")).toMatch(/ icanon .* echo /s);
  });

  test("Ctrl-\\ ends the whole command", async () => {
    const shell = await askUnderShell(`ulimit -c 0; ${AS_AWS}`);
    shell.press("ctrl-\\");
    await promptAgain(shell);
    expect(shell.screen()).toContain("Quit");
    expect(shell.screen()).not.toContain("survived");
    await expectCookedFor(shell);
  });

  test("Ctrl-Z stops the whole command, and fg asks on where it was", async () => {
    const shell = await askUnderShell("./ask; echo survived");
    shell.type("123");
    await shell.waitFor("Code  123");
    shell.press("ctrl-z");
    await shell.waitFor("Stopped");
    expect(shell.screen()).not.toContain("Code");
    await expectCookedFor(shell);
    shell.type("fg\r");
    await shell.waitFor("Code  123");
    shell.type("456\r");
    expect(await result()).toEqual({ kind: "answered", text: "123456" });
    await shell.waitFor("survived");
    expect(shell.screen()).not.toContain("Code");
    await expectCookedFor(shell);
  });

  test("Ctrl-Z, then bg, loses the terminal without a byte", async () => {
    const shell = await askUnderShell("./ask");
    shell.press("ctrl-z");
    await shell.waitFor("Stopped");
    const before = shell.output().length;
    shell.type("bg\r");
    expect(await result()).toEqual({ kind: "lost" });
    await expectAlone(shell);
    shell.type("\r");
    await shell.waitFor("Done");
    expect(shell.output().slice(before)).not.toContain("\x1b[");
    await expectCookedFor(shell);
  });

  test("a stop from elsewhere leaves the terminal usable too", async () => {
    const shell = await askUnderShell("./ask");
    process.kill(driverOn(shell), "SIGTSTP");
    await expectCookedFor(shell);
    await waitUntil(
      () => !shell.screen().includes("Code"),
      () => "the question to go",
    );
    // Continued before it stopped, it would stop for ever.
    await waitUntil(
      () => isStopped(driverOn(shell)),
      () => "it to stop",
    );
    process.kill(driverOn(shell), "SIGCONT");
    await shell.waitFor("? Code");
    shell.type("123456\r");
    expect(await result()).toMatchObject({ kind: "answered" });
  });

  test("a stop that nobody could end is not one", async () => {
    const session = run("./ask");
    await session.waitFor("? Code");
    session.type("123");
    await session.waitFor("Code  123___");
    const before = session.output().length;
    session.press("ctrl-z");
    await waitUntil(
      () => session.output().slice(before).includes("? Code"),
      () => "the question to be asked again",
    );
    session.type("456");
    await session.waitFor("123456");
    session.press("enter");
    expect(await result()).toMatchObject({ kind: "answered" });
  });

  test("are those the user has set", async () => {
    const session = run("stty intr ^X kill ^O; ./ask");
    await session.waitFor("? Code");
    session.type("\x0399\x0f12\x03");
    await session.waitFor("Code  12_");
    session.type("\x18");
    expect((await session.exit).signal || 130).toBeGreaterThan(0);
    expect(existsSync(join(home, "result"))).toBe(false);
  });

  test.each([
    ["Escape", "escape"],
    ["Ctrl-D", "ctrl-d"],
  ] as const)("%s cancels", async (_, key) => {
    const session = run("./ask");
    await session.waitFor("? Code");
    session.type("12");
    await session.waitFor("Code  12_");
    session.press(key);
    expect(await result()).toEqual({ kind: "cancelled" });
    expect(await session.exit).toMatchObject({ code: 0 });
    expect(session.screen()).toBe("");
  });
});

describe("the end of a question", () => {
  test("comes when the time is up, which is shown", async () => {
    const session = run("./ask", { deadlineMs: 1_500, hint: "answers for 12 h" });
    await session.waitFor("answers for 12 h · 2 s left");
    await session.waitFor("answers for 12 h · 1 s left");
    expect(await result()).toEqual({ kind: "timed-out" });
    await session.exit;
    expect(session.screen()).toBe("");
  });

  test("comes when the session came from elsewhere; digits on their way do not reach the shell", async () => {
    const withdrawWhen = join(home, "arrived");
    const shell = await askUnderShell("./ask", { withdrawWhen });
    shell.type("12");
    await shell.waitFor("Code  12_");
    writeFileSync(withdrawWhen, "");
    await waitUntil(
      () => !shell.screen().includes("Code"),
      () => "the question to go",
    );
    for (const digit of "34") {
      shell.type(digit);
      await typistsPause();
    }
    expect(await result()).toEqual({ kind: "withdrawn" });
    await shell.waitFor(/\$ $|\$$/);
    shell.type("echo o''k\r");
    await shell.waitFor("ok");
    expect(shell.screen()).not.toMatch(/12|34/);
  });

  test("is not delayed for somebody who is not typing", async () => {
    const withdrawWhen = join(home, "arrived");
    const delays: number[] = [];
    while (delays.length < 3) {
      const session = run("./ask", { withdrawWhen });
      await session.waitFor("? Code");
      const before = performance.now();
      writeFileSync(withdrawWhen, "");
      await result();
      delays.push(performance.now() - before);
      rmSync(withdrawWhen);
      rmSync(join(home, "result"));
    }
    expect(Math.min(...delays)).toBeLessThan(250);
  });

  test("comes when the terminal is closed", async () => {
    const session = run("./ask; true", { ignore: ["SIGHUP"] });
    await session.waitFor("? Code");
    session.hangUp();
    expect(await result()).toEqual({ kind: "cancelled" });
  });

  test.each(["bash", "bash with editor", "sh"] as const)(
    "comes when the shell (%s) takes the terminal back, which is then as that shell wants it",
    async (name) => {
      const shell = await askUnderShell("./ask", {}, name);
      const [runner = ""] = processesOn(shell.terminal).filter((line) => line.endsWith("sh ./run"));
      process.kill(Number.parseInt(runner, 10), "SIGKILL");
      await promptAgain(shell);
      expect(await result()).toEqual({ kind: "lost" });
      await expectAlone(shell);
      expect(isCooked(shell)).toBe(name !== "bash with editor");
      shell.type("echo st''ill\r");
      await shell.waitFor(/^\$ echo st''ill\nstill$/m);
    },
  );

  test("does not wait for a second when the shell's user types on", async () => {
    const shell = await askUnderShell("./ask", {}, "sh");
    const [runner = ""] = processesOn(shell.terminal).filter((line) => line.endsWith("sh ./run"));
    process.kill(Number.parseInt(runner, 10), "SIGKILL");
    await promptAgain(shell);
    shell.type("1\r");
    expect(await result()).toEqual({ kind: "lost" });
    await expectCookedFor(shell);
  });
});

describe("a death", () => {
  test("is watched for by one guard, which would be found here", async () => {
    const session = run("./ask");
    await session.waitFor("? Code");
    expect(guards()).toHaveLength(1);
  });

  test("by SIGKILL leaves the terminal usable, and no process", async () => {
    const session = run("./ask; echo dead; read -r _");
    await session.waitFor("? Code");
    expect(session.sttyFlags()).toEqual(expect.arrayContaining(["-icanon", "-echo"]));
    process.kill(driverOn(session), "SIGKILL");
    await session.waitFor("dead");
    await waitUntil(
      () => isCooked(session),
      () => "the terminal to be usable",
      1_000,
    );
    await expectAlone(session);
  });

  test("by SIGKILL leaves a shell's line editor alone", async () => {
    const shell = await askUnderShell("exec ./ask", {}, "bash with editor");
    process.kill(driverOn(shell), "SIGKILL");
    await promptAgain(shell);
    await expectAlone(shell);
    expect(isCooked(shell)).toBe(false);
  });

  test("by SIGKILL together with the caller's does too", async () => {
    const session = run("sh -c './ask; true'; echo dead; read -r _");
    await session.waitFor("? Code");
    const caller = processesOn(session.terminal).filter((line) => line.endsWith("./ask; true"));
    process.kill(Number.parseInt(caller[0] ?? "", 10), "SIGKILL");
    process.kill(driverOn(session), "SIGKILL");
    await session.waitFor("dead");
    await waitUntil(
      () => isCooked(session),
      () => "the terminal to be usable",
      1_000,
    );
    await expectAlone(session);
  });

  test.each(["SIGTERM", "SIGHUP", "SIGINT", "SIGQUIT"] as const)(
    "by %s, unhandled and sent to the whole group, leaves the terminal usable",
    async (signal) => {
      const session = run("ulimit -c 0; trap : TERM HUP INT QUIT; ./ask; echo dead; read -r _");
      await session.waitFor("? Code");
      process.kill(-session.pid, signal);
      await session.waitFor("dead");
      await expectCookedFor(session);
    },
  );

  test("by a signal whose handler restores the terminal leaves nothing on it", async () => {
    const session = run('./ask; code=$?; stty -a | grep -c -- "-icanon"; echo "status $code"', {
      signals: ["SIGTERM"],
    });
    await session.waitFor("? Code");
    process.kill(driverOn(session), "SIGTERM");
    await session.exit;
    expect(session.screen()).toBe("0\nstatus 7");
  });

  test("holds no pipe of the caller's open", async () => {
    const session = run("{ ./ask 2>&1 | cat; } 3>&1 | cat; echo over; read -r _");
    await session.waitFor("? Code");
    const before = performance.now();
    process.kill(driverOn(session), "SIGKILL");
    await session.waitFor("over");
    expect(performance.now() - before).toBeLessThan(1_000);
  });
});

describe("a terminal that is not ours", () => {
  test("gets not a byte from a background job, which is not stopped either", async () => {
    const shell = await startShell("./ask", { say: "✗ nobody was asked" });
    const before = shell.output().length;
    shell.type("stty tostop; sh ./run & wait $!; echo status $?\r");
    await shell.waitFor(/status \d/);
    expect(await result()).toEqual({ kind: "refused", why: "background", said: false });
    expect(shell.output().slice(before)).toMatch(/^stty [^\n]*\n\[1\] \d+\r\n(\[1\]\+ +Done [^\n]*\n)?status 0\r\n/);
  });

  test("keeps its mode when a background job ends under another command", async () => {
    const shell = await startShell("until [ -e go ]; do sleep 0.02; done", {}, "bash with editor");
    shell.type("(sh ./run; ./ask) &\r");
    await shell.waitFor("[1]");
    await shell.waitFor(/\n\$$/);
    shell.type("cat\r");
    await expectCookedFor(shell);
    writeFileSync(join(home, "go"), "");
    await result();
    await waitUntil(
      () => processesOn(shell.terminal).length === 2,
      () => "the job to end",
    );
    expect(isCooked(shell)).toBe(true);
  });

  test.each(["raw -echo", "-echo", "-icanon"])("gets not a byte when it is found %s", async (mode) => {
    const session = run(`stty ${mode}; ./ask; stty sane; echo over`, { say: "✗ nobody was asked" });
    session.type("typed");
    await session.exit;
    expect(await result()).toEqual({ kind: "refused", why: "full-screen", said: false });
    expect(session.output().replace(/^typed/, "")).toBe("over\r\n");
  });

  test("is not asked on twice at a time", async () => {
    const session = run("./ask & until [ -e go ]; do sleep 0.05; done; ./ask2; wait");
    await session.waitFor("? Code");
    const before = session.output().length;
    writeFileSync(join(home, "go"), "");
    expect(await result("result2")).toEqual({ kind: "refused", why: "full-screen" });
    expect(session.output().slice(before)).not.toContain("\n");
    session.type("123456\r");
    expect(await result()).toMatchObject({ kind: "answered" });
  });

  test("is not missed when there is none", async () => {
    const session = run("setsid -w ./ask; echo over");
    await session.exit;
    expect(await result()).toEqual({ kind: "refused", why: "no-terminal" });
    expect(session.output()).toBe("over\r\n");
  });
});
