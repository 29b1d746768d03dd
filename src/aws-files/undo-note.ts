/** What askonce has changed in the shared files, noted beside them, the last change on top: each can be taken back in its turn. */

import { join } from "node:path";
import { digest } from "../disk/file-names.ts";
import { readRecord, removeFile, writeRecord } from "../disk/private-file.ts";

/** A file as a change left it, and where its old text is; undefined where there was none. */
export interface NotedFile {
  readonly path: string;
  readonly backup: string | undefined;
  readonly digest: string;
}

/** The files of one change. */
export type NotedChange = readonly NotedFile[];

const NAME = "askonce-undo.json";
/** Far fewer than a record can hold. */
const MOST_CHANGES = 20;

/** The changes that are noted in a directory, the oldest first. Throws `configuration` for a note that is not ours to trust. */
export function notedChanges(directory: string, uid: number | undefined): readonly NotedChange[] {
  const { changes } = Object(readRecord(join(directory, NAME), uid)) as { changes?: readonly NotedChange[] };
  return Array.isArray(changes) ? changes : [];
}

/** Replaces the note; without a change there is none. Throws the system's error. */
export function noteChanges(directory: string, changes: readonly NotedChange[]): void {
  const path = join(directory, NAME);
  if (changes.length === 0) removeFile(path);
  else writeRecord(path, { changes: changes.slice(-MOST_CHANGES) });
}

/** By this a text is known again. */
export function textDigest(text: string | undefined): string {
  return digest("shared-file", text ?? "");
}
