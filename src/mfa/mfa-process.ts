/** Runs `mfa_process`, a command that prints the code, and ends it with all its children when time is up. */

import { type ChildProcess, spawn } from "node:child_process";
import { onEnd } from "../clean-up.ts";
import { AskonceError } from "../errors.ts";
import { killTree } from "../process-tree.ts";
import { splitWords } from "../words.ts";

const MOST_OUTPUT = 64 * 1024;
const DRAIN_MS = 300;

/**
 * The code that the command prints: its last line that is not empty, exactly six digits.
 *
 * It runs without a shell where its words need none, with an empty stdin; what it says on stderr is dropped, since it may
 * hold anything. Throws `no-code` when it fails, prints something else, or `signal` ends it.
 */
export async function codeFromProcess(
  command: string,
  environment: NodeJS.ProcessEnv,
  signal: AbortSignal,
): Promise<string> {
  const { output, status } = await run(command, environment, signal);
  if (signal.aborted) throw failed("gave no code in time", "run it by hand to see what it waits for");
  if (status !== 0) throw failed(`failed (${status})`, "run it by hand to see why");
  const lastLine = output
    .split(/\r?\n/)
    .map((line) => line.trim())
    .findLast((line) => line !== "");
  if (lastLine === undefined || !/^\d{6}$/.test(lastLine))
    throw failed("did not end with a line of six digits", "run it by hand to see what it prints");
  return lastLine;
}

function run(
  command: string,
  environment: NodeJS.ProcessEnv,
  signal: AbortSignal,
): Promise<{ output: string; status: number | string }> {
  return new Promise((resolve, reject) => {
    let child: ChildProcess;
    try {
      child = start(command, environment);
    } catch (error) {
      reject(error);
      return;
    }
    let output = "";
    const kill = (): void => {
      if (child.pid !== undefined) killTree(child.pid);
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

function start(command: string, environment: NodeJS.ProcessEnv): ChildProcess {
  const split = splitWords(command);
  if (split === undefined) throw failed("is empty", "name a command that prints six digits");
  const options = {
    stdio: ["ignore", "pipe", "ignore"] as ["ignore", "pipe", "ignore"],
    env: environment,
    windowsHide: true,
  };
  const [program = "", ...args] = split.words;
  return split.needsShell ? spawn(command, { ...options, shell: true }) : spawn(program, args, options);
}

function failed(what: string, hint: string): AskonceError {
  return new AskonceError("no-code", `mfa_process ${what}`, hint);
}
