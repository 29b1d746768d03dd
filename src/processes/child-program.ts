/** Runs a program that is to print something for askonce, and ends it with all its children when time is up. */

import { type ChildProcess, type StdioOptions, spawn } from "node:child_process";
import type { Readable, Writable } from "node:stream";
import { randomName } from "../disk/file-names.ts";
import { firstOf } from "../runtime/abort.ts";
import { onEnd } from "../runtime/on-exit.ts";
import { splitWords } from "../text/shell-words.ts";
import { killTree } from "./kill-tree.ts";

const MOST_OUTPUT = 64 * 1024;
const DRAIN_MS = 300;

/** The end of what it printed (64 KiB at most), and how it ended: its exit status, the signal, the system's error code, or `stopped` by ours. */
export interface Ended {
  readonly output: string;
  /** The same of stderr, where it was asked for: it may hold anything, and is to be shown to nobody. */
  readonly complaint: string;
  readonly status: number | string;
}

/** How it is run. By default it has an empty stdin, and what it says on stderr is dropped. */
export interface Manner {
  readonly shell?: boolean;
  /** `pipe` on descriptors 1 and 2 is read here, on any other it is its starter's. */
  readonly stdio?: StdioOptions;
  /** In a session of its own, where no terminal is, and of which nothing is left when it has ended. */
  readonly isApart?: boolean;
}

export interface Started {
  /** Never rejects for what the program does. */
  readonly ended: Promise<Ended>;
  readonly input: Writable | undefined;
  readonly output: Readable | undefined;
}

/** In the environment of what is started here, with a value of its own each time: it tells whose children they are. */
const MARK = "ASKONCE_PROGRAM";

/** Runs a command: without a shell where its words need none. undefined for a command without words. */
export function runProgram(
  command: string,
  environment: NodeJS.ProcessEnv,
  signal: AbortSignal,
): Promise<Ended> | undefined {
  const split = splitWords(command);
  if (split === undefined) return undefined;
  if (split.needsShell) return startWords([command], environment, signal, { shell: true }).ended;
  return runWords(split.words, environment, signal);
}

/** Runs a program with an empty stdin; what it says on stderr is dropped, since it may hold anything. */
export function runWords(
  words: readonly string[],
  environment: NodeJS.ProcessEnv,
  signal: AbortSignal,
): Promise<Ended> {
  return startWords(words, environment, signal).ended;
}

/** Starts a program that is ended by the signal, and with us. */
export function startWords(
  words: readonly string[],
  environment: NodeJS.ProcessEnv,
  signal: AbortSignal,
  manner: Manner = {},
): Started {
  const mark = randomName();
  let child: ChildProcess;
  try {
    child = start(words, { ...environment, [MARK]: mark }, manner);
  } catch (error) {
    // A zero byte in a word, or no more processes.
    const status = (error as NodeJS.ErrnoException).code ?? "it cannot be started";
    return { ended: Promise.resolve({ output: "", complaint: "", status }), input: undefined, output: undefined };
  }
  const kill = (): void => {
    // The number of one that has ended may be another's by now.
    const hasEnded = child.exitCode !== null || child.signalCode !== null;
    if (child.pid === undefined) return;
    killTree(hasEnded ? undefined : child.pid, `${MARK}=${mark}`, manner.isApart ? child.pid : undefined);
  };
  return {
    ended: endOf(child, kill, signal, manner.isApart ? kill : undefined),
    input: child.stdin ?? undefined,
    output: child.stdout ?? undefined,
  };
}

function endOf(child: ChildProcess, kill: () => void, signal: AbortSignal, sweep?: () => void): Promise<Ended> {
  return new Promise((resolve) => {
    let [output, complaint] = ["", ""];
    const isOver = onEnd(kill);
    const end = (status: number | string): void => {
      isOver();
      signal.removeEventListener("abort", abort);
      for (const stream of child.stdio) stream?.destroy();
      resolve({ output, complaint, status });
    };
    const abort = (): void => {
      kill();
      end("stopped");
    };
    signal.addEventListener("abort", abort, { once: true });
    if (signal.aborted) abort();
    child.stdout?.setEncoding("utf8").on("data", (text: string) => {
      output = (output + text).slice(-MOST_OUTPUT);
    });
    child.stderr?.setEncoding("utf8").on("data", (text: string) => {
      complaint = (complaint + text).slice(-MOST_OUTPUT);
    });
    // It need not read what it is told.
    child.stdin?.on("error", () => {});
    let drained: NodeJS.Timeout | undefined;
    const hasEnded = (code: number | null, killedBy: NodeJS.Signals | null): void => {
      clearTimeout(drained);
      sweep?.();
      end(code ?? killedBy ?? "ended");
    };
    child.on("error", (error: NodeJS.ErrnoException) => end(error.code ?? "it cannot be started"));
    child.on("close", hasEnded);
    // A child of its own may hold the pipe open after the command ended: the command's end is what counts.
    child.on("exit", (code, killedBy) => {
      drained = setTimeout(() => hasEnded(code, killedBy), DRAIN_MS).unref();
    });
  });
}

function start([program = "", ...args]: readonly string[], env: NodeJS.ProcessEnv, manner: Manner): ChildProcess {
  const { stdio = ["ignore", "pipe", "ignore"], shell = false, isApart = false } = manner;
  return spawn(program, args, { stdio, env, windowsHide: true, shell, detached: isApart });
}

/** Runs a program that asks nothing and is over in a moment: a look, or a message to the desktop. */

export interface BriefRun {
  readonly env: Record<string, string>;
  /** It is killed after this. */
  readonly withinMs: number;
  /** And when this aborts; it is not started when this has. */
  readonly signal?: AbortSignal;
}

/** The end of what it printed (64 KiB) where it ended well and in time; undefined for anything else. Never rejects. */
export async function outputOf(words: readonly string[], run: BriefRun): Promise<string | undefined> {
  if (run.signal?.aborted) return undefined;
  const tooLate = AbortSignal.timeout(run.withinMs);
  const over = run.signal === undefined ? tooLate : firstOf([tooLate, run.signal]);
  // In a session of its own it cannot touch the caller's terminal.
  const { output, status } = await startWords(words, run.env, over, { isApart: true }).ended;
  return status === 0 ? output : undefined;
}
