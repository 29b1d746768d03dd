/** Looks into the cache and changes nothing: what the readers of sessions and users read, without their mending, removing or complaining. */

import { constants, lstatSync, readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { MOST_BYTES } from "../disk/private-file.ts";
import type { SessionRecord } from "../session/stored-session.ts";
import type { UsableCache } from "./directory.ts";
import { parseSessionRecord } from "./session-file.ts";
import { type KnownUser, parseUser, userPath } from "./user-file.ts";

/** Numbers are taken as open(2) has them, which the types do not know. */
const FLAGS = (constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK) as unknown as string;

export interface SeenSessions {
  /** Expired ones too. */
  readonly sessions: readonly SessionRecord[];
  /** Files that make no sense, or that askonce refuses. */
  readonly passedOver: number;
  /** The system's code where they cannot be listed. */
  readonly hidden?: string;
}

/** Every session on disk. What goes while it is looked at was not there. Never throws. */
export function lookAtSessions(directory: string, uid: number | undefined): SeenSessions {
  let names: string[];
  try {
    names = readdirSync(directory);
  } catch (error) {
    const { code = "" } = error as NodeJS.ErrnoException;
    return { sessions: [], passedOver: 0, ...(code === "ENOENT" ? {} : { hidden: code }) };
  }
  const sessions: SessionRecord[] = [];
  let passedOver = 0;
  for (const name of names) {
    if (!/^[0-9a-f]{40}\.json$/.test(name)) continue;
    const seen = lookAtRecord(join(directory, name), uid);
    const session = seen && parseSessionRecord(seen.value);
    if (session !== undefined && `${session.id}.json` === name) sessions.push(session);
    else if (seen !== undefined) passedOver++;
  }
  return { sessions, passedOver };
}

/** What is known of a user, as readUser tells it; empty where that would throw. */
export function lookAtUser(directory: string, id: string, uid: number | undefined): KnownUser {
  return parseUser(lookAtRecord(userPath(directory, id), uid)?.value);
}

/** The JSON value in a file of our own, undefined in it for what is none or is refused; undefined for a file that is not there. */
function lookAtRecord(path: string, uid: number | undefined): { readonly value?: unknown } | undefined {
  try {
    const stats = lstatSync(path);
    if (!stats.isFile() || (uid !== undefined && stats.uid !== uid) || stats.nlink > 1) return {};
    if (stats.size === 0 || stats.size > MOST_BYTES) return {};
    // Two calls a file and not four, for there may be ten thousand; a link or FIFO that takes its place is not read either.
    return { value: JSON.parse(readFileSync(path, { encoding: "utf8", flag: FLAGS })) };
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "ENOENT" ? undefined : {};
  }
}

/** Whether anything came or went in the cache: cheap to ask, for those who wait. */

/** When an entry of each room last came or went, to the nanosecond, in one text to compare. */
export function lastChanges({ sessions, users, locks, notes }: UsableCache): string {
  return [sessions, users, locks, notes]
    .map((path) => statSync(path, { bigint: true, throwIfNoEntry: false })?.mtimeNs)
    .join(" ");
}
