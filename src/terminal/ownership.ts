/**
 * Whether askonce may use the controlling terminal now, and which terminal that is. Nothing here reads from it or writes to it.
 *
 * The rules of all use of the terminal:
 * - askonce prompts only while its process group is in the foreground of the terminal and the terminal is in canonical mode
 *   with echo; one process prompts at a time, and the terminal gets its mode back however that process ends.
 * - askonce writes a line under the same conditions, and the same line once per command. A terminal in another mode belongs to
 *   a full-screen program: nothing is read or written there.
 */

import { spawnSync } from "node:child_process";
import { closeSync, constants, openSync, readFileSync, statSync } from "node:fs";
import { parseStat } from "../processes/proc-stat.ts";

/** `none`: no controlling terminal, or it was closed. `background`: it is another group's turn. */
export type Ownership = "ours" | "background" | "none";

export interface TerminalPlace {
  group: number;
  foregroundGroup: number;
  ttyNumber: number;
}

/** Unix98 pseudo-terminals have the majors 136 to 143, consoles and serial lines 4 (`Documentation/admin-guide/devices.txt`). */
const PTY_MAJORS = { first: 136, last: 143 };
const CONSOLE_MAJOR = 4;
const FIRST_SERIAL_MINOR = 64;

/** Opens the controlling terminal without ever blocking on it or becoming its owner; undefined when there is none. */
export function openTerminal(): number | undefined {
  try {
    return openSync("/dev/tty", constants.O_RDWR | constants.O_NOCTTY | constants.O_NONBLOCK);
  } catch {
    return undefined;
  }
}

/** True while this process's group is in the foreground of a terminal that can be opened. Costs well under a millisecond on Linux. */
export function terminalIsOurs(): boolean {
  return terminalOwnership() === "ours";
}

/** Says whose turn it is on the controlling terminal. */
export function terminalOwnership(): Ownership {
  const place = readPlace();
  if (place === undefined || place.foregroundGroup <= 0) return "none";
  if (place.group !== place.foregroundGroup) return "background";
  const fd = openTerminal();
  if (fd === undefined) return "none";
  closeSync(fd);
  return "ours";
}

/** The name people know the controlling terminal by, such as `pts/3`; undefined when there is none. */
export function terminalName(): string | undefined {
  if (process.platform !== "linux") return psTerminal();
  const place = readPlace();
  return place === undefined ? undefined : ttyNameOf(place.ttyNumber);
}

/**
 * The controlling terminal as a word that can be part of a file's name, such as `pts-3.22`; undefined when there is none.
 * Two processes get the same word exactly when they share a terminal: every container counts its own `pts/0`, so the
 * number of the file system the terminal lives in is part of it.
 */
export function terminalId(): string | undefined {
  const name = terminalName();
  if (name === undefined) return undefined;
  const word = name.replace(/[^A-Za-z0-9]+/g, "-");
  if (!name.startsWith("pts/")) return word;
  try {
    return `${word}.${statSync("/dev/pts").dev}`;
  } catch {
    return word;
  }
}

/** Reads what `/proc/PID/stat` says of the terminal. */
export function parseTerminalStat(line: string): TerminalPlace | undefined {
  const stat = parseStat(line);
  return stat && { group: stat.group, ttyNumber: stat.ttyNumber, foregroundGroup: stat.foregroundGroup };
}

/** Names a terminal by its Linux device number: `pts/3`, `tty2`, `ttyS0`; undefined for 0, which is none. */
export function ttyNameOf(ttyNumber: number): string | undefined {
  if (ttyNumber === 0) return undefined;
  const major = (ttyNumber >>> 8) & 0xfff;
  const minor = (ttyNumber & 0xff) | ((ttyNumber >>> 12) & 0xfff00);
  if (major >= PTY_MAJORS.first && major <= PTY_MAJORS.last) return `pts/${(major - PTY_MAJORS.first) * 256 + minor}`;
  if (major !== CONSOLE_MAJOR) return `tty-${major}-${minor}`;
  return minor < FIRST_SERIAL_MINOR ? `tty${minor}` : `ttyS${minor - FIRST_SERIAL_MINOR}`;
}

function readPlace(): TerminalPlace | undefined {
  if (process.platform === "win32") return undefined;
  if (process.platform !== "linux") return psPlace();
  try {
    return parseTerminalStat(readFileSync("/proc/self/stat", "utf8"));
  } catch {
    return psPlace();
  }
}

function psPlace(): TerminalPlace | undefined {
  const [group, foregroundGroup] = ps("pgid=,tpgid=").split(/\s+/).map(Number);
  if (!group || !foregroundGroup) return undefined;
  return { group, foregroundGroup, ttyNumber: 0 };
}

function psTerminal(): string | undefined {
  const name = ps("tty=");
  return /^\w/.test(name) ? name : undefined;
}

function ps(columns: string): string {
  const { stdout } = spawnSync("/bin/ps", ["-o", columns, "-p", String(process.pid)], {
    encoding: "utf8",
    env: {},
    stdio: ["ignore", "pipe", "ignore"],
    timeout: 2_000,
  });
  return (stdout ?? "").trim();
}
