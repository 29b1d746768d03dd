/** Runs a program that is to print something for askonce, and ends it with all its children when time is up. */

import { type ChildProcess, spawn } from "node:child_process";
import { randomUUID } from "node:crypto";
import { onEnd } from "./clean-up.ts";
import { killTree } from "./process-tree.ts";
import { splitWords } from "./words.ts";

const MOST_OUTPUT = 64 * 1024;
const DRAIN_MS = 300;

/** The end of what it printed (64 KiB at most), and how it ended: its exit status, the signal, the system's error code, or `stopped` by ours. */
export interface Ended {
  readonly output: string;
  readonly status: number | string;
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
  return split.needsShell ? runWords([command], environment, signal, true) : runWords(split.words, environment, signal);
}

/**
 * Runs a program with an empty stdin; what it says on stderr is dropped, since it may hold anything. Never rejects for what
 * the program does.
 */
export function runWords(
  words: readonly string[],
  environment: NodeJS.ProcessEnv,
  signal: AbortSignal,
  shell = false,
): Promise<Ended> {
  return new Promise((resolve) => {
    const mark = randomUUID();
    let child: ChildProcess;
    try {
      child = start(words, { ...environment, [MARK]: mark }, shell);
    } catch (error) {
      // A zero byte in a word, or no more processes.
      resolve({ output: "", status: (error as NodeJS.ErrnoException).code ?? "it cannot be started" });
      return;
    }
    let output = "";
    const kill = (): void => {
      // The number of one that has ended may be another's by now.
      const hasEnded = child.exitCode !== null || child.signalCode !== null;
      if (child.pid !== undefined) killTree(hasEnded ? undefined : child.pid, `${MARK}=${mark}`);
    };
    const isOver = onEnd(kill);
    const end = (status: number | string): void => {
      isOver();
      signal.removeEventListener("abort", abort);
      child.stdout?.destroy();
      resolve({ output, status });
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
    child.on("error", (error: NodeJS.ErrnoException) => end(error.code ?? "it cannot be started"));
    child.on("close", (code, killedBy) => end(code ?? killedBy ?? "ended"));
    // A child of its own may hold the pipe open after the command ended: the command's end is what counts.
    child.on("exit", (code, killedBy) => setTimeout(() => end(code ?? killedBy ?? "ended"), DRAIN_MS).unref());
  });
}

function start([program = "", ...args]: readonly string[], env: NodeJS.ProcessEnv, shell: boolean): ChildProcess {
  const stdio: ["ignore", "pipe", "ignore"] = ["ignore", "pipe", "ignore"];
  return spawn(program, args, { stdio, env, windowsHide: true, shell });
}
