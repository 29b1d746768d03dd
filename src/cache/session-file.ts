/** Sessions on disk, one file each, named by the session's identity. */

import { join } from "node:path";
import { checksum } from "../disk/file-names.ts";
import { readRecord, removeFile, writeRecord } from "../disk/private-file.ts";
import { isMoment } from "../runtime/clock.ts";
import {
  bindCredentials,
  type Credentials,
  type SessionRecord,
  type StoredSession,
} from "../session/stored-session.ts";

const VERSION = 1;

const TEXTS = ["id", "accessKeyId", "profile"];
const SECRETS = ["secretAccessKey", "sessionToken"];
const NUMBERS = ["issuedAtMs", "expiresAtMs", "clockOffsetMs"];
const OPTIONAL = ["sourceId", "accountId", "device", "role"];
const RECORD = [...TEXTS, ...NUMBERS, ...OPTIONAL, "madeAt"];

/** The session of this identity; undefined when there is none or when the file makes no sense. Throws `configuration` as readRecord does. */
export function readSession(directory: string, id: string, uid: number | undefined): StoredSession | undefined {
  const value = readRecord(sessionPath(directory, id), uid);
  const record = parseSessionRecord(value);
  return record?.id === id ? bindCredentials(record, value as Credentials) : undefined;
}

/** Replaces the session of this identity. Throws the system's error (a full disk, a read-only one). */
export function writeSession(directory: string, record: SessionRecord, credentials: Credentials): void {
  const { secretAccessKey, sessionToken } = credentials;
  const sum = sumOf(credentials);
  writeRecord(sessionPath(directory, record.id), { version: VERSION, sum, ...record, secretAccessKey, sessionToken });
}

/** Forgets this one session. */
export function forgetSession(directory: string, id: string): void {
  removeFile(sessionPath(directory, id));
}

/** Where the session of this identity is kept. */
export function sessionPath(directory: string, id: string): string {
  return join(directory, `${id}.json`);
}

/** The record of a session from the JSON value of its file; undefined when the record or its credentials make no sense. */
export function parseSessionRecord(value: unknown): SessionRecord | undefined {
  if (typeof value !== "object" || value === null) return undefined;
  const found = value as Record<string, unknown>;
  const sound =
    found.version === VERSION &&
    (found.sum === undefined || found.sum === sumOf(value as Credentials)) &&
    SECRETS.concat(TEXTS).every((key) => typeof found[key] === "string" && found[key] !== "") &&
    NUMBERS.every((key) => Number.isFinite(found[key]) && Math.abs(found[key] as number) < 8.64e15) &&
    OPTIONAL.every((key) => found[key] === undefined || typeof found[key] === "string") &&
    (found.madeAt === undefined || isMoment(found.madeAt));
  if (!sound) return undefined;
  const record: Record<string, unknown> = {};
  for (const key of RECORD) if (found[key] !== undefined) record[key] = found[key];
  return record as unknown as SessionRecord;
}

/** Tells credentials that a disk has damaged, which AWS would refuse for as long as they are served. */
function sumOf({ accessKeyId, secretAccessKey, sessionToken }: Credentials): string {
  return checksum(`${accessKeyId} ${secretAccessKey} ${sessionToken}`);
}
