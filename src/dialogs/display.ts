/** Whether a window would be seen: a display's name in the environment may be that of a server that is gone, or that hangs. */

import { readFileSync } from "node:fs";
import { connect, type NetConnectOpts, type Socket } from "node:net";
import { endianness } from "node:os";
import { posix } from "node:path";
import { outputOf } from "../processes/child-program.ts";
import { type Environment, nonEmpty } from "../runtime/environment.ts";
import { dialogEnvironment } from "./dialog-environment.ts";
import type { Surroundings } from "./driver.ts";

/** Of one that hangs; where a crowd starts at once, one that lives may take a second. */
const PATIENCE_MS = 2_000;
const STEPS = 40;
const FIRST_X11_PORT = 6_000;

/**
 * The first bytes of an X11 client (X Window System Protocol, "Connection Setup"): little-endian, version 11.0, no
 * cookie. A refusal is an answer too: who is asked to show a window has the cookie.
 */
const X11_SETUP = Buffer.from([0x6c, 0, 11, 0, 0, 0, 0, 0, 0, 0, 0, 0]);

const looks = new WeakMap<Surroundings, Promise<boolean>>();

/** Whether a display is there and answers, within two seconds. The same surroundings are looked at once. Never rejects. */
export function displayAnswers(here: Surroundings): Promise<boolean> {
  const look = looks.get(here) ?? lookAtDisplay(here);
  looks.set(here, look);
  return look;
}

async function lookAtDisplay(here: Surroundings): Promise<boolean> {
  const { env, platform } = here;
  if (platform === "win32") return !isOverSsh(env);
  if (platform === "darwin") return !isOverSsh(env) && (await hasGraphicalSession(here));
  const answers = [waylandAnswers(env), x11Answers(env)];
  return (await answers[0]) || (await answers[1]) === true;
}

/** Whether this is the Linux inside a Windows, whose programs it can run. */
export async function isInsideWindows({ env, platform }: Surroundings): Promise<boolean> {
  if (platform !== "linux") return false;
  if (nonEmpty(env.WSL_DISTRO_NAME) !== undefined || nonEmpty(env.WSL_INTEROP) !== undefined) return true;
  try {
    return /microsoft/i.test(readFileSync("/proc/sys/kernel/osrelease", "utf8"));
  } catch {
    return false;
  }
}

/** Whether who types sits elsewhere: a window of this machine's own would be seen by nobody, or by somebody else. */
export function isOverSsh(env: Environment): boolean {
  return ["SSH_CONNECTION", "SSH_CLIENT", "SSH_TTY"].some((name) => nonEmpty(env[name]) !== undefined);
}

/** Aqua is the session of who is logged in at the screen (launchctl(1), "managername"). */
async function hasGraphicalSession({ env, platform }: Surroundings): Promise<boolean> {
  const run = { env: dialogEnvironment(env, platform), withinMs: PATIENCE_MS };
  return (await outputOf(["launchctl", "managername"], run))?.trim() === "Aqua";
}

async function waylandAnswers(env: Environment): Promise<boolean> {
  const name = nonEmpty(env.WAYLAND_DISPLAY);
  const directory = nonEmpty(env.XDG_RUNTIME_DIR);
  if (name === undefined) return false;
  if (posix.isAbsolute(name)) return answersTo({ path: name }, waylandSync());
  return directory !== undefined && (await answersTo({ path: posix.join(directory, name) }, waylandSync()));
}

/** wl_display.sync in the machine's byte order (Wayland, "Wire Format"): object 1, length 12, request 0, and a new object 2. */
function waylandSync(): Buffer {
  const words = [1, 12 << 16, 2];
  const bytes = Buffer.alloc(12);
  words.forEach((word, index) => {
    if (endianness() === "LE") bytes.writeUInt32LE(word, index * 4);
    else bytes.writeUInt32BE(word, index * 4);
  });
  return bytes;
}

/** The name of a display is `[host]:display[.screen]` (X(7), "Display names"). */
async function x11Answers(env: Environment): Promise<boolean> {
  const [, host = "", number] = /^(.*):(\d{1,5})(?:\.\d+)?$/.exec(nonEmpty(env.DISPLAY) ?? "") ?? [];
  if (number === undefined) return false;
  if (host !== "" && host !== "unix" && !host.endsWith("/unix")) {
    const port = FIRST_X11_PORT + Number(number);
    const name = host.replace(/^(tcp|inet6?)\//, "").replace(/^\[(.*)\]$/, "$1");
    return port < 65_536 && (await answersTo({ host: name, port }, X11_SETUP));
  }
  const path = `/tmp/.X11-unix/X${number}`;
  const [file, abstract] = [answersTo({ path }, X11_SETUP), answersTo({ path: `\0${path}` }, X11_SETUP)];
  return (await file) || (await abstract);
}

/** Whether a server says anything, whatever it is. */
function answersTo(where: NetConnectOpts, request: Buffer): Promise<boolean> {
  return new Promise((resolve) => {
    let socket: Socket;
    // Its queue is full (connect(2)): somebody is there, and it has room again once others are served.
    let isQueueFull = false;
    const tryOnce = (): void => {
      isQueueFull = false;
      socket = connect(where);
      socket.on("error", ({ code }: NodeJS.ErrnoException) => (isQueueFull = code === "EAGAIN"));
      socket.on("close", () => isQueueFull || end(false));
      socket.once("data", () => end(true));
      socket.write(request);
    };
    const end = (answers: boolean): void => {
      clearInterval(timer);
      socket.destroy();
      resolve(answers);
    };
    // In steps: on a busy machine it may be us who are not run for so long, and what came meanwhile is seen after one of them.
    let stepsLeft = STEPS;
    const timer = setInterval(() => {
      if (--stepsLeft === 0) end(false);
      else if (isQueueFull) tryOnce();
    }, PATIENCE_MS / STEPS);
    tryOnce();
  });
}
