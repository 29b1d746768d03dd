/** A tmux server of a test's own, with terminals attached to it. */

import { execFileSync, spawnSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { join } from "node:path";
import { type PtySession, startOnPty } from "./pty.ts";
import { renderScreen } from "./screen.ts";
import { waitUntil } from "./waiting.ts";

const WAIT_MS = 20_000;
const PANE = "%0";

export interface TmuxScreen {
  readonly pty: PtySession;
  /** What stands on it now. */
  text(): string;
  waitFor(text: string | RegExp): Promise<void>;
  waitUntilGone(text: string): Promise<void>;
}

export interface TmuxServer {
  /** TMUX and TMUX_PANE, as they are in its one pane. */
  readonly environment: Readonly<Record<"TMUX" | "TMUX_PANE", string>>;
  run(...words: string[]): string;
  /** Attaches a terminal of this size; a shell's prompt is on it. */
  attach(size?: { columns: number; rows: number }, ...options: string[]): Promise<TmuxScreen>;
  stop(): void;
}

/** Starts a server with one session, whose pane runs a plain shell, and without anybody's start files. */
export function startTmux(): TmuxServer {
  // The address of a socket has room for a hundred bytes: a test's own directory may be too long.
  const directory = mkdtempSync("/tmp/ao-");
  const socket = join(directory, "s");
  const { PATH = "/usr/bin:/bin" } = process.env;
  const env = { PATH, HOME: directory, LANG: "C.UTF-8", TERM: "vt100" };
  const run = (...words: string[]): string =>
    execFileSync("tmux", ["-S", socket, "-f", "/dev/null", ...words], { env, encoding: "utf8" }).trim();
  run("new-session", "-d", "-x", "80", "-y", "24", "/bin/sh");
  const [pid = "", session = ""] = run("display-message", "-p", "-t", PANE, "#{pid} #{session_id}").split(" ");
  return {
    environment: { TMUX: `${socket},${pid},${session.slice(1)}`, TMUX_PANE: PANE },
    run,
    async attach({ columns, rows } = { columns: 80, rows: 24 }, ...options) {
      const words = ["-u", "-S", socket, "attach-session", ...options];
      const pty = startOnPty("tmux", words, { env, cols: columns, rows, cwd: directory });
      const screen = screenOf(pty, columns, rows);
      await screen.waitFor(/^[#$]/);
      return screen;
    },
    stop() {
      spawnSync("tmux", ["-S", socket, "kill-server"], { env });
      rmSync(directory, { recursive: true, force: true });
    },
  };
}

function screenOf(pty: PtySession, columns: number, rows: number): TmuxScreen {
  // What it asks a terminal about itself, and the scrolling region: the whole screen, as long as nothing scrolls here.
  const text = (): string => {
    // biome-ignore lint/suspicious/noControlCharactersInRegex: sequences begin with one
    const drawn = pty.output().replace(/\x1b\[>[cq]|\x1b\[1;\d+r/g, "");
    // Another size comes with a picture of its own.
    return renderScreen(drawn, columns, rows);
  };
  const shows = (sought: string | RegExp): boolean =>
    typeof sought === "string" ? text().includes(sought) : sought.test(text());
  return {
    pty,
    text,
    waitFor: (sought) =>
      waitUntil(
        () => shows(sought),
        () => `${sought} on the screen:\n${text()}`,
        WAIT_MS,
      ),
    waitUntilGone: (sought) =>
      waitUntil(
        () => !shows(sought),
        () => `an end of ${sought} on the screen:\n${text()}`,
        WAIT_MS,
      ),
  };
}
