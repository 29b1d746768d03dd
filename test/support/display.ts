/** A screen of its own that nobody sees, and somebody who types on it: Xvfb and xdotool. It has no window manager. */

import { execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { setTimeout as sleep } from "node:timers/promises";
import { promisify } from "node:util";

const run = promisify(execFile);
const WAIT_MS = 30_000;

export interface TestDisplay {
  /** For DISPLAY: `:N`. No cookie is needed. */
  readonly display: string;
  stop(): Promise<void>;
}

/** Starts a screen with a number that nobody has. */
export async function startDisplay(): Promise<TestDisplay> {
  const options = ["-displayfd", "1", "-noreset", "-nolisten", "tcp", "-screen", "0", "1024x768x24"];
  const server = spawn("Xvfb", options, { stdio: ["ignore", "pipe", "ignore"], env: { PATH: process.env.PATH } });
  const exit = once(server, "exit");
  const lines = createInterface(server.stdout);
  const number = await Promise.race([once(lines, "line").then(([line]) => String(line)), exit.then(() => undefined)]);
  if (number === undefined) throw new Error("Xvfb did not start");
  return {
    display: `:${number}`,
    async stop() {
      server.kill("SIGTERM");
      await exit;
    },
  };
}

/** The window with this title, once it is shown. */
export async function windowOn(display: string, windowTitle: string): Promise<string> {
  for (const end = Date.now() + WAIT_MS; Date.now() < end; await sleep(50)) {
    const found = await windowsOn(display, windowTitle);
    if (found[0] !== undefined) return found[0];
  }
  throw new Error(`no window ${windowTitle}`);
}

/** All windows with this title that are shown now. */
export async function windowsOn(display: string, windowTitle: string): Promise<string[]> {
  const found = await xdotool(display, "search", "--onlyvisible", "--name", `^${windowTitle}$`).catch(() => "");
  return found.split("\n").filter((id) => id !== "");
}

/** Presses keys, by their names in X (`1`, `Return`, `Escape`), in the window with this title, once it is shown and has the focus. */
export async function typeInto(display: string, windowTitle: string, keys: readonly string[]): Promise<void> {
  const window = await windowOn(display, windowTitle);
  for (const end = Date.now() + WAIT_MS; ; await sleep(50)) {
    // A window that is being drawn cannot take it yet.
    await xdotool(display, "windowfocus", window).catch(() => "");
    const focused = (await xdotool(display, "getwindowfocus").catch(() => "")).trim();
    if (focused === window) break;
    if (Date.now() > end) throw new Error(`the window ${windowTitle} does not take the focus`);
  }
  await xdotool(display, "key", "--delay", "20", ...keys);
}

async function xdotool(display: string, ...args: string[]): Promise<string> {
  const env = { PATH: process.env.PATH, DISPLAY: display };
  return (await run("xdotool", args, { env, timeout: WAIT_MS })).stdout;
}
