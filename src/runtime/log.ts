/** ASKONCE_LOG: one line an event, appended to a private file. It never holds a credential, a code or a command line. */

import { closeSync, constants, fstatSync, openSync, writeSync } from "node:fs";
import type { Context, Log } from "./context.ts";
import { oneLine } from "./errors.ts";

/** A log for the file, or one that drops everything. What cannot be written is dropped: the log must not break what it describes. */
export function openLog(path: string | undefined, startedAtMs: number, uid: number | undefined): Log {
  if (path === undefined || path === "") return () => {};
  return (event, fields = {}) => {
    const details = Object.entries(fields).flatMap(([key, value]) =>
      value === undefined ? [] : [`${key}=${JSON.stringify(value)}`],
    );
    const elapsed = `+${Date.now() - startedAtMs}ms`;
    append(path, uid, oneLine([new Date().toISOString(), `pid=${process.pid}`, elapsed, event, ...details].join(" ")));
  };
}

function append(path: string, uid: number | undefined, line: string): void {
  try {
    const file = openSync(
      path,
      constants.O_WRONLY | constants.O_APPEND | constants.O_CREAT | constants.O_NOFOLLOW | constants.O_NONBLOCK,
      0o600,
    );
    try {
      const stats = fstatSync(file);
      const isOurs = stats.isFile() && stats.nlink === 1 && (uid === undefined || stats.uid === uid);
      if (isOurs) writeSync(file, `${line}\n`);
    } finally {
      closeSync(file);
    }
  } catch {
    // No place to say so.
  }
}

/** A write that may fail: a full or read-only disk must not cost the answer. The log says what was not written. */
export function attemptWrite(what: string, context: Context, write: () => void): void {
  try {
    write();
  } catch (error) {
    context.log("cannot write", { what, error: (error as NodeJS.ErrnoException).code ?? (error as Error).name });
  }
}
