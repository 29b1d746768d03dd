/**
 * Failures that others share.
 *
 * No code at a terminal belongs to the command that met it, its process group: an SDK's second try or Terraform's next alias
 * must not ask again, a newly typed command asks at once. AWS's refusal belongs to everybody who was waiting when it came.
 */

import { readdirSync } from "node:fs";
import { join } from "node:path";
import { readRecord, removeFile, writeNote } from "../disk/private-file.ts";
import { AskonceError, isErrorCode } from "../runtime/errors.ts";
import { isReason, type Reason } from "../runtime/reasons.ts";

const AFTER_REPETITION_MS = 5_000;
const AT_MOST_MS = 60_000;

interface Failure {
  readonly code: string;
  readonly message: string;
  readonly hint: string | undefined;
  readonly reason: Reason | undefined;
  readonly firstAtMs: number;
  readonly lastAtMs: number;
}

/** Remembers for one command that there was no code. */
export function recordNoCode(
  notes: string,
  sessionId: string,
  command: string,
  error: AskonceError,
  nowMs: number,
): void {
  writeNote(noCodePath(notes, sessionId, command), failure(error, nowMs));
}

/** The failure this command met within its last five seconds; finding it counts as a repetition. */
export function findNoCode(
  notes: string,
  sessionId: string,
  command: string,
  nowMs: number,
  uid: number | undefined,
): AskonceError | undefined {
  const path = noCodePath(notes, sessionId, command);
  const found = parseFailure(readRecord(path, uid));
  if (found === undefined || nowMs < found.lastAtMs) return undefined;
  if (nowMs > Math.min(found.lastAtMs + AFTER_REPETITION_MS, found.firstAtMs + AT_MOST_MS)) return undefined;
  try {
    writeNote(path, { ...found, lastAtMs: nowMs });
  } catch {
    // A full or read-only disk: it is still the failure, for those who come in time.
  }
  return toError(found);
}

/** Remembers that AWS refused the keys or the role. */
export function recordRefusal(notes: string, sessionId: string, error: AskonceError, nowMs: number): void {
  writeNote(refusalPath(notes, sessionId), failure(error, nowMs));
}

/** The refusal that came while somebody waited who started at `sinceMs`. */
export function findRefusal(
  notes: string,
  sessionId: string,
  sinceMs: number,
  uid: number | undefined,
): AskonceError | undefined {
  const found = parseFailure(readRecord(refusalPath(notes, sessionId), uid));
  return found !== undefined && found.lastAtMs >= sinceMs ? toError(found) : undefined;
}

/** Forgets all failures of a session: there is a new one, or the user signed in. */
export function clearFailures(notes: string, sessionId: string): void {
  let names: string[];
  try {
    names = readdirSync(notes);
  } catch {
    return;
  }
  for (const name of names) {
    if (name.startsWith(`${sessionId}.`) && /\.(no-code|refusal)\.json$/.test(name)) removeFile(join(notes, name));
  }
}

function failure(error: AskonceError, nowMs: number): Failure {
  const { code, message, hint, reason } = error;
  return { code, message, hint, reason, firstAtMs: nowMs, lastAtMs: nowMs };
}

function toError(found: Failure): AskonceError {
  // A bug is nobody else's: a file that says so was not written by us.
  const isShared = isErrorCode(found.code) && found.code !== "bug";
  return new AskonceError(isShared ? found.code : "no-code", found.message, found.hint, found.reason);
}

function parseFailure(value: unknown): Failure | undefined {
  if (typeof value !== "object" || value === null) return undefined;
  const { code, message, hint, reason, firstAtMs, lastAtMs } = value as Record<string, unknown>;
  if (
    typeof code !== "string" ||
    typeof message !== "string" ||
    typeof firstAtMs !== "number" ||
    typeof lastAtMs !== "number"
  )
    return undefined;
  return {
    code,
    message,
    hint: typeof hint === "string" ? hint : undefined,
    // A later askonce may know other reasons.
    reason: isReason(reason) ? reason : undefined,
    firstAtMs,
    lastAtMs,
  };
}

function noCodePath(notes: string, sessionId: string, command: string): string {
  return join(notes, `${sessionId}.${command}.no-code.json`);
}

function refusalPath(notes: string, sessionId: string): string {
  return join(notes, `${sessionId}.refusal.json`);
}
