/** Asks a question on a terminal of its own, by a driver that runs nothing else of the program. */

import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach } from "vitest";
import { withDriver } from "./driver.ts";
import { processesOn, processesWith } from "./processes.ts";
import { killAllPtys, type PtyOptions, type PtySession, type Shell, startOnPty, startShellOnPty } from "./pty.ts";
import { waitUntil } from "./waiting.ts";

/** The path of the program that asks. */
let driver: string;
/** The directory of the test that runs. */
export let home: string;

/** Gives each test a directory, and ends what it left on its terminals. */
export function withQuestions(): void {
  driver = withDriver("terminal-driver");
  beforeEach(() => {
    home = mkdtempSync(join(tmpdir(), "terminal-test-"));
  });
  afterEach(async () => {
    await killAllPtys();
    rmSync(home, { recursive: true });
  });
}

/** Runs a script on a new terminal in which `./ask` asks once; `./ask2` does the same with a result file of its own. */
export function run(script: string, settings: object = {}, options: PtyOptions = {}): PtySession {
  writeScripts(script, settings);
  return startOnPty("sh", ["./run"], { cwd: home, ...options });
}

/** The same as a command of an interactive shell. */
export async function startShell(script: string, settings: object = {}, shell: Shell = "bash"): Promise<PtySession> {
  writeScripts(script, settings);
  return startShellOnPty({ cwd: home }, shell);
}

export async function askUnderShell(script: string, settings: object = {}, name: Shell = "bash"): Promise<PtySession> {
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

export async function result(name = "result"): Promise<{ kind: string; text?: string }> {
  const file = join(home, name);
  await waitUntil(
    () => existsSync(file),
    () => "the result",
  );
  return JSON.parse(readFileSync(file, "utf8"));
}

export function codeOf({ kind, text }: { kind: string; text?: string }): string | undefined {
  return kind === "answered" ? text?.replace(/\s/g, "") : undefined;
}

export async function answerTo(session: PtySession): Promise<void> {
  await session.waitFor("? Code");
  session.type("123456");
  await session.waitFor("123456");
  session.press("enter");
  await result();
}

export function driverOn(session: PtySession): number {
  const [line = ""] = processesOn(session.terminal).filter((entry) => entry.includes(driver));
  return Number.parseInt(line, 10);
}

/** bash, run without its line editor, shows its prompt again. */
export async function promptAgain(shell: PtySession): Promise<void> {
  await waitUntil(
    () => shell.screen().endsWith("\n$"),
    () => `a prompt:\n${shell.screen()}`,
  );
}

export function isCooked(session: PtySession): boolean {
  const flags = session.sttyFlags();
  return ["icanon", "echo", "isig", "icrnl", "ixon"].every((flag) => flags.includes(flag));
}

export async function expectCookedFor(session: PtySession): Promise<void> {
  await waitUntil(
    () => isCooked(session),
    () => `a usable terminal, not ${session.sttyFlags().join(" ")}`,
    1_000,
  );
}

/** Only the shell is left on its terminal, and no guard of it. */
export async function expectAlone(session: PtySession): Promise<void> {
  await waitUntil(
    () => processesOn(session.terminal).length === 1 && guards().length === 0,
    () => `one process, not ${[...processesOn(session.terminal), ...guards()].join("\n")}`,
    1_000,
  );
}

/** Guards are in sessions of their own; this test's home is where they look for programs. */
export function guards(): string[] {
  return processesWith(home)
    .filter(({ line }) => line.includes("stty"))
    .map(({ pid, line }) => `${pid} ${line}`);
}

/** Between two digits of somebody who copies them from a phone. */
export function typistsPause(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, 100));
}
