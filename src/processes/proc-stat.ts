/** /proc/PID/stat (proc(5)): what Linux tells of a process in one line. */

export interface ProcStat {
  /** One letter: Z is a zombie, X is dead. */
  readonly state: string;
  readonly parent: number;
  readonly group: number;
  readonly session: number;
  /** Device number of the controlling terminal, 0 for none. */
  readonly ttyNumber: number;
  readonly foregroundGroup: number;
  /** In clock ticks since boot; "" when the line is cut short. */
  readonly startTime: string;
}

/** undefined for a line that is none. A command's name may hold blanks and brackets: only what follows the last `)` counts. */
export function parseStat(line: string): ProcStat | undefined {
  const [state = "", parent, group, session, tty, foreground, ...rest] = line
    .slice(line.lastIndexOf(")") + 2)
    .split(" ");
  const numbers = {
    parent: Number(parent),
    group: Number(group),
    session: Number(session),
    ttyNumber: Number(tty),
    foregroundGroup: Number(foreground),
  };
  return Object.values(numbers).every(Number.isInteger) ? { state, ...numbers, startTime: rest[13] ?? "" } : undefined;
}
