/** What has been learnt of the IAM user behind an access key: the MFA device found, and the user's name. AWS is asked once. */

import { join } from "node:path";
import { readRecord, removeFile, writeRecord } from "../private-file.ts";

export interface KnownUser {
  /** The device that was found; one named in a profile is not kept. */
  readonly serial?: string;
  readonly userName?: string;
}

/** Empty when nothing is known. Throws `configuration` as readRecord does. */
export function readUser(directory: string, id: string, uid: number | undefined): KnownUser {
  const value = readRecord(pathOf(directory, id), uid);
  if (typeof value !== "object" || value === null) return {};
  const { serial, userName } = value as Record<string, unknown>;
  return {
    ...(typeof serial === "string" && serial !== "" ? { serial } : {}),
    ...(typeof userName === "string" && userName !== "" ? { userName } : {}),
  };
}

/** Adds to what is known. Throws the system's error. */
export function writeUser(directory: string, id: string, learnt: KnownUser, uid: number | undefined): void {
  writeRecord(pathOf(directory, id), { ...readUser(directory, id, uid), ...learnt });
}

/** Forgets what was learnt: it is not true any more. */
export function forgetUser(directory: string, id: string): void {
  removeFile(pathOf(directory, id));
}

function pathOf(directory: string, id: string): string {
  return join(directory, `${id}.json`);
}
