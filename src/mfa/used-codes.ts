/** The last codes of a device that STS has seen, or may have. A code works once: knowing it saves a question and a wrong guess at the cause. */

import { join } from "node:path";
import { digest } from "../disk/file-names.ts";
import { readRecord, writeNote } from "../disk/private-file.ts";
import { elapsedMs, isMoment, type Moment } from "../runtime/clock.ts";

/** A code and its neighbours are accepted within 30 s either side (RFC 6238): after this it could not be sent again anyway. */
const REMEMBERED_MS = 90_000;
const STEP_MS = 30_000;
/** More than a person types, or a program prints, in that time. */
const MOST_CODES = 8;

/** A code that is worth nothing now: it was used, or STS said no in this very step and would again. */
export interface SpentCode {
  readonly was: "used" | "rejected";
  readonly agoMs: number;
}

interface Note {
  /** A code that was sent is worth nothing any more; a digest is kept all the same. */
  readonly digest: string;
  readonly at: Moment;
  /** The step of the device's clock in which STS rejected it. */
  readonly rejectedIn?: number;
}

/** The notes of one device, in a directory, for one user. */
export interface CodeNotes {
  readonly directory: string;
  readonly device: string;
  readonly uid: number | undefined;
}

/** Notes a code before it is sent: its answer may be lost, and this process with it. */
export function noteCode(notes: CodeNotes, code: string, at: Moment): void {
  write(notes, [{ digest: digestOf(notes, code), at }, ...others(notes, code, at)]);
}

/** Notes that STS rejected a code. A device may be ahead: in the next step STS may take it. */
export function noteRejectedCode(notes: CodeNotes, code: string, at: Moment, serverNowMs: number): void {
  const rejectedIn = stepOf(serverNowMs);
  write(notes, [{ digest: digestOf(notes, code), at, rejectedIn }, ...others(notes, code, at)]);
}

/** Takes a note back: STS surely did not look at the code. */
export function forgetCode(notes: CodeNotes, code: string, at: Moment): void {
  write(notes, others(notes, code, at));
}

/** What is known against sending this code; undefined when nothing is, or nobody knows. */
export function spentCode(notes: CodeNotes, code: string, at: Moment, serverNowMs: number): SpentCode | undefined {
  const note = readNotes(notes, at).find((one) => one.digest === digestOf(notes, code));
  if (note === undefined) return undefined;
  const agoMs = elapsedMs(note.at, at);
  if (note.rejectedIn === undefined) return { was: "used", agoMs };
  return note.rejectedIn === stepOf(serverNowMs) ? { was: "rejected", agoMs } : undefined;
}

/** Milliseconds until a device shows its next code. Devices have the true time, and so have servers. */
export function nextCodeInMs(serverNowMs: number): number {
  return STEP_MS - (serverNowMs % STEP_MS);
}

function stepOf(serverNowMs: number): number {
  return Math.floor(serverNowMs / STEP_MS);
}

function digestOf({ device }: CodeNotes, code: string): string {
  return digest("code", device, code);
}

function others(notes: CodeNotes, code: string, at: Moment): Note[] {
  return readNotes(notes, at).filter((one) => one.digest !== digestOf(notes, code));
}

/** Those that still matter, the newest first. */
function readNotes(notes: CodeNotes, at: Moment): Note[] {
  const { codes } = Object(readRecord(pathOf(notes), notes.uid)) as Record<string, unknown>;
  return Array.isArray(codes) ? codes.filter((one): one is Note => isNote(one) && isRecent(elapsedMs(one.at, at))) : [];
}

function isNote(value: unknown): boolean {
  const { digest: hash, at, rejectedIn } = Object(value) as Record<string, unknown>;
  return typeof hash === "string" && isMoment(at) && (rejectedIn === undefined || Number.isFinite(rejectedIn));
}

function isRecent(agoMs: number): boolean {
  return agoMs >= 0 && agoMs < REMEMBERED_MS;
}

function write(notes: CodeNotes, codes: readonly Note[]): void {
  writeNote(pathOf(notes), { codes: codes.slice(0, MOST_CODES) });
}

function pathOf({ directory, device }: CodeNotes): string {
  return join(directory, `${digest("used", device)}.used.json`);
}
