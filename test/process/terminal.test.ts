import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { withDriver } from "../support/driver.ts";
import { isStopped, processesOn, processesWith } from "../support/processes.ts";
import {
  killAllPtys,
  type PtyOptions,
  type PtySession,
  type Shell,
  startOnPty,
  startShellOnPty,
} from "../support/pty.ts";
import { waitUntil } from "../support/waiting.ts";

const driver = withDriver("terminal-driver");
let home: string;

beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), "terminal-test-"));
});
afterEach(async () => {
  await killAllPtys();
  rmSync(home, { recursive: true });
});

describe("an answer", () => {
  test.each([
    ["typed", "123456"],
    ["with a blank", "123 456"],
    ["with blanks around it, as pasted", " 123\t456 "],
    ["pasted between marks, with line ends", "\x1b[200~123\r\n456\r\n\x1b[201~"],
    ["after a slip", "129\x7f3456"],
    ["after a line was thrown away", "999999\x15123456"],
    ["with digits put in between", "13456\x1b[D\x1b[D\x1b[D\x1b[D2\x1b[F"],
    [
      "among keys and reports that mean nothing here",
      "12\x1b[A\x1b[1;5B3\x1b[<0;12;5M\x1b[M !!4\x1b[I\x1b[24;80R5\x1b]11;rgb:0/0/0\x076\x1bOP",
    ],
  ])("%s is taken", async (_, typed) => {
    const session = run("./ask");
    await session.waitFor("? Code");
    session.type(typed);
    await session.waitFor(/Code +123 ?456/);
    session.press("enter");
    expect(codeOf(await result())).toBe("123456");
    expect(await session.exit).toEqual({ code: 0, signal: 0 });
    expect(session.screen()).toBe("");
  });

  test("that is wrong is complained about, and asked for again", async () => {
    const session = run("./ask");
    await session.waitFor("? Code");
    session.type("12345\r");
    await session.waitFor("six digits, please: those were 5");
    expect(existsSync(join(home, "result"))).toBe(false);
    session.type("123456");
    await session.waitFor("123456");
    session.press("enter");
    expect(await result()).toEqual({ kind: "answered", text: "123456" });
    await session.exit;
    expect(session.screen()).toBe("");
  });

  test("is not an Enter alone", async () => {
    const session = run("./ask");
    await session.waitFor("? Code");
    session.type("\r\r123456");
    await session.waitFor("123456");
    expect(session.screen()).not.toContain("✗");
    session.press("enter");
    expect(await result()).toMatchObject({ kind: "answered" });
  });

  test("leaves one line, which says how it went", async () => {
    const session = run("printf 'before\\n'; ./ask; echo after", { say: "✓ MFA session for work until 21:40" });
    await answerTo(session);
    await session.exit;
    expect(session.screen()).toBe("before\n✓ MFA session for work until 21:40\nafter");
    expect(await result()).toMatchObject({ kind: "answered", said: true });
  });

  test("moves neither the standard streams nor what somebody printed without a line end", async () => {
    const session = run("printf 'working...'; : | ./ask 2>errors | cat >output; echo; cat output errors | wc -c");
    await answerTo(session);
    await session.exit;
    expect(session.screen().split("\n").filter(Boolean)).toEqual(["working...", "0"]);
  });

  test("does not eat what stands on standard input", async () => {
    const session = run("echo piped | { ./ask; cat; }");
    await answerTo(session);
    await session.waitFor("piped");
  });
});

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

describe("what was typed before the question", () => {
  const AFTER_GO = "echo ready; until [ -e go ]; do sleep 0.02; done; ./ask";
  const typeAhead = async (text: string): Promise<PtySession> => {
    const session = run(AFTER_GO);
    await session.waitFor("ready");
    session.type(text);
    await session.waitFor(text.trim());
    writeFileSync(join(home, "go"), "");
    await session.waitFor("? Code");
    return session;
  };

  test("is dropped when it was meant for something else", async () => {
    const session = await typeAhead("ls -l\r");
    await session.waitFor("Code  ______");
    expect(session.screen()).not.toContain("✗");
  });

  test("is shown when it is digits, and never sent without an Enter", async () => {
    const session = await typeAhead("123456\r");
    await session.waitFor("Code  123456");
    expect(existsSync(join(home, "result"))).toBe(false);
    session.press("enter");
    expect(await result()).toEqual({ kind: "answered", text: "123456" });
  });

  test("can be a Ctrl-S: a terminal that is held still does not hold us", async () => {
    const session = run(AFTER_GO, { deadlineMs: 1_000 });
    await session.waitFor("ready");
    session.type("\x13");
    writeFileSync(join(home, "go"), "");
    expect(await result()).toEqual({ kind: "timed-out" });
  });
});

describe("the looks", () => {
  const long = { hint: "answers for 12 h", deadlineMs: 48_000, say: "✓ done" };

  test.each([80, 40, 20])("fit into %i columns, and go without a trace", async (cols) => {
    const session = run("echo before; ./ask", long, { cols });
    await session.waitFor("before");
    await session.waitFor(/4\d s/);
    session.type("12345\r");
    await session.waitFor("✗");
    const lines = session.screen().split("\n");
    for (const line of lines) expect(line.length).toBeLessThan(cols);
    expect(lines.map((line) => line.trim()).join(" ")).toContain(
      "aws s3 needs an MFA session for work user jane · device jane-phone",
    );
    await answerTo(session);
    await session.exit;
    expect(session.screen()).toBe("before\n✓ done");
  });

  test("fit on a screen of few lines", async () => {
    const session = run("echo before; ./ask", long, { cols: 20, rows: 4 });
    await session.waitFor("? Code");
    await answerTo(session);
    await session.exit;
    expect(session.screen()).toBe("before\n✓ done");
  });

  test("follow the window", async () => {
    const session = run("./ask", long);
    await session.waitFor("answers for 12 h");
    session.resize(30, 24);
    const before = session.output().length;
    await waitUntil(
      () => session.output().slice(before).includes("? Code"),
      () => "the question to be drawn again",
    );
    expect(session.output().slice(before)).not.toContain("answers for 12 h");
  });

  test("have colours only when told so", async () => {
    for (const colours of [false, true]) {
      const session = run("./ask", { ...long, colours });
      await answerTo(session);
      await session.exit;
      // biome-ignore lint/suspicious/noControlCharactersInRegex: that is what a colour is
      expect(/\x1b\[\d*m/.test(session.output())).toBe(colours);
      rmSync(join(home, "result"));
    }
  });

  test("are not for profile names to change", async () => {
    const session = run("./ask", { lines: ["for \x1b]0;title\x07\x1b[2Jwo\u202erk\nnext"] });
    await session.waitFor("for ]0;title[2Jwork next");
    for (const harm of ["\x07", "\x1b[2J", "\x1b]", "\u202e"]) expect(session.output()).not.toContain(harm);
  });
});

/** Runs a script on a new terminal in which `./ask` asks once; `./ask2` does the same with a result file of its own. */
function run(script: string, settings: object = {}, options: PtyOptions = {}): PtySession {
  writeScripts(script, settings);
  return startOnPty("sh", ["./run"], { cwd: home, ...options });
}

/** The same as a command of an interactive shell. */
async function startShell(script: string, settings: object = {}, shell: Shell = "bash"): Promise<PtySession> {
  writeScripts(script, settings);
  return startShellOnPty({ cwd: home }, shell);
}

async function askUnderShell(script: string, settings: object = {}, name: Shell = "bash"): Promise<PtySession> {
  const shell = await startShell(script, settings, name);
  shell.type("sh ./run\r");
  await shell.waitFor("? Code");
  return shell;
}

function writeScripts(script: string, settings: object): void {
  for (const name of ["ask", "ask2"]) {
    const json = JSON.stringify(settings).replaceAll("'", "\\u0027");
    const resultFile = join(home, name.replace("ask", "result"));
    const line = `exec '${process.execPath}' '${driver}' '${resultFile}' '${json}'`;
    writeFileSync(join(home, name), `#!/bin/sh\n${line}\n`, { mode: 0o700 });
  }
  writeFileSync(join(home, "run"), `${script}\n`);
}

async function result(name = "result"): Promise<{ kind: string; text?: string }> {
  const file = join(home, name);
  await waitUntil(
    () => existsSync(file),
    () => "the result",
  );
  return JSON.parse(readFileSync(file, "utf8"));
}

function codeOf({ kind, text }: { kind: string; text?: string }): string | undefined {
  return kind === "answered" ? text?.replace(/\s/g, "") : undefined;
}

async function answerTo(session: PtySession): Promise<void> {
  await session.waitFor("? Code");
  session.type("123456");
  await session.waitFor("123456");
  session.press("enter");
  await result();
}

function driverOn(session: PtySession): number {
  const [line = ""] = processesOn(session.terminal).filter((entry) => entry.includes(driver));
  return Number.parseInt(line, 10);
}

/** bash, run without its line editor, shows its prompt again. */
async function promptAgain(shell: PtySession): Promise<void> {
  await waitUntil(
    () => shell.screen().endsWith("\n$"),
    () => `a prompt:\n${shell.screen()}`,
  );
}

function isCooked(session: PtySession): boolean {
  const flags = session.sttyFlags();
  return ["icanon", "echo", "isig", "icrnl", "ixon"].every((flag) => flags.includes(flag));
}

async function expectCookedFor(session: PtySession): Promise<void> {
  await waitUntil(
    () => isCooked(session),
    () => `a usable terminal, not ${session.sttyFlags().join(" ")}`,
    1_000,
  );
}

/** Only the shell is left on its terminal, and no guard of it. */
async function expectAlone(session: PtySession): Promise<void> {
  await waitUntil(
    () => processesOn(session.terminal).length === 1 && guards().length === 0,
    () => `one process, not ${[...processesOn(session.terminal), ...guards()].join("\n")}`,
    1_000,
  );
}

/** Guards are in sessions of their own; this test's home is where they look for programs. */
function guards(): string[] {
  return processesWith(home)
    .filter(({ line }) => line.includes("stty"))
    .map(({ pid, line }) => `${pid} ${line}`);
}

/** Between two digits of somebody who copies them from a phone. */
function typistsPause(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, 100));
}
