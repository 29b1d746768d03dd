/** ASKONCE_LOG: one line an event, appended to a private file. It never holds a credential, a code or a command line. */

import { closeSync, constants, openSync, writeSync } from "node:fs";
import type { Log } from "./context.ts";

/** A log for the file, or one that drops everything. What cannot be written is dropped: the log must not break what it describes. */
export function openLog(path: string | undefined, startedAtMs: number): Log {
  if (path === undefined || path === "") return () => {};
  return (event, fields = {}) => {
    const details = Object.entries(fields).flatMap(([key, value]) =>
      value === undefined ? [] : [`${key}=${JSON.stringify(value)}`],
    );
    const elapsed = `+${Date.now() - startedAtMs}ms`;
    append(path, [new Date().toISOString(), `pid=${process.pid}`, elapsed, event, ...details].join(" "));
  };
}

function append(path: string, line: string): void {
  try {
    const file = openSync(
      path,
      constants.O_WRONLY | constants.O_APPEND | constants.O_CREAT | constants.O_NOFOLLOW | constants.O_NONBLOCK,
      0o600,
    );
    try {
      writeSync(file, `${line}\n`);
    } finally {
      closeSync(file);
    }
  } catch {
    // No place to say so.
  }
}
