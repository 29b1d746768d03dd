import { type ChildProcess, spawn } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { type Dialog, dialogSeconds, runDialog, startDialog } from "../../../src/dialogs/dialog-program.ts";
import type { Ended } from "../../../src/processes/child-program.ts";
import { cleanUp } from "../../../src/runtime/on-exit.ts";
import { withDriver } from "../../support/driver.ts";
import { FakePrograms, questionOf } from "../../support/fake-programs.ts";
import { kill, processesWith } from "../../support/processes.ts";
import { waitUntil } from "../../support/waiting.ts";

const isLinux = process.platform === "linux";
const WAIT_MS = 20_000;
const driver = withDriver("dialog-driver");
let fakes: FakePrograms;

beforeEach(() => {
  fakes = new FakePrograms();
});
afterEach(() => {
  for (const { pid } of ours()) kill(pid, "SIGKILL");
  fakes.dispose();
});

/** What lives of this test: the directory of its programs is in the environment of them all. */
function ours(): { pid: number; line: string }[] {
  return processesWith(fakes.path);
}

async function nothingLeft(): Promise<void> {
  await waitUntil(
    () => ours().length === 0,
    () => `an end of ${JSON.stringify(ours())}`,
    WAIT_MS,
  );
}

/** A dialog that shows itself by a file, starts others and goes on for ever; one of them has lost its parent. */
function endless(name = "dialog"): string {
  const shown = join(fakes.path, "shown");
  return fakes.write(
    name,
    `(/bin/sleep 600 &) ; /bin/sleep 600 & echo >'${shown}'; trap '' TERM; wait; /bin/sleep 600`,
  );
}

async function isShown(): Promise<void> {
  await waitUntil(
    () => existsSync(join(fakes.path, "shown")),
    () => "the dialog",
    WAIT_MS,
  );
}

const asIs = ({ output, complaint, status }: Ended): { kind: "answered"; text: string } => ({
  kind: "answered",
  text: JSON.stringify([output, complaint, status]),
});

async function howItEnded(dialog: Dialog): Promise<Ended> {
  const end = await dialog.ended;
  if (end.kind !== "ended") throw new Error(`we ended it: ${end.kind}`);
  return end.how;
}

describe("a dialog that ends by itself", () => {
  test.each([
    ["printf 123456; printf oh >&2", ["123456", "oh", 0]],
    ["exit 5", ["", "", 5]],
    ["exec /bin/cat nowhere 2>/dev/null", ["", "", 1]],
    ["kill -SEGV $$", ["", expect.any(String), 139]],
  ])("%s", async (lines, expected) => {
    const program = fakes.write("dialog", lines);
    const answer = await runDialog([program], questionOf(), fakes.here(), asIs);
    expect(JSON.parse((answer as { text: string }).text)).toEqual(expected);
    await nothingLeft();
  });

  test("keeps its words as they are, whatever they hold", async () => {
    const words = ["", "a b", "$HOME `id` \\n ' \"", "-x", "é\n✗"];
    await runDialog([fakes.write("dialog", ""), ...words], questionOf(), fakes.here(), asIs);
    expect(fakes.argv("dialog")).toEqual(words);
  });

  test("prints without end, and 64 KiB of it are kept", async () => {
    const program = fakes.write("dialog", "/usr/bin/head -c 1000000 /dev/zero");
    const dialog = startDialog([program], questionOf(), fakes.here());
    expect((await howItEnded(dialog)).output).toHaveLength(64 * 1024);
  });
});

test("a program that cannot be started has a status that is no success", async () => {
  const answer = await runDialog(["/nowhere/dialog"], questionOf(), fakes.here(), asIs);
  expect(JSON.parse((answer as { text: string }).text)[2]).toBe(127);
  expect(await runDialog(["a\0b"], questionOf(), fakes.here(), asIs)).toEqual({
    kind: "answered",
    text: expect.stringContaining("ERR_"),
  });
});

test("it has the environment of a dialog, and no secret", async () => {
  const secrets = { AWS_SECRET_ACCESS_KEY: "canary", NODE_OPTIONS: "--trace-exit", AWS_PROFILE: "work", ENV: "/x" };
  const program = fakes.write("dialog", "");
  await runDialog([program], questionOf(), fakes.here({ ...secrets, DISPLAY: ":7" }), asIs);
  const { ASKONCE_PROGRAM, PWD, SHLVL, OLDPWD, _, ...rest } = fakes.environment("dialog");
  expect(rest).toEqual({ PATH: fakes.path, DISPLAY: ":7" });
  expect(ASKONCE_PROGRAM).toMatch(/^[0-9a-f]{18}$/);
});

test.runIf(isLinux)("it has no terminal, and is in a session of its own with all it starts", async () => {
  const program = fakes.write("dialog", "/bin/cat /proc/self/stat; (exec </dev/tty) 2>/dev/null && echo terminal");
  const dialog = startDialog([program], questionOf(), fakes.here());
  const { output } = await howItEnded(dialog);
  const session = Number(output.slice(output.lastIndexOf(")")).split(" ")[4]);
  const own = readFileSync("/proc/self/stat", "latin1");
  expect(session).not.toBe(Number(own.slice(own.lastIndexOf(")")).split(" ")[4]));
  expect(output).not.toContain("terminal");
});

describe.runIf(isLinux)("a dialog is gone with all its children", () => {
  test("when the question is withdrawn", async () => {
    const withdrawal = new AbortController();
    const answer = runDialog([endless()], questionOf({ signal: withdrawal.signal }), fakes.here(), asIs);
    await isShown();
    withdrawal.abort();
    expect(await answer).toEqual({ kind: "withdrawn" });
    await nothingLeft();
  });

  test("when its time is up", async () => {
    const answer = await runDialog([endless()], questionOf({ withinMs: 1_500 }), fakes.here(), asIs);
    expect(answer).toEqual({ kind: "timed-out" });
    await nothingLeft();
  });

  test("when a signal ends us", async () => {
    const answer = runDialog([endless()], questionOf(), fakes.here(), asIs);
    await isShown();
    cleanUp();
    await nothingLeft();
    await answer;
  });

  test.each(["SIGKILL", "SIGTERM"] as const)("when we are ended by %s", async (signal) => {
    endless("zenity");
    const asker = startDriver();
    await isShown();
    asker.kill(signal);
    await nothingLeft();
  });

  test("when somebody kills its guard", async () => {
    const answer = runDialog([endless()], questionOf(), fakes.here(), asIs);
    await isShown();
    for (const { pid, line } of ours()) if (line.includes("exec 4<&0")) kill(pid, "SIGKILL");
    await answer;
    await nothingLeft();
  });

  test("when it has ended itself, but not they", async () => {
    const program = fakes.write("dialog", "(/bin/sleep 600 &); /bin/sleep 600 & echo 1");
    const answer = await runDialog([program], questionOf(), fakes.here(), asIs);
    expect(answer).toEqual({ kind: "answered", text: JSON.stringify(["1\n", "", 0]) });
    await nothingLeft();
  });
});

test("a question that was withdrawn before is not shown", async () => {
  const program = fakes.write("dialog", "");
  const answer = await runDialog([program], questionOf({ signal: AbortSignal.abort() }), fakes.here(), asIs);
  expect(answer).toEqual({ kind: "withdrawn" });
  expect(fakes.hasRun("dialog")).toBe(false);
});

test("its own seconds are whole ones, and none for a question without an end", () => {
  const seconds = (withinMs: number): number | undefined => dialogSeconds(questionOf({ withinMs }));
  expect([1, 1_000, 1_001, 90_500].map(seconds)).toEqual([1, 1, 2, 91]);
  expect(seconds(Number.POSITIVE_INFINITY)).toBeUndefined();
});

test("a time longer than a timer can be is none", async () => {
  const program = fakes.write("dialog", "/bin/sleep 0.3; echo 1");
  for (const withinMs of [Number.POSITIVE_INFINITY, 2 ** 32]) {
    const answer = await runDialog([program], questionOf({ withinMs }), fakes.here(), asIs);
    expect(answer).toEqual({ kind: "answered", text: JSON.stringify(["1\n", "", 0]) });
  }
});

function startDriver(): ChildProcess {
  return spawn(process.execPath, [driver, "zenity"], { env: { PATH: fakes.path }, stdio: "ignore" });
}
