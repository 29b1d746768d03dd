/** What has been learnt of an IAM user: the access key id that a program gave, the MFA device found, the user's name. Programs and AWS are asked once. */

import { join } from "node:path";
import { readRecord, removeFile, writeRecord } from "../disk/private-file.ts";

export interface KnownUser {
  /** The device that was found; one named in a profile is not kept. */
  readonly serial?: string;
  readonly userName?: string;
  /** Of keys that come from a program: a hit runs nothing. */
  readonly accessKeyId?: string;
  /** Devices of which one has yet to be chosen, and when IAM told of them, in local time. */
  readonly choices?: { readonly serials: readonly string[]; readonly atMs: number } | undefined;
}

/** Empty when nothing is known. Throws `configuration` as readRecord does. */
export function readUser(directory: string, id: string, uid: number | undefined): KnownUser {
  return parseUser(readRecord(userPath(directory, id), uid));
}

/** What the JSON value of a file tells; empty when it makes no sense. */
export function parseUser(value: unknown): KnownUser {
  if (typeof value !== "object" || value === null) return {};
  const record = value as Record<string, unknown>;
  const texts = (["serial", "userName", "accessKeyId"] as const).filter(
    (key) => typeof record[key] === "string" && record[key] !== "",
  );
  return { ...Object.fromEntries(texts.map((key) => [key, record[key]])), ...parseChoices(record.choices) };
}

function parseChoices(value: unknown): Pick<KnownUser, "choices"> {
  const { serials, atMs } = (value ?? {}) as Record<string, unknown>;
  const isSound = Array.isArray(serials) && serials.every((one) => typeof one === "string") && typeof atMs === "number";
  return isSound ? { choices: { serials, atMs } } : {};
}

/** Adds to what is known. Throws the system's error. */
export function writeUser(directory: string, id: string, learnt: KnownUser, uid: number | undefined): void {
  writeRecord(userPath(directory, id), { ...readUser(directory, id, uid), ...learnt });
}

/** Forgets what was learnt: it is not true any more. */
export function forgetUser(directory: string, id: string): void {
  removeFile(userPath(directory, id));
}

/** Where it is kept what is known of one. */
export function userPath(directory: string, id: string): string {
  return join(directory, `${id}.json`);
}
