/** The last code of a device that STS took. A code works once: knowing it saves a question and a wrong guess at the cause. */

import { join } from "node:path";
import { digest } from "../digest.ts";
import { readRecord, writeRecord } from "../private-file.ts";

/** A code and its neighbours are accepted within 30 s either side (RFC 6238): after this it could not be sent again anyway. */
const REMEMBERED_MS = 90_000;
const STEP_MS = 30_000;

/** Remembers that a code was taken. It is worth nothing any more; a digest is kept all the same. */
export function rememberUsedCode(notes: string, device: string, code: string, nowMs: number): void {
  writeRecord(pathOf(notes, device), { digest: digest("code", device, code), usedAtMs: nowMs });
}

/** How many milliseconds ago this very code was taken; undefined when it was not, or nobody knows. */
export function usedAgoMs(
  notes: string,
  device: string,
  code: string,
  nowMs: number,
  uid: number | undefined,
): number | undefined {
  const record = readRecord(pathOf(notes, device), uid) as { digest?: unknown; usedAtMs?: unknown } | undefined | null;
  if (record?.digest !== digest("code", device, code) || typeof record.usedAtMs !== "number") return undefined;
  const ago = nowMs - record.usedAtMs;
  return ago >= 0 && ago < REMEMBERED_MS ? ago : undefined;
}

/** Milliseconds until a device shows its next code. */
export function nextCodeInMs(nowMs: number): number {
  return STEP_MS - (nowMs % STEP_MS);
}

function pathOf(notes: string, device: string): string {
  return join(notes, `${digest("used", device)}.used.json`);
}
