/** Ready files on disk: written for the next call. What they say and when they are served is rule.ts's. */

import {
  closeSync,
  constants,
  lstatSync,
  mkdirSync,
  openSync,
  realpathSync,
  renameSync,
  statSync,
  utimesSync,
} from "node:fs";
import { dirname, join } from "node:path";
import { randomName } from "../disk/file-names.ts";
import { changedAtMs, forget, makePrivate, textIn, writePrivate } from "../disk/private-directory.ts";
import { removeFile, replaceFile } from "../disk/private-file.ts";
import {
  formatReady,
  LONGEST_ANSWER,
  parseReady,
  type ReadyFacts,
  type ReadyPlace,
  SLOTS,
  SPAN_SECONDS,
} from "./rule.ts";

/** Beside the names, which never begin with a dot. */
const CLOCK = ".clock";
const PROGRAM = ".node";
/** A file system whose clock is further from ours cannot tell us the time. */
const SAME_CLOCK_MS = 2_000;

/** An answer and what it was made from. */
export interface Ready {
  readonly place: ReadyPlace;
  /** The line, with its end. */
  readonly answer: string;
  /** When reading began, in local time, and what the shared files were then. */
  readonly readAtMs: number;
  readonly seen: string;
  /** Until when it may be served, in local time. */
  readonly untilMs: number;
  readonly awake: ReadyFacts["awake"];
  readonly kept: readonly string[];
}

/**
 * Keeps an answer for the next call. Nothing is kept where it would not be served: a file that changed a moment ago may
 * change once more within the same tick of its clock. Throws the system's error.
 */
export function keepReady(ready: Ready): void {
  const { place, answer, untilMs } = ready;
  const sinceMs = ready.readAtMs - 1_000;
  const moments = { config: momentsOf(place.config, sinceMs), credentials: momentsOf(place.credentials, sinceMs) };
  const isSettled = [place.config, place.credentials].every((path) => isSettledBefore(dirname(realOf(path)), sinceMs));
  const isWhole = /^[\x20-\x7e]+\n$/.test(answer) && answer.length < LONGEST_ANSWER;
  // Whoever was asked for a code may have switched to other files meanwhile, or set the clock.
  if (ready.seen !== seenOf(place) || Date.now() < ready.readAtMs) return;
  if (!isWhole || !isSettled || moments.config === "unsettled" || moments.credentials === "unsettled") return;
  if (untilMs - Date.now() < 2_000 || !changedBefore(place.root, ready.kept, sinceMs)) return;
  const room = dirname(place.directory);
  makePrivate(room);
  if (!clockTells(room, join(room, CLOCK))) return;
  makePrivate(place.directory);
  const facts: ReadyFacts = {
    id: randomName(),
    awake: ready.awake,
    kept: ready.kept,
    real: { config: linkedPath(place.config), credentials: linkedPath(place.credentials) },
  };
  const directory = join(place.directory, facts.id);
  mkdirSync(directory, { mode: 0o700 });
  try {
    writePrivate(join(directory, "since"), "", sinceMs / 1000);
    for (const [file, seconds] of Object.entries(moments)) {
      if (typeof seconds !== "number") continue;
      writePrivate(join(directory, `${file}.low`), "", seconds - SPAN_SECONDS);
      writePrivate(join(directory, `${file}.high`), "", seconds + SPAN_SECONDS);
    }
    const slot = slotFor(place);
    const replaced = idIn(slot);
    const temporary = join(directory, "answer");
    writePrivate(temporary, formatReady(place, facts, answer), untilMs / 1000);
    renameSync(temporary, slot);
    if (replaced !== undefined) forget(join(place.directory, replaced));
    // Of two that did this at once, one has replaced the other's.
    if (idIn(slot) !== facts.id) forget(directory);
    // Who signs out forgets the session first, then what is ready: one of us two sees the other's.
    if (!changedBefore(place.root, ready.kept, sinceMs)) forget(slot);
  } catch (error) {
    // The next call would leave as much beside it.
    forget(directory);
    throw error;
  }
}

/** The ID that a ready file names; undefined where there is none. */
export function idIn(slot: string): string | undefined {
  return /^[0-9a-f]{18}(?= )/.exec(textIn(slot).split("\n")[1] ?? "")?.[0];
}

/** Which files the shared ones are, and when anything of them changed: another text for others. Never throws. */
export function seenOf({ config, credentials }: ReadyPlace): string {
  return [config, credentials].map(seenAt).join("\n");
}

function seenAt(path: string): string {
  try {
    const { dev, ino, mtimeNs, ctimeNs } = statSync(path, { bigint: true });
    return [realOf(path), dev, ino, mtimeNs, ctimeNs].join(" ");
  } catch {
    return realOf(path);
  }
}

/** Which Node runs which program, for a launcher that has neither on its PATH. Throws the system's error. */
export function keepProgram(room: string, node: string, program: string): void {
  const path = join(room, PROGRAM);
  const text = `${node}\n${program}\n`;
  if ([node, program].some((one) => one.includes("\n")) || textIn(path) === text) return;
  makePrivate(room);
  replaceFile(path, text);
}

/** What keepProgram kept. */
export function keptProgram(room: string): { readonly node: string; readonly program: string } | undefined {
  const [node = "", program = ""] = textIn(join(room, PROGRAM)).split("\n");
  return node === "" ? undefined : { node, program };
}

/** That of this environment, else one that is free, else the one that ends first. */
function slotFor(place: ReadyPlace): string {
  // One look at each: what came since the look is of this environment too.
  const looks = SLOTS.map((slot) => join(place.directory, slot)).map((slot) => ({ slot, text: textIn(slot) }));
  const own = looks.find(({ text }) => parseReady(text.split("\n"), place) !== undefined);
  const ends = ({ slot, text }: { slot: string; text: string }): number => (text === "" ? 0 : changedAtMs(slot));
  return (own ?? (looks.toSorted((one, other) => ends(one) - ends(other))[0] as (typeof looks)[number])).slot;
}

/** The time of a shared file in seconds, undefined where there is none, or that it changed just now or cannot be read. */
function momentsOf(path: string, sinceMs: number): number | undefined | "unsettled" {
  try {
    const stats = statSync(path, { throwIfNoEntry: false });
    if (stats === undefined) return lstatSync(path, { throwIfNoEntry: false }) === undefined ? undefined : "unsettled";
    const isNew = Math.abs(stats.mtimeMs - sinceMs) < (SPAN_SECONDS + 2) * 1000;
    return stats.isFile() && !isNew ? stats.mtimeMs / 1000 : "unsettled";
  } catch {
    return "unsettled";
  }
}

/** True for a directory that did not change since, or is not there: it would come later. */
function isSettledBefore(directory: string, sinceMs: number): boolean {
  const stats = statSync(directory, { throwIfNoEntry: false });
  return stats === undefined || stats.mtimeMs < sinceMs;
}

function changedBefore(root: string, kept: readonly string[], sinceMs: number): boolean {
  return ["sessions", "users", ...kept].every((name) => changedAtMs(join(root, name)) < sinceMs);
}

/** Where a path leads when there is a link on the way; else empty. */
function linkedPath(path: string): string {
  const real = realOf(path);
  return real === path ? "" : real;
}

function realOf(path: string): string {
  try {
    return realpathSync(path);
  } catch {
    return path;
  }
}

/** Whether a launcher can tell the time by a file of this room; undefined where there is none. Never throws. */
export function launcherTellsTime(room: string): boolean | undefined {
  try {
    return lstatSync(room).isDirectory() ? clockTells(room, join(room, CLOCK)) : undefined;
  } catch {
    return undefined;
  }
}

/** Whether truncating a file that is empty moves its time to now: it is how a shell learns the time. Makes or mends the clock. */
function clockTells(room: string, clock: string): boolean {
  truncate(clock);
  // Not with the clock itself: a launcher may look at it this moment, and take what has ended for good.
  const trial = join(room, `${CLOCK}.${randomName()}.tmp`);
  try {
    truncate(trial);
    utimesSync(trial, 1, 1);
    truncate(trial);
    return Math.abs(lstatSync(trial).mtimeMs - Date.now()) < SAME_CLOCK_MS;
  } finally {
    removeFile(trial);
  }
}

function truncate(path: string): void {
  const { O_WRONLY, O_CREAT, O_TRUNC, O_NOFOLLOW, O_NONBLOCK } = constants;
  closeSync(openSync(path, O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW | O_NONBLOCK, 0o600));
}
