/** The programs themselves, on a screen that nobody sees. */

import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import type { DialogQuestion, Driver, Surroundings } from "../../src/dialogs/driver.ts";
import { kdialog } from "../../src/dialogs/kdialog.ts";
import { pinentry } from "../../src/dialogs/pinentry.ts";
import { zenity } from "../../src/dialogs/zenity.ts";
import { startDisplay, type TestDisplay, typeInto, windowOn, windowsOn } from "../support/display.ts";
import { questionOf } from "../support/fake-programs.ts";
import { kill, processesWith } from "../support/processes.ts";
import { hasTool, needsTool } from "../support/tools.ts";
import { waitUntil } from "../support/waiting.ts";

const WAIT_MS = 30_000;
const CODE = ["1", "2", "3", "4", "5", "6"];
let screen: TestDisplay | undefined;
let home: string;

beforeAll(async () => {
  if (hasTool("Xvfb")) screen = await startDisplay();
});
beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), "dialogs-"));
});
afterEach(() => {
  for (const { pid } of processesWith(home)) kill(pid, "SIGKILL");
  rmSync(home, { recursive: true });
});
afterAll(() => screen?.stop());

/** Of this test alone: its home is in the environment of all that it starts. */
function here(display = screen?.display): Surroundings {
  const env = { PATH: process.env.PATH, HOME: home, DISPLAY: display, LANG: "C.UTF-8", XDG_RUNTIME_DIR: home };
  return { env, platform: process.platform, directory: undefined };
}

async function nothingLeft(): Promise<void> {
  await waitUntil(
    () => processesWith(home).length === 0,
    () => `an end of ${JSON.stringify(processesWith(home))}`,
    WAIT_MS,
  );
}

/** A window that was withdrawn stands for a moment after its program ended. */
async function noWindow(): Promise<void> {
  for (const end = Date.now() + WAIT_MS; Date.now() < end; ) {
    if ((await windowsOn(screen?.display ?? "", "askonce")).length === 0) return;
  }
  throw new Error("the window stays");
}

describe.each<[string, Driver]>([
  ["zenity", zenity],
  ["kdialog", kdialog],
  ["pinentry-gtk-2", pinentry],
])("%s", (program, driver) => {
  const ask = (parts: Partial<DialogQuestion> = {}): Promise<unknown> => driver.ask(questionOf(parts), here());
  const display = (): string => screen?.display ?? "";

  beforeEach((context) => {
    needsTool(context, "Xvfb", "xdotool");
    needsTool(context, program);
  });
  afterEach(nothingLeft);

  test("can ask on this display, and not where none answers", async () => {
    expect(await driver.canAsk(here())).toBe(true);
    expect(await driver.canAsk(here(":59999"))).toBe(false);
    expect(await driver.canAsk(here(""))).toBe(false);
  });

  test("cannot when the display is gone meanwhile", async () => {
    expect(await driver.ask(questionOf(), here(":59999"))).toEqual({ kind: "cannot" });
  });

  test("has what was typed", async () => {
    const answer = ask();
    await typeInto(display(), "askonce", [...CODE, "Return"]);
    expect(await answer).toEqual({ kind: "answered", text: "123456" });
  });

  test("has nothing of an empty answer", async () => {
    const answer = ask();
    await typeInto(display(), "askonce", ["Return"]);
    expect(await answer).toEqual({ kind: "answered", text: "" });
  });

  test("is cancelled by Escape", async () => {
    const answer = ask();
    await typeInto(display(), "askonce", ["1", "Escape"]);
    expect(await answer).toEqual({ kind: "cancelled" });
  });

  test("goes when its time is up, also when something was typed", async () => {
    const answer = ask({ withinMs: 6_000 });
    await typeInto(display(), "askonce", ["1", "2"]);
    expect(await answer).toEqual({ kind: "timed-out" });
    await noWindow();
  });

  test("goes when it is withdrawn", async () => {
    const withdrawal = new AbortController();
    const answer = ask({ signal: withdrawal.signal });
    await windowOn(display(), "askonce");
    withdrawal.abort();
    expect(await answer).toEqual({ kind: "withdrawn" });
    await noWindow();
  });

  test("takes a text of any signs, and of any length", async () => {
    const lines = ['a<b>&\\n"x" _y %41 $HOME', "é".repeat(1_500), "--x", "✗ </qt>"];
    const answer = ask({ lines });
    await typeInto(display(), "askonce", [...CODE, "Return"]);
    expect(await answer).toEqual({ kind: "answered", text: "123456" });
  });
});

/** What is taken for markup, for an escape or for a marked key is not drawn, and the window is no wider for it. */
test("zenity draws a text as it is", { timeout: 120_000 }, async (context) => {
  needsTool(context, "Xvfb", "xdotool", "zenity", "import");
  const width = async (line: string): Promise<number> => {
    const withdrawal = new AbortController();
    const answer = zenity.ask(questionOf({ lines: [line], signal: withdrawal.signal }), here());
    const window = await windowOn(screen?.display ?? "", "askonce");
    const env = { PATH: process.env.PATH, DISPLAY: screen?.display };
    const geometry = execFileSync("xdotool", ["getwindowgeometry", "--shell", window], { encoding: "utf8", env });
    withdrawal.abort();
    await answer;
    await noWindow();
    return Number(/WIDTH=(\d+)/.exec(geometry)?.[1]);
  };
  const wide = "m".repeat(60);
  expect(await width(`${wide}<b></b>`)).toBeGreaterThan(await width(wide));
  expect(await width(`${wide}\\n\\n`)).toBeGreaterThan(await width(wide));
  expect(await width(`${wide}____`)).toBeGreaterThan(await width(`${wide}__`));
});
