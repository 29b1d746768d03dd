/** A desktop notification: it asks for nothing itself, but says where to. */

import { existsSync } from "node:fs";
import { join } from "node:path";
import { outputOf } from "../processes/child-program.ts";
import { findProgram } from "../processes/find-program.ts";
import { nonEmpty } from "../runtime/environment.ts";
import { printable } from "../text/terminal-text.ts";
import { dialogEnvironment } from "./dialog-environment.ts";
import { isOverSsh } from "./display.ts";
import type { Surroundings } from "./driver.ts";

/** One line each, of any characters. */
export interface NotificationText {
  readonly title: string;
  readonly body: string;
}

const WITHIN_MS = 2_000;

/** The texts are its arguments, not part of it. */
const SHOW = `on run argv
display notification (item 2 of argv) with title (item 1 of argv)
end run`;

/** Whether it is worth trying here: there is a program for it, and somebody may look. Nobody does on a machine that builds. */
export function mayNotify(here: Surroundings): boolean {
  const isBuilding = !["", "0", "false"].includes((here.env.CI ?? "").trim().toLowerCase());
  return !isBuilding && commandFor({ title: "", body: "" }, here) !== undefined;
}

/** Shows it. True only when the desktop took it: a daemon that is not there, or does not answer in two seconds, did not. Never rejects. */
export async function notify(text: NotificationText, here: Surroundings, signal: AbortSignal): Promise<boolean> {
  const words = commandFor(text, here);
  if (words === undefined) return false;
  const env = dialogEnvironment(here.env, here.platform);
  return (await outputOf(words, { env, withinMs: WITHIN_MS, signal })) !== undefined;
}

function commandFor(text: NotificationText, here: Surroundings): string[] | undefined {
  const [title, body] = [printable(text.title), printable(text.body)];
  // Whoever types sits elsewhere, and the desktop here would take it all the same.
  if (isOverSsh(here.env)) return undefined;
  if (here.platform === "darwin") {
    const osascript = findProgram("osascript", here);
    return osascript === undefined ? undefined : [osascript, "-e", SHOW, "--", title, body];
  }
  const notifySend = hasSessionBus(here) ? findProgram("notify-send", here) : undefined;
  if (notifySend === undefined) return undefined;
  return [notifySend, "--app-name=askonce", "--icon=dialog-password", "--", title, escaped(body)];
}

/** Without a bus, or told to, `notify-send` would start one of its own that nobody listens on. */
function hasSessionBus({ env }: Surroundings): boolean {
  const address = nonEmpty(env.DBUS_SESSION_BUS_ADDRESS);
  if (address !== undefined) return !address.startsWith("autolaunch:");
  const directory = nonEmpty(env.XDG_RUNTIME_DIR);
  return directory !== undefined && existsSync(join(directory, "bus"));
}

/** A body may hold markup (Desktop Notifications Specification, Markup), and notify-send reads backslashes as escapes. */
function escaped(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;").replaceAll("\\", "\\\\");
}
