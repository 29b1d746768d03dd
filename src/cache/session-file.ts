/** Sessions on disk, one file each, named by the session's identity. */

import { join } from "node:path";
import { checksum } from "../disk/file-names.ts";
import { readRecord, removeFile, writeRecord } from "../disk/private-file.ts";
import { isMoment } from "../runtime/clock.ts";
import type { Session } from "../session/session.ts";

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
  const session = parseSession(readRecord(sessionPath(directory, id), uid));
  return session?.id === id ? session : undefined;
}

/** Replaces the session of this identity. Throws the system's error (a full disk, a read-only one). */
export function writeSession(directory: string, session: StoredSession): void {
  writeRecord(sessionPath(directory, session.id), { version: VERSION, sum: sumOf(session), ...session });
}

/** Forgets this one session. */
export function forgetSession(directory: string, id: string): void {
  removeFile(sessionPath(directory, id));
}

/** Where the session of this identity is kept. */
export function sessionPath(directory: string, id: string): string {
  return join(directory, `${id}.json`);
}

/** A session from the JSON value of its file; undefined when it makes no sense. */
export function parseSession(value: unknown): StoredSession | undefined {
  if (typeof value !== "object" || value === null) return undefined;
  const record = value as Record<string, unknown>;
  const texts = ["id", "accessKeyId", "secretAccessKey", "sessionToken", "profile"];
  const numbers = ["issuedAtMs", "expiresAtMs", "clockOffsetMs"];
  const optional = ["sourceId", "accountId", "device", "role"];
  const sound =
    record.version === VERSION &&
    (record.sum === undefined || record.sum === sumOf(record as unknown as Session)) &&
    texts.every((key) => typeof record[key] === "string" && record[key] !== "") &&
    numbers.every((key) => Number.isFinite(record[key]) && Math.abs(record[key] as number) < 8.64e15) &&
    optional.every((key) => record[key] === undefined || typeof record[key] === "string") &&
    (record.madeAt === undefined || isMoment(record.madeAt));
  if (!sound) return undefined;
  const { version: _, sum: __, ...session } = record;
  return session as unknown as StoredSession;
}

/** Tells credentials that a disk has damaged, which AWS would refuse for as long as they are served. */
function sumOf({ accessKeyId, secretAccessKey, sessionToken }: Session): string {
  return checksum(`${accessKeyId} ${secretAccessKey} ${sessionToken}`);
}
