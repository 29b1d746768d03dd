/** Runs a program that asks nothing and is over in a moment: a look, or a message to the desktop. */

import { type ChildProcess, spawn } from "node:child_process";
import { onEnd } from "../clean-up.ts";
import { killTree } from "../process-tree.ts";

const MOST_OUTPUT = 64 * 1024;

export interface BriefRun {
  readonly env: Record<string, string>;
  /** It is killed after this. */
  readonly withinMs: number;
  /** And when this aborts; it is not started when this has. */
  readonly signal?: AbortSignal;
}

/** What it printed (64 KiB at most) where it ended well and in time; undefined for anything else. Never rejects. */
export function outputOf([program = "", ...args]: readonly string[], run: BriefRun): Promise<string | undefined> {
  if (run.signal?.aborted) return Promise.resolve(undefined);
  return new Promise((resolve) => {
    let child: ChildProcess;
    try {
      // In a session of its own it cannot touch the caller's terminal.
      child = spawn(program, args, { env: run.env, cwd: "/", detached: true, stdio: ["ignore", "pipe", "ignore"] });
    } catch {
      resolve(undefined);
      return;
    }
    let output = "";
    const kill = (): void => {
      if (child.pid !== undefined && child.exitCode === null && child.signalCode === null) killTree(child.pid);
    };
    const isOver = onEnd(kill);
    const end = (result: string | undefined): void => {
      isOver();
      clearTimeout(timer);
      run.signal?.removeEventListener("abort", stop);
      child.stdout?.destroy();
      resolve(result);
    };
    const stop = (): void => {
      kill();
      end(undefined);
    };
    const timer = setTimeout(stop, run.withinMs);
    child.stdout?.setEncoding("utf8").on("data", (text: string) => {
      output = (output + text).slice(0, MOST_OUTPUT);
    });
    child.on("error", () => end(undefined));
    child.on("close", (status) => end(status === 0 ? output : undefined));
    run.signal?.addEventListener("abort", stop, { once: true });
  });
}
