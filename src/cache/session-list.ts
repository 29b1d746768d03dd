/** All the sessions on disk: listed, and forgotten together. */

import { readdirSync, unlinkSync } from "node:fs";
import { join } from "node:path";
import { readRecord } from "../disk/private-file.ts";
import { AskonceError } from "../runtime/errors.ts";
import type { SessionRecord } from "../session/stored-session.ts";
import { parseSessionRecord, sessionPath } from "./session-file.ts";

/** Forgets a session and every role session taken with it, at any depth. Returns how many there were. Throws as removeSurely does. */
export function removeSession(directory: string, id: string, uid: number | undefined): number {
  const all = listSessions(directory, uid);
  const doomed = new Set([id]);
  for (let before = 0; before !== doomed.size; ) {
    before = doomed.size;
    for (const session of all)
      if (session.sourceId !== undefined && doomed.has(session.sourceId)) doomed.add(session.id);
  }
  removeSurely([...doomed].map((one) => sessionPath(directory, one)));
  return all.filter((session) => doomed.has(session.id)).length;
}

/** Every session on disk, expired ones too; what makes no sense or is refused is passed over. */
export function listSessions(directory: string, uid: number | undefined): SessionRecord[] {
  return sessionFiles(directory).flatMap((file) => readListed(directory, file, uid) ?? []);
}

/** One of these; undefined for what makes no sense or is refused. */
export function readListed(directory: string, file: string, uid: number | undefined): SessionRecord | undefined {
  try {
    return readSessionRecord(directory, file.slice(0, -".json".length), uid);
  } catch {
    return undefined;
  }
}

/** The record of this identity's session, as readSession finds it. Throws `configuration` as readRecord does. */
export function readSessionRecord(directory: string, id: string, uid: number | undefined): SessionRecord | undefined {
  const record = parseSessionRecord(readRecord(sessionPath(directory, id), uid));
  return record?.id === id ? record : undefined;
}

/** Removes every session file, also one that makes no sense. Returns how many files there were. Throws as removeSurely does. */
export function removeAllSessions(directory: string): number {
  const files = sessionFiles(directory);
  removeSurely([...files, ...temporaryFiles(directory)].map((file) => join(directory, file)));
  return files.length;
}

/** The names of the files that sessions are kept in. */
export function sessionFiles(directory: string): string[] {
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

/** Removes files that must not stay. Throws `configuration` for the first that does; the others are gone by then. */
function removeSurely(paths: readonly string[]): void {
  const [failure] = paths.flatMap((path) => {
    try {
      unlinkSync(path);
    } catch (error) {
      const { code = "" } = error as NodeJS.ErrnoException;
      if (code !== "ENOENT" && code !== "ENOTDIR") return [`${path} (${code})`];
    }
    return [];
  });
  if (failure === undefined) return;
  throw new AskonceError(
    "configuration",
    `cannot remove ${failure}`,
    "it is still there: remove it by hand",
    "not-removed",
  );
}
