/** Completion as a person has it: in real shells, on a terminal, by the Tab key. */

import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { PROGRAM } from "../support/askonce.ts";
import { home, withFreshHomes } from "../support/fresh-homes.ts";
import type { PtySession } from "../support/pty.ts";
import { needsTool, type Skippable } from "../support/tools.ts";
import { waitUntil } from "../support/waiting.ts";

const SHELLS = ["bash", "zsh", "fish"] as const;
type ShellName = (typeof SHELLS)[number];
const WAIT_MS = 30_000;

withFreshHomes(() => {
  home.configure(
    "",
    `[profile "odd $(touch x)"]\nregion = eu-west-1\n\n[profile '$(touch x)']\n\n[profile user@corp:one]\n\n[profile "it's !quoted"]\n\n[profile \u00fcber]\n`,
  );
  // The words of what is typed are noted; only what the shells ask for runs.
  for (const name of ["askonce", "askonce-get"])
    home.executable(
      `bin/${name}`,
      `case $1 in completion) exec ${process.execPath} ${PROGRAM} "$@" ;; esac; { for word do printf '[%s]' "$word"; done; echo; } >> ${home.path}/said`,
    );
});

/** An interactive shell that has loaded the script, as the help says to load it. */
async function shellWithCompletion(name: ShellName, context: Skippable): Promise<PtySession> {
  needsTool(context, name);
  const words = { bash: ["--norc", "--noprofile", "-i"], zsh: ["-f", "-i"], fish: ["--no-config", "-i"] }[name];
  const pty = home.commandOnPty(name, words, { env: { PS1: "$ ", HISTFILE: "" }, cols: 100, rows: 40 });
  await waitUntil(
    () => pty.output() !== "",
    () => "a prompt",
    WAIT_MS,
  );
  await quiet(pty);
  const load = {
    bash: 'eval "$(askonce completion bash)"',
    zsh: "source <(askonce completion zsh)",
    fish: "askonce completion fish | source",
  }[name];
  pty.type(`${load}; touch loaded\r`);
  await waitUntil(
    () => existsSync(join(home.path, "loaded")),
    () => `the script to be loaded: ${pty.output()}`,
    WAIT_MS,
  );
  await quiet(pty);
  return pty;
}

/** Types, and Enter when nothing more comes; returns the words the shell made of it, one in brackets each. */
async function said(pty: PtySession, text: string): Promise<string> {
  const before = home.read("said").length;
  const noted = (): string => home.read("said").slice(before);
  for (const part of text.split(/(?<=\t)/)) {
    pty.type(part);
    await quiet(pty);
  }
  pty.press("enter");
  // They are noted one after the other, with a line's end after the last.
  await waitUntil(
    () => noted().endsWith("\n"),
    () => `words of ${JSON.stringify(text)}: ${JSON.stringify(pty.output().slice(-400))}`,
    WAIT_MS,
  );
  return noted().trimEnd();
}

/** Waits until nothing is written for a while. What is typed before a shell is done with a Tab waits there. */
async function quiet(pty: PtySession): Promise<void> {
  for (let before = -1; before !== pty.output().length; ) {
    before = pty.output().length;
    await new Promise((resolve) => setTimeout(resolve, 150));
  }
}

describe.each(SHELLS)("%s", (name) => {
  test("completes commands, flags, their values and profiles", async (context) => {
    const pty = await shellWithCompletion(name, context);
    expect(await said(pty, "askonce logi\t--no-p\t--prompt tm\tadm\t")).toBe(
      "[login][--no-prompt][--prompt][tmux][admin]",
    );
    expect(await said(pty, "askonce pol\t--partition=aws-u\t")).toBe("[policy][--partition=aws-us-gov]");
    expect(await said(pty, "askonce help logo\t")).toBe("[help][logout]");
  });

  test("lists what there is to choose from", async (context) => {
    const pty = await shellWithCompletion(name, context);
    pty.type("askonce l\t\t\t");
    await waitUntil(
      () => ["login", "logout"].every((verb) => pty.output().includes(verb)),
      () => `a list: ${JSON.stringify(pty.output().slice(-400))}`,
      WAIT_MS,
    );
  });

  test("knows a profile that was added meanwhile, and askonce-get's", async (context) => {
    const pty = await shellWithCompletion(name, context);
    home.configure("", "[profile brand-new]");
    expect(await said(pty, "askonce-get bran\t")).toBe("[brand-new]");
  });

  test("puts in a name with odd characters as one word, and runs nothing of it", async (context) => {
    const pty = await shellWithCompletion(name, context);
    for (const [typed, meant] of [
      ["odd", "odd $(touch x)"],
      ["\\$", "$(touch x)"],
      ["it", "it's !quoted"],
      ["user", "user@corp:one"],
      ["üb", "über"],
    ] as const)
      expect(await said(pty, `askonce get ${typed}\t`)).toBe(`[get][${meant}]`);
    expect(existsSync(join(home.path, "x"))).toBe(false);
  });

  test("completes names of files after a flag that takes one", async (context) => {
    home.write("some-log-file", "");
    const pty = await shellWithCompletion(name, context);
    expect(await said(pty, "askonce get work --log some-l\t")).toBe("[get][work][--log][some-log-file]");
    expect(await said(pty, "askonce get some-l\t")).toBe("[get][some-l]");
  });

  test("says nothing where the files cannot be read", async (context) => {
    home.write(".aws/config", "garbage\n");
    const pty = await shellWithCompletion(name, context);
    expect(await said(pty, "askonce get wor\tk --no-p\t")).toBe("[get][work][--no-prompt]");
    expect(pty.output()).not.toMatch(/line 1|askonce:/);
  });
});

describe("bash", () => {
  test.each([
    ["within single quotes", "'odd", "odd $(touch x)"],
    ["within single quotes that end in the name", "'it", "it's !quoted"],
    ["within double quotes", '"odd', "odd $(touch x)"],
    ["after a backslash", "odd\\ ", "odd $(touch x)"],
    ["after a colon and an at sign", "user@corp:", "user@corp:one"],
  ])("goes on %s", async (_, typed, meant) => {
    const pty = await shellWithCompletion("bash", { skip: () => expect.fail() });
    expect(await said(pty, `askonce get ${typed}\t`)).toBe(`[get][${meant}]`);
    expect(existsSync(join(home.path, "x"))).toBe(false);
  });
});

test("bash without compopt, as macOS has it, completes names of files too", async () => {
  home.write("some log", "");
  const pty = await shellWithCompletion("bash", { skip: () => expect.fail() });
  pty.type("enable -n compopt\r");
  await quiet(pty);
  expect(await said(pty, "askonce get work --log som\t")).toBe("[get][work][--log][some log]");
  expect(await said(pty, "askonce get som\t")).toBe("[get][som]");
});

test("an answer is there at once, and leaves nothing behind", async () => {
  const started = performance.now();
  const { status, stdout, stderr } = await home.run(["completion", "--words", "zsh", "--", "askonce", "get", ""]);
  expect({ status, stderr }).toEqual({ status: 0, stderr: "" });
  expect(stdout.split("\n")).toEqual(expect.arrayContaining(["work-keys", "work", "admin", "odd $(touch x)", "über"]));
  expect(performance.now() - started).toBeLessThan(5_000);
  expect(readdirSync(home.path)).not.toContain(".cache");
});

test("a name that would drive the terminal is not listed", async () => {
  home.configure("", '[profile "a\u001b[2J"]\n\n[profile "b\u202e"]\n\n[profile c]');
  const { stdout } = await home.run(["completion", "--words", "fish", "--", "askonce", "get", ""]);
  expect(stdout.split("\n")).toContain("c");
  expect(stdout).toMatch(/^[\x20-\x7e\n]*$/);
});

test("PowerShell's words come with a dot before each, an empty one too", async () => {
  const words = async (...given: string[]) =>
    (await home.run(["completion", "--words", "powershell", "--", ".askonce", ...given])).stdout.split("\n");
  expect(await words(".get", ".wor")).toEqual(["words", "work-keys", "work", ""]);
  expect(await words(".")).toContainEqual(expect.stringMatching(/^login\tsign in now/));
});

test.each([[[]], [["tcsh"]], [["bash", "zsh"]]])("%j is a usage error", async (words) => {
  const { status, stderr } = await home.run(["completion", ...words]);
  expect(status).toBe(2);
  expect(stderr).toMatch(/^askonce: completion needs the name of one shell: bash, zsh, fish, powershell; [^\n]+\n$/);
});
