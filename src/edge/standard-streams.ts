/**
 * The three standard streams, taken away from Node.
 *
 * At its exit Node sets every standard stream that is a terminal to the mode it found at its start (ResetStdio in Node's
 * src/node.cc). An askonce that started while another one had the terminal raw for its prompt would leave it raw. Node lets
 * a descriptor alone that is another file by then, so /dev/null takes the terminal's place.
 */

import { closeSync, constants, fstatSync, openSync, type Stats, statSync } from "node:fs";
import { devNull, platform } from "node:os";
import { isatty } from "node:tty";

/** Where a standard stream is now, and whether it is a terminal. */
export interface StandardStream {
  readonly fd: number;
  readonly isTerminal: boolean;
  /** Whether reads and writes never wait. */
  readonly isUnblocked: boolean;
}

/** Moves a standard stream that is a terminal to a descriptor of its own. Where that cannot be done it stays where it is. */
export function takeStream(standard: 0 | 1 | 2): StandardStream {
  const stats = statsOf(standard);
  // In this order: Node loads its sockets with what tells a terminal.
  if (!mayBeTerminal(stats) || !isatty(standard)) return { ...unblocked(standard, stats), isTerminal: false };
  let moved: number;
  try {
    moved = openSync(`/dev/fd/${standard}`, constants.O_RDWR | constants.O_NOCTTY);
  } catch {
    return { fd: standard, isTerminal: true, isUnblocked: false };
  }
  closeSync(standard);
  // The lowest free number is the one that was just closed.
  openSync("/dev/null", constants.O_RDWR);
  return { fd: moved, isTerminal: true, isUnblocked: false };
}

/** On Windows a console's descriptor shows nothing of that. */
function mayBeTerminal(stats: Stats | undefined): boolean {
  if (stats === undefined || platform() === "win32") return true;
  return stats.isCharacterDevice() && stats.rdev !== statSync(devNull, { throwIfNoEntry: false })?.rdev;
}

/** A pipe without its blocking: a read or write that waits in Node's thread pool would hold the process beyond its deadline. */
function unblocked(standard: 0 | 1 | 2, stats: Stats | undefined): Pick<StandardStream, "fd" | "isUnblocked"> {
  const asItIs = { fd: standard, isUnblocked: false };
  if (stats?.isFIFO() !== true) return asItIs;
  try {
    const direction = standard === 0 ? constants.O_RDONLY : constants.O_WRONLY;
    return { fd: openSync(`/dev/fd/${standard}`, direction | constants.O_NONBLOCK), isUnblocked: true };
  } catch {
    return asItIs;
  }
}

function statsOf(fd: number): Stats | undefined {
  try {
    return fstatSync(fd);
  } catch {
    return undefined;
  }
}
