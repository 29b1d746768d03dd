/** Sessions on disk, one file each, named by the session's identity. */

import { readdirSync } from "node:fs";
import { join } from "node:path";
import { isMoment } from "../clock.ts";
import { readRecord, removeFile, writeRecord } from "../private-file.ts";
import type { Session } from "../session.ts";

/** A session with what tells it from others and what `status` shows of it. */
export interface StoredSession extends Session {
  readonly id: string;
  /** The session a role was taken with; absent for an MFA session itself. */
  readonly sourceId?: string;
  readonly profile: string;
  readonly device?: string;
}

const VERSION = 1;

/** The session of this identity; undefined when there is none or when the file makes no sense. Throws `configuration` as readRecord does. */
export function readSession(directory: string, id: string, uid: number | undefined): StoredSession | undefined {
  const session = parseSession(readRecord(pathOf(directory, id), uid));
  return session?.id === id ? session : undefined;
}

/** Replaces the session of this identity. Throws the system's error (a full disk, a read-only one). */
export function writeSession(directory: string, session: StoredSession): void {
  writeRecord(pathOf(directory, session.id), { version: VERSION, ...session });
}

/** Forgets this one session. */
export function forgetSession(directory: string, id: string): void {
  removeFile(pathOf(directory, id));
}

/** Forgets a session and every role session taken with it, at any depth. Returns how many there were. */
export function removeSession(directory: string, id: string, uid: number | undefined): number {
  const all = listSessions(directory, uid);
  const doomed = new Set([id]);
  for (let before = 0; before !== doomed.size; ) {
    before = doomed.size;
    for (const session of all)
      if (session.sourceId !== undefined && doomed.has(session.sourceId)) doomed.add(session.id);
  }
  for (const one of doomed) removeFile(pathOf(directory, one));
  return all.filter((session) => doomed.has(session.id)).length;
}

/** Every session on disk, expired ones too; what makes no sense or is refused is passed over. */
export function listSessions(directory: string, uid: number | undefined): StoredSession[] {
  return sessionFiles(directory).flatMap((file) => {
    const session = readSound(directory, file.slice(0, -".json".length), uid);
    return session === undefined ? [] : [session];
  });
}

function readSound(directory: string, id: string, uid: number | undefined): StoredSession | undefined {
  try {
    return readSession(directory, id, uid);
  } catch {
    return undefined;
  }
}

/** Removes every session file, also one that makes no sense. Returns how many files there were. */
export function removeAllSessions(directory: string): number {
  const files = sessionFiles(directory);
  for (const file of [...files, ...temporaryFiles(directory)]) removeFile(join(directory, file));
  return files.length;
}

function sessionFiles(directory: string): string[] {
  try {
    return readdirSync(directory).filter((file) => /^[0-9a-f]{40}\.json$/.test(file));
  } catch {
    return [];
  }
}

/** What writers that were killed have left. */
function temporaryFiles(directory: string): string[] {
  try {
    return readdirSync(directory).filter((file) => /^[0-9a-f]{40}\.json\..*\.tmp$/.test(file));
  } catch {
    return [];
  }
}

function pathOf(directory: string, id: string): string {
  return join(directory, `${id}.json`);
}

function parseSession(value: unknown): StoredSession | undefined {
  if (typeof value !== "object" || value === null) return undefined;
  const record = value as Record<string, unknown>;
  const texts = ["id", "accessKeyId", "secretAccessKey", "sessionToken", "profile"];
  const numbers = ["issuedAtMs", "expiresAtMs", "clockOffsetMs"];
  const optional = ["sourceId", "accountId", "device", "role"];
  const sound =
    record.version === VERSION &&
    texts.every((key) => typeof record[key] === "string" && record[key] !== "") &&
    numbers.every((key) => Number.isFinite(record[key]) && Math.abs(record[key] as number) < 8.64e15) &&
    optional.every((key) => record[key] === undefined || typeof record[key] === "string") &&
    (record.madeAt === undefined || isMoment(record.madeAt));
  if (!sound) return undefined;
  const { version: _, ...session } = record;
  return session as unknown as StoredSession;
}
