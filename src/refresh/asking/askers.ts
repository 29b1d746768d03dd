/** Who is asked for which session now, and by whom: what those who ask note with their lock, for those who wait and for `login`. */

import type { SessionRequest } from "../../profile/request.ts";
import type { Requester } from "../../runtime/context.ts";
import { askPrefix, parseAskLock } from "../lock-names.ts";
import type { Locks } from "../store/locks.ts";
import { type Asker, parseAsker } from "./asking-lock.ts";
import type { Place } from "./place.ts";

/** What is noted with the lock for a place. No secret is among it: only NAME, and flags that are part of no program's words. */
export function noteOf(request: SessionRequest, { program, terminal }: Requester, place: Pick<Place, "name">): Note {
  return {
    profile: request.name,
    words: JSON.stringify([request.name, ...identityFlags(request)]),
    where: place.name,
    terminal: terminal ?? "",
    caller: program ?? "",
  };
}

type Note = Record<"profile" | "words" | "where" | "terminal" | "caller", string>;

/** Those who ask for this session, or for any, oldest first. */
export function askersOf(locks: Locks, sessionId?: string): Asker[] {
  return locks
    .held((name) =>
      sessionId === undefined ? parseAskLock(name) !== undefined : name.startsWith(askPrefix(sessionId)),
    )
    .flatMap((held) => parseAsker(held) ?? [])
    .sort((one, other) => one.sinceMs - other.sinceMs);
}

function identityFlags({ flags }: SessionRequest): string[] {
  const pairs = [
    ["--mfa-serial", flags.mfaSerial],
    ["--role-arn", flags.roleArn],
    ["--source-profile", flags.sourceProfile],
    ["--region", flags.region],
    ["--session-duration", flags.sessionDurationSeconds],
    ["--duration", flags.roleDurationSeconds],
  ] as const;
  return pairs.flatMap(([flag, value]) => (value === undefined ? [] : [flag, String(value)]));
}
