/** Runs a program on a pseudo-terminal of its own, as a person at a keyboard would, and shows what stands on its screen. */

import { spawnSync } from "node:child_process";
import { type IPty, spawn } from "@lydell/node-pty";
import { kill, processesOn } from "./processes.ts";
import { renderScreen } from "./screen.ts";
import { waitUntil } from "./waiting.ts";

/** A program on a terminal of its own. */
export interface PtySession {
  pid: number;
  /** `/dev/pts/N`. */
  terminal: string;
  /** Every byte it wrote so far. */
  output(): string;
  /** The screen and what scrolled off it as plain lines, without blank ends. */
  screen(): string;
  /** Waits until the screen shows the text; fails with the screen in its message. */
  waitFor(text: string | RegExp, timeoutMs?: number): Promise<void>;
  type(text: string): void;
  press(key: keyof typeof KEYS): void;
  resize(columns: number, rows: number): void;
  kill(signal?: NodeJS.Signals): void;
  /** Closes our side, as a terminal window that is closed does. */
  hangUp(): void;
  /** The flags `stty -a` shows, read from outside: `-icanon`, `echo`, … */
  sttyFlags(): string[];
  exit: Promise<{ code: number; signal: number }>;
}

export interface PtyOptions {
  env?: Record<string, string>;
  cwd?: string;
  cols?: number;
  rows?: number;
}

export const KEYS = {
  enter: "\r",
  escape: "\x1b",
  backspace: "\x7f",
  left: "\x1b[D",
  right: "\x1b[C",
  up: "\x1b[A",
  delete: "\x1b[3~",
  home: "\x1b[H",
  end: "\x1b[F",
  "ctrl-a": "\x01",
  "ctrl-c": "\x03",
  "ctrl-d": "\x04",
  "ctrl-u": "\x15",
  "ctrl-z": "\x1a",
  "ctrl-\\": "\x1c",
} as const;

const WAIT_MS = 10_000;
const running = new Set<IPty>();

/** Starts a command; its environment is `PATH`, `HOME` and `TERM`, and what is given. */
export function startOnPty(command: string, args: readonly string[], options: PtyOptions = {}): PtySession {
  const { cols = 80, rows = 24, cwd = process.cwd() } = options;
  const { PATH = "/usr/bin:/bin", HOME = "/" } = process.env;
  const env = { PATH, HOME, TERM: "xterm-256color", LANG: "C.UTF-8", ...options.env };
  const pty = spawn(command, [...args], { cols, rows, cwd, env, name: env.TERM });
  running.add(pty);
  const terminal = terminalOf(pty);
  let written = "";
  let size = { columns: cols, rows };
  pty.onData((text) => (written += text));
  const exit = new Promise<{ code: number; signal: number }>((resolve) =>
    pty.onExit(({ exitCode, signal }) => {
      running.delete(pty);
      resolve({ code: exitCode, signal: signal ?? 0 });
    }),
  );
  const screen = () => renderScreen(written, size.columns, size.rows);
  return {
    pid: pty.pid,
    terminal,
    output: () => written,
    screen,
    exit,
    async waitFor(text, timeoutMs = WAIT_MS) {
      await waitUntil(
        () => (typeof text === "string" ? screen().includes(text) : text.test(screen())),
        () => `${text} on the screen:\n${screen()}\n--- bytes: ${JSON.stringify(written.slice(-600))}`,
        timeoutMs,
      );
    },
    type: (text) => pty.write(text),
    press: (key) => pty.write(KEYS[key]),
    resize(columns, lines) {
      size = { columns, rows: lines };
      pty.resize(columns, lines);
    },
    kill(signal = "SIGKILL") {
      if (running.has(pty)) pty.kill(signal);
    },
    hangUp() {
      (pty as unknown as { destroy(): void }).destroy();
    },
    sttyFlags: () => sttyFlags(terminal),
  };
}

/** What a person may have at hand: bash with or without its line editor, or the system's sh. */
export type Shell = "bash" | "bash with editor" | "sh";

/** Starts an interactive shell with job control and without anybody's start files; its prompt is `$ `. */
export async function startShellOnPty(options: PtyOptions = {}, shell: Shell = "bash"): Promise<PtySession> {
  const [command = "", ...rest] = shell.split(" ");
  const bare = command === "bash" ? ["--norc", "--noprofile", ...(rest.length === 0 ? ["--noediting"] : [])] : [];
  const env = { PS1: "$ ", HISTFILE: "", ...options.env };
  const session = startOnPty(command, [...bare, "-i"], { ...options, env });
  await session.waitFor("$");
  return session;
}

/** True while a terminal takes whole lines, echoes and sends signals, as a shell leaves it for its commands. */
export function isCooked(pty: PtySession): boolean {
  const flags = pty.sttyFlags();
  return ["icanon", "echo", "isig"].every((flag) => flags.includes(flag));
}

/** Waits until the terminal is as a shell leaves it for its commands. Returns how long that took. */
export async function cooked(pty: PtySession): Promise<number> {
  const startedAt = performance.now();
  await waitUntil(
    () => isCooked(pty),
    () => `a whole terminal, not ${pty.sttyFlags().join(" ")}`,
    2_000,
  );
  return Math.round(performance.now() - startedAt);
}

/** For `afterEach`: ends everything that was started here and is still there. */
export async function killAllPtys(): Promise<void> {
  for (const pty of running) await killWithItsJobs(pty);
  await waitUntil(
    () => running.size === 0,
    () => "the programs on pseudo-terminals to end",
  );
}

/**
 * Once a shell is gone, its jobs have no terminal by which to find them: it is held while they are killed, until none of
 * them, nor one that it or they have started meanwhile, is left.
 */
async function killWithItsJobs(pty: IPty): Promise<void> {
  kill(pty.pid, "SIGSTOP");
  const jobs = (): number[] =>
    processesOn(terminalOf(pty))
      .map((line) => Number.parseInt(line, 10))
      .filter((pid) => pid !== pty.pid);
  await waitUntil(
    () => {
      const left = jobs();
      for (const pid of left) kill(pid);
      return left.length === 0;
    },
    () => `the end of ${processesOn(terminalOf(pty)).join("; ")}`,
  );
  kill(pty.pid);
}

function sttyFlags(terminal: string): string[] {
  const { stdout, stderr, status } = spawnSync("stty", ["-a", "-F", terminal], { encoding: "utf8" });
  if (status !== 0) throw new Error(`stty -F ${terminal}: ${stderr}`);
  return stdout.replaceAll(";", " ").split(/\s+/);
}

/** node-pty knows it and its types do not; the child may not have it yet when it is looked at. */
function terminalOf(pty: IPty): string {
  return (pty as unknown as { ptsName: string }).ptsName;
}
