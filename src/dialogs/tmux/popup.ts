/**
 * Asks in a popup of tmux, over the pane we were started in: for callers without a terminal of their own, such as a
 * language server, or with one that a full-screen program has.
 *
 * tmux's server starts the popup's script, so it is no child of ours. Two named pipes lead there: what is typed comes
 * through one, and the other ends when we do, however that happens: then the script ends, and its popup with it. The
 * script removes both names as soon as it has opened them.
 */

import { type ChildProcess, spawn } from "node:child_process";
import { randomUUID } from "node:crypto";
import { closeSync, constants, fstatSync, openSync, readSync, rmSync } from "node:fs";
import { join } from "node:path";
import { killTree, OUTLIVES } from "../../processes/kill-tree.ts";
import { onEnd } from "../../runtime/on-exit.ts";
import { cut, printable, widthOf, wrap } from "../../text/terminal-text.ts";
import { dialogEnvironment } from "../dialog-environment.ts";
import { LONGEST_MS } from "../dialog-program.ts";
import type { DialogAnswer, DialogQuestion, Driver, Surroundings } from "../driver.ts";
import { findClient, type TmuxClient } from "./client.ts";

const SH = "/bin/sh";
const SYSTEM_PATH = "/usr/bin:/bin:/usr/sbin:/sbin";
const SHOWN = "shown\n";
const ESCAPE = "\x1b";
/** How long tmux may take to end after its popup has to go. */
const PATIENCE_MS = 2_000;
const MOST_TEXT = 400;
const BORDERS = 2;
/** One more than it takes, or Enter would scroll the first line away. */
const PROMPT_ROWS = 2;
const NARROWEST = 32;

/**
 * In the popup; `$1` and `$2` are the pipes and `$3` is what to show. Opening a pipe for both directions never waits, so
 * that it goes on when we are dead already. The terminal is left in its line mode: keys that edit, and Ctrl-C, are its own.
 */
const SCRIPT = `PATH=${SYSTEM_PATH}:$PATH
[ -p "$1" ] && [ -p "$2" ] || exit 1
exec 3<>"$1" 5<>"$2" 4<"$2" 5<&-
rm -f "$1" "$2"
{ read -r _ <&4; kill -9 0; } 3>&- </dev/null >/dev/null 2>&1 &
exec 4<&-
printf '%s' "$3"
printf 'shown\\n' >&3
exec head -n 1 >&3`;

/**
 * Makes the pipes `$1` and `$2` and runs the rest once we have opened them. What is left of the names goes in the end: no
 * signal keeps it from that, such as SIGPIPE when nobody is there to hear that it is ready.
 */
const LAUNCHER = `trap : HUP INT QUIT TERM PIPE
answer=$1 alive=$2
shift 2
unset ${Object.keys(OUTLIVES).join(" ")}
if mkfifo -m 600 "$answer" "$alive" && echo ready && read -r _; then "$@" </dev/null >/dev/null 2>&1; fi
rm -f "$answer" "$alive"`;

export const tmuxPopup: Driver = {
  name: "tmux",
  async canAsk(here) {
    return here.directory !== undefined && (await findClient(here)) !== undefined;
  },
  async ask(question, here) {
    if (question.signal.aborted) return { kind: "withdrawn" };
    const client = await findClient(here);
    if (question.signal.aborted) return { kind: "withdrawn" };
    if (client === undefined || here.directory === undefined) return { kind: "cannot" };
    return askOn(client, question, here.directory, here);
  },
};

interface Pipes {
  readonly answer: number;
  /** Closed when the popup has to go. */
  alive: number | undefined;
}

/** Why we ended the popup. */
type Ending = "withdrawn" | "timed-out";

function askOn(
  client: TmuxClient,
  question: DialogQuestion,
  directory: string,
  here: Surroundings,
): Promise<DialogAnswer> {
  return new Promise((resolve) => {
    const name = join(directory, `popup-${randomUUID()}`);
    const paths = [`${name}.answer`, `${name}.alive`] as const;
    let launcher: ChildProcess;
    try {
      launcher = launch(paths, popupCommand(client, question, paths), here);
    } catch {
      resolve({ kind: "cannot" });
      return;
    }
    let pipes: Pipes | undefined;
    let ending: Ending | undefined;
    const dismiss = (): void => {
      launcher.stdin?.destroy();
      if (pipes?.alive !== undefined) closeSync(pipes.alive);
      if (pipes !== undefined) pipes.alive = undefined;
    };
    const isOver = onEnd(dismiss);
    const timers: NodeJS.Timeout[] = [];
    const stop = (why: Ending): void => {
      ending ??= why;
      dismiss();
      timers.push(setTimeout(() => void (launcher.pid && killTree(launcher.pid)), PATIENCE_MS));
    };
    const withdraw = (): void => stop("withdrawn");
    const finish = (): void => {
      isOver();
      timers.forEach(clearTimeout);
      question.signal.removeEventListener("abort", withdraw);
      const said = pipes === undefined ? "" : readAll(pipes.answer);
      dismiss();
      if (pipes !== undefined) closeSync(pipes.answer);
      pipes = undefined;
      for (const path of paths) remove(path);
      resolve(answerIn(said, ending));
    };
    question.signal.addEventListener("abort", withdraw, { once: true });
    if (question.withinMs <= LONGEST_MS) timers.push(setTimeout(() => stop("timed-out"), question.withinMs));
    launcher.stdin?.on("error", () => {});
    launcher.stdout?.once("data", () => {
      if (ending !== undefined) return;
      pipes = openPipes(paths);
      if (pipes === undefined) dismiss();
      else launcher.stdin?.end("go\n");
    });
    launcher.once("error", finish);
    launcher.once("close", finish);
  });
}

function launch(paths: readonly string[], command: readonly string[], { env, platform }: Surroundings): ChildProcess {
  // It has names to remove, so it outlives us, and in a session of its own it cannot touch the caller's terminal.
  return spawn(SH, ["-c", LAUNCHER, SH, ...paths, ...command], {
    ...{ env: { ...dialogEnvironment(env, platform), ...OUTLIVES }, cwd: "/", detached: true },
    stdio: ["pipe", "pipe", "ignore"],
  });
}

/** tmux starts a command of several words without a shell and expands nothing in it; a word must not end with a semicolon. */
function popupCommand(client: TmuxClient, question: DialogQuestion, paths: readonly string[]): string[] {
  const room = client.columns - BORDERS;
  const prompt = `? ${cut(printable(question.label), room - 12)}  `;
  // The complaint comes last, and is seen also where not everything is.
  const lines = question.lines
    .flatMap((line) => wrap(cut(printable(line), MOST_TEXT), room - 1))
    .slice(BORDERS + PROMPT_ROWS - client.rows);
  const text = [...lines, prompt].join("\n");
  const widest = Math.max(NARROWEST, ...lines.map((line) => widthOf(line) + 1));
  const columns = Math.min(room, widest) + BORDERS;
  const rows = lines.length + PROMPT_ROWS + BORDERS;
  const size = ["-w", String(columns), "-h", String(rows)];
  return ["tmux", "display-popup", "-E", "-c", client.name, ...size, SH, "-c", SCRIPT, SH, ...paths, text];
}

function openPipes([answerPath, alivePath]: readonly [string, string]): Pipes | undefined {
  const opened: number[] = [];
  try {
    for (const path of [answerPath, alivePath]) {
      const fd = openSync(path, constants.O_RDWR | constants.O_NONBLOCK | constants.O_NOFOLLOW);
      opened.push(fd);
      if (!fstatSync(fd).isFIFO()) throw new Error("no pipe");
    }
    const [answer, alive] = opened as [number, number];
    return { answer, alive };
  } catch {
    opened.forEach(closeSync);
    return undefined;
  }
}

/** What stands in the pipe now that the script is over: it never was more than a pipe holds. */
function readAll(fd: number): string {
  const buffer = Buffer.alloc(64 * 1024);
  try {
    return buffer.toString("utf8", 0, readSync(fd, buffer));
  } catch {
    return "";
  }
}

/** Without its first word the popup was never there: tmux shows one at a time, and says nothing of a second. */
function answerIn(said: string, ending: Ending | undefined): DialogAnswer {
  if (ending === "withdrawn") return { kind: ending };
  if (!said.startsWith(SHOWN)) return { kind: ending ?? "cannot" };
  const [, line] = /^(.*)\n/.exec(said.slice(SHOWN.length)) ?? [];
  if (line === undefined) return { kind: ending ?? "cancelled" };
  return line.trim() === "" || line.endsWith(ESCAPE) ? { kind: "cancelled" } : { kind: "answered", text: line };
}

function remove(path: string): void {
  try {
    rmSync(path, { force: true });
  } catch {
    // Its directory has gone: so has it.
  }
}
