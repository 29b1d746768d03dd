/** Who is asked for which session now, and by whom: what those who ask note with their lock, for those who wait and for `login`. */

import { callerName } from "../caller.ts";
import type { Held } from "../locking/lock.ts";
import { terminalId, terminalName } from "../mfa/terminal-ownership.ts";
import type { SessionRequest } from "../profile/request.ts";
import { NOTIFICATION, type Place } from "./places.ts";
import type { Store } from "./store.ts";

/** A question that stands somewhere, or a program that runs for a code. */
export interface Asker {
  readonly sessionId: string;
  readonly place: string;
  readonly sinceMs: number;
  /** The profile that was named, and the flags that say which session it is of, as on a command line. */
  readonly words: readonly string[];
  /** How people call where it is asked: `pts/3`, `a zenity window`, `mfa_process`. */
  readonly where: string;
  /** The terminal it belongs to, as it is known in locks; "" for none. */
  readonly terminal: string;
  /** The program that needs the session; undefined where a person typed askonce. */
  readonly caller: string | undefined;
}

const NAME = /^([0-9a-f]{40})\.ask\.(.+)$/;

/** The beginning of the names of the locks under which a session is asked for. */
export function askPrefix(sessionId: string): string {
  return `${sessionId}.ask.`;
}

/** What is noted with the lock for a place. No secret is among it: only NAME, and flags that are part of no program's words. */
export function noteOf(request: SessionRequest, place: Place | { readonly kind: typeof NOTIFICATION }): Note {
  return {
    profile: request.name,
    words: JSON.stringify([request.name, ...identityFlags(request)]),
    where: whereOf(place),
    terminal: terminalId() ?? "",
    caller: callerName() ?? "",
  };
}

type Note = Record<"profile" | "words" | "where" | "terminal" | "caller", string>;

/** Those who ask for this session, or for any, oldest first. */
export function askersOf(store: Store, sessionId?: string): Asker[] {
  return store
    .held((name) => (sessionId === undefined ? NAME.test(name) : name.startsWith(askPrefix(sessionId))))
    .flatMap((held) => parseAsker(held) ?? [])
    .sort((one, other) => one.sinceMs - other.sinceMs);
}

function parseAsker({ name, holder }: Held): Asker | undefined {
  const [, sessionId, place] = NAME.exec(name) ?? [];
  const { words = "", where = "", terminal = "", caller = "" } = holder.note;
  if (sessionId === undefined || place === undefined || where === "") return undefined;
  const { sinceMs } = holder;
  return { sessionId, place, sinceMs, words: parseWords(words), where, terminal, caller: caller || undefined };
}

function parseWords(text: string): string[] {
  try {
    const words: unknown = JSON.parse(text);
    return Array.isArray(words) && words.every((word) => typeof word === "string") ? words : [];
  } catch {
    return [];
  }
}

function whereOf(place: Place | { readonly kind: typeof NOTIFICATION }): string {
  switch (place.kind) {
    case "terminal":
      return terminalName() ?? "a terminal";
    case "window":
      return place.driver.name === "tmux" ? "a tmux popup" : "a window";
    case "process":
      return "mfa_process";
    case "stdin":
      return "login";
    case NOTIFICATION:
      return "a notification";
  }
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
