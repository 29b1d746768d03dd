/** Somebody who asks for a session now, as told by the lock it is done under. Pure. */

import type { Held } from "../../locking/lock-state.ts";
import { parseAskLock } from "../lock-names.ts";

/** A question that stands somewhere, or a program that runs for a code. */
export interface Asker {
  readonly sessionId: string;
  readonly place: string;
  readonly pid: number;
  readonly sinceMs: number;
  /** The profile that was named, and the flags that say which session it is of, as on a command line. */
  readonly words: readonly string[];
  /** The same by its name alone. */
  readonly profile: string;
  /** How people call where it is asked: `pts/3`, `a zenity window`, `mfa_process`. */
  readonly where: string;
  /** The terminal it belongs to, as it is known in locks; "" for none. */
  readonly terminal: string;
  /** The program that needs the session; undefined where a person typed askonce. */
  readonly caller: string | undefined;
}

/** What a lock tells of who asks; undefined for another lock. */
export function parseAsker({ name, holder }: Held): Asker | undefined {
  const asked = parseAskLock(name);
  const { profile = "", words = "", where = "", terminal = "", caller = "" } = holder.note;
  if (asked === undefined || where === "") return undefined;
  const { pid, sinceMs } = holder;
  return { ...asked, pid, sinceMs, profile, words: parseWords(words), where, terminal, caller: caller || undefined };
}

function parseWords(text: string): string[] {
  try {
    const words: unknown = JSON.parse(text);
    return Array.isArray(words) && words.every((word) => typeof word === "string") ? words : [];
  } catch {
    return [];
  }
}
