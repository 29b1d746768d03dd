/**
 * The pause after a window or a notification that nobody answered: none is shown meanwhile, by any process of this user, else
 * a program that tries again and again would open one after the other. It is noted before the question is shown, so that it
 * also follows one whose askonce was killed.
 */

import { join } from "node:path";
import { readRecord, removeFile, writeNote } from "../disk/private-file.ts";

const FIRST_MS = 60_000;
const LONGEST_MS = 10 * 60_000;

interface Noted {
  /** Questions in a row that nobody answered. */
  readonly inARow: number;
  readonly untilMs: number;
}

/** Where the pause is kept. */
export interface PauseFile {
  readonly notes: string;
  readonly uid: number | undefined;
}

/** When the next question may come, in local time; undefined for at once. Throws `configuration` as readRecord does. */
export function pausedUntilMs(file: PauseFile, nowMs: number): number | undefined {
  const { untilMs } = read(file);
  // One that lies further ahead than any was noted under a clock that has been set back since.
  return untilMs > nowMs && untilMs - nowMs <= LONGEST_MS ? untilMs : undefined;
}

/** A question is about to be shown. Throws the system's error. */
export function notePause(file: PauseFile, nowMs: number): void {
  const inARow = read(file).inARow + 1;
  write(file, { inARow, untilMs: nowMs + pauseAfter(inARow) });
}

/** It was shown until now, and not answered: the pause begins here. Throws the system's error. */
export function restartPause(file: PauseFile, nowMs: number): void {
  const inARow = Math.max(1, read(file).inARow);
  write(file, { inARow, untilMs: nowMs + pauseAfter(inARow) });
}

/** It was not shown after all. Throws the system's error. */
export function takeBackPause(file: PauseFile): void {
  write(file, { inARow: Math.max(0, read(file).inARow - 1), untilMs: 0 });
}

/** There is a new session, or somebody signs in. */
export function endPause({ notes }: PauseFile): void {
  removeFile(pathOf(notes));
}

function pauseAfter(inARow: number): number {
  return Math.min(FIRST_MS * 2 ** Math.min(inARow - 1, 10), LONGEST_MS);
}

function read({ notes, uid }: PauseFile): Noted {
  const { inARow, untilMs } = (readRecord(pathOf(notes), uid) ?? {}) as Record<string, unknown>;
  return {
    inARow: typeof inARow === "number" && inARow > 0 ? Math.floor(inARow) : 0,
    untilMs: typeof untilMs === "number" ? untilMs : 0,
  };
}

function write({ notes }: PauseFile, noted: Noted): void {
  writeNote(pathOf(notes), noted);
}

function pathOf(notes: string): string {
  return join(notes, "windows.pause.json");
}
