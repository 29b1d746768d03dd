/**
 * What a refresh keeps and shares: sessions, locks, failures, used codes, the device found
 *
 * On disk for everybody of this user; or, where the cache directory cannot be ours, nowhere: the session is then printed uncached.
 */

import type { Clocks } from "../aws/endpoint-clock.ts";
import type { CacheDirectory } from "../cache/directory.ts";
import { readClockOffset, writeClockOffset } from "../cache/endpoint-clock-file.ts";
import { lastChanges } from "../cache/look.ts";
import { makeCache } from "../cache/make-directory.ts";
import { forgetSession, readSession, type StoredSession, writeSession } from "../cache/session-file.ts";
import { sweepCache } from "../cache/sweep.ts";
import { forgetUser, type KnownUser, readUser, writeUser } from "../cache/user-file.ts";
import { endPause, notePause, pausedUntilMs, restartPause, takeBackPause } from "../dialogs/pause.ts";
import { digest } from "../disk/file-names.ts";
import { readRecord, writeRecord } from "../disk/private-file.ts";
import { type Held, type HeldLock, heldLocks, sweepLocks, tryLock } from "../locking/lock.ts";
import { isFirstToSay } from "../locking/once-per-command.ts";
import { commandId } from "../locking/process-identity.ts";
import { clearFailures, findNoCode, findRefusal, recordNoCode, recordRefusal } from "../locking/shared-failure.ts";
import { forgetCode, noteCode, noteRejectedCode, type SpentCode, spentCode } from "../mfa/used-codes.ts";
import { now } from "../runtime/clock.ts";
import type { Context } from "../runtime/context.ts";
import type { AskonceError } from "../runtime/errors.ts";
import { attemptWrite } from "../runtime/log.ts";

export interface Store {
  session(id: string): StoredSession | undefined;
  keepSession(session: StoredSession): void;
  /** Forgets a session that is dead, unless there is another by now; roles taken with it have a life of their own. */
  dropSession(session: StoredSession): void;
  user(id: string): KnownUser;
  keepUser(id: string, learnt: KnownUser): void;
  forgetUser(id: string): void;
  /** One try; undefined while somebody else holds it. */
  lock(name: string, note?: Record<string, string>): Promise<HeldLock | undefined>;
  /** The locks that are held now, of those that are meant by their names. */
  held(isMeant: (name: string) => boolean): Held[];
  /** A failure that this run shares: its command met it at one of `places`, or AWS refused since this run began. */
  sharedFailure(id: string, places: readonly string[]): AskonceError | undefined;
  shareNoCode(id: string, place: string, error: AskonceError): void;
  shareRefusal(id: string, error: AskonceError): void;
  clearFailures(id: string): void;
  readonly clocks: Clocks;
  readonly codes: Codes;
  readonly windows: Windows;
  /** True for the first of this command that asks so: what is said once on a terminal. */
  isFirstToSay(words: string): boolean;
  /** True when a renewal of this very session was asked for in vain: nobody is asked again while it lasts. */
  wasDeclined(session: StoredSession): boolean;
  keepDeclined(session: StoredSession): void;
  /** Another one after each session, user, lock or note that came or went; what is rewritten in place shows nothing. */
  stamp(): string;
  /** Removes what nobody needs any more. */
  sweep(): Promise<void>;
}

/** What windows and notifications that ask have in common, across all processes. */
export interface Windows {
  /** A directory of ours alone; undefined where there is none. */
  readonly directory: string | undefined;
  /** When the next may be shown, in local time; undefined for at once. */
  pausedUntilMs(): number | undefined;
  /** One is about to be shown. */
  notePause(): void;
  /** It was not answered. */
  restartPause(): void;
  /** It was not shown. */
  takeBackPause(): void;
  /** There is a session again, or somebody signs in. */
  endPause(): void;
}

/** The codes of devices that were sent. Server times are those of the endpoint that is asked. */
export interface Codes {
  spent(device: string, code: string, serverNowMs: number): SpentCode | undefined;
  noteSent(device: string, code: string): void;
  noteRejected(device: string, code: string, serverNowMs: number): void;
  /** It was not looked at after all. */
  takeBack(device: string, code: string): void;
}

/** The store for a cache directory, which it makes and mends first. Throws `configuration` when a link or another user's file is in its place. */
export function openStore(found: CacheDirectory, context: Context): Store {
  const cache = found.usable ? makeCache(found, context.uid) : found;
  if (cache.usable) return diskStore(cache, context);
  context.log("not cached", { why: cache.why });
  return nowhere();
}

function diskStore(cache: Extract<CacheDirectory, { usable: true }>, context: Context): Store {
  const { uid } = context;
  // What the disk does not take still holds for this run: it would go by what is not true any more, or ask once more.
  const unwritten = new Map<string, KnownUser>();
  const unkept = new Map<string, StoredSession>();
  const dead = new Set<string>();
  const session = (id: string): StoredSession | undefined => {
    const found = unkept.get(id) ?? readSession(cache.sessions, id, uid);
    return found !== undefined && dead.has(found.accessKeyId) ? undefined : found;
  };
  const declinedPath = (session: StoredSession): string => `${cache.notes}/${session.id}.declined.json`;
  // A full or read-only disk costs the user a question later; it must not cost the session that STS just gave.
  const attempt = (what: string, write: () => void): void => attemptWrite(what, context, write);
  const pause = { notes: cache.notes, uid };
  const of = (device: string) => ({ directory: cache.notes, device, uid });
  return {
    session,
    keepSession: (made) => {
      unkept.set(made.id, made);
      attempt("session", () => {
        writeSession(cache.sessions, made);
        unkept.delete(made.id);
      });
    },
    dropSession: ({ id, accessKeyId }) => {
      if (session(id)?.accessKeyId === accessKeyId) forgetSession(cache.sessions, id);
      dead.add(accessKeyId);
    },
    user: (id) => unwritten.get(id) ?? readUser(cache.users, id, uid),
    keepUser: (id, learnt) => {
      unwritten.set(id, { ...(unwritten.get(id) ?? readUser(cache.users, id, uid)), ...learnt });
      attempt("user", () => {
        writeUser(cache.users, id, learnt, uid);
        unwritten.delete(id);
      });
    },
    forgetUser: (id) => {
      unwritten.delete(id);
      forgetUser(cache.users, id);
    },
    lock: async (name, note) => {
      try {
        return await tryLock(cache.locks, name, note);
      } catch (error) {
        // Without a place to lock there is nobody to share with: going on alone is better than giving nothing.
        context.log("cannot lock", { name, error: (error as NodeJS.ErrnoException).code ?? (error as Error).name });
        return ALONE;
      }
    },
    held: (isMeant) => heldLocks(cache.locks, isMeant),
    sharedFailure: (id, places) => {
      const refusal = findRefusal(cache.notes, id, context.startedAtMs, uid);
      if (refusal !== undefined) return refusal;
      for (const place of places) {
        const failure = findNoCode(cache.notes, id, commandAt(place), Date.now(), uid);
        if (failure !== undefined) return failure;
      }
      return undefined;
    },
    shareNoCode: (id, place, error) =>
      attempt("failure", () => recordNoCode(cache.notes, id, commandAt(place), error, Date.now())),
    shareRefusal: (id, error) => attempt("refusal", () => recordRefusal(cache.notes, id, error, Date.now())),
    clearFailures: (id) => clearFailures(cache.notes, id),
    clocks: {
      offsetMs: (endpoint) => readClockOffset(cache.notes, endpoint, uid),
      keep: (endpoint, offsetMs) => attempt("clock", () => writeClockOffset(cache.notes, endpoint, offsetMs, uid)),
    },
    codes: {
      spent: (device, code, serverNowMs) => spentCode(of(device), code, now(), serverNowMs),
      noteSent: (device, code) => attempt("code", () => noteCode(of(device), code, now())),
      noteRejected: (device, code, serverNowMs) =>
        attempt("code", () => noteRejectedCode(of(device), code, now(), serverNowMs)),
      takeBack: (device, code) => attempt("code", () => forgetCode(of(device), code, now())),
    },
    windows: {
      directory: cache.notes,
      pausedUntilMs: () => pausedUntilMs(pause, Date.now()),
      notePause: () => attempt("pause", () => notePause(pause, Date.now())),
      restartPause: () => attempt("pause", () => restartPause(pause, Date.now())),
      takeBackPause: () => attempt("pause", () => takeBackPause(pause)),
      endPause: () => endPause(pause),
    },
    isFirstToSay: (words) => isFirstToSay(cache.notes, words),
    wasDeclined: (session) =>
      (readRecord(declinedPath(session), uid) as { key?: unknown } | undefined)?.key === session.accessKeyId,
    keepDeclined: (session) =>
      attempt("declined", () => writeRecord(declinedPath(session), { key: session.accessKeyId })),
    stamp: () => lastChanges(cache),
    sweep: async () => {
      if (sweepCache(cache, uid)) await sweepLocks(cache.locks);
    },
  };
}

const ALONE: HeldLock = { id: "alone", stillOurs: async () => true, release: async () => {} };

/** This command at this place: another terminal, or another mfa_process, may well give a code. */
function commandAt(place: string): string {
  return digest("command", commandId() ?? "", place);
}

function nowhere(): Store {
  const nothing = (): undefined => undefined;
  const sessions = new Map<string, StoredSession>();
  const users = new Map<string, KnownUser>();
  const offsets = new Map<string, number>();
  return {
    session: (id) => sessions.get(id),
    keepSession: (session) => void sessions.set(session.id, session),
    dropSession: ({ id, accessKeyId }) => {
      if (sessions.get(id)?.accessKeyId === accessKeyId) sessions.delete(id);
    },
    user: (id) => users.get(id) ?? {},
    keepUser: (id, learnt) => void users.set(id, { ...users.get(id), ...learnt }),
    forgetUser: (id) => void users.delete(id),
    lock: async () => ALONE,
    held: () => [],
    sharedFailure: nothing,
    shareNoCode: nothing,
    shareRefusal: nothing,
    clearFailures: nothing,
    clocks: {
      offsetMs: (endpoint) => offsets.get(endpoint) ?? 0,
      keep: (endpoint, ms) => void offsets.set(endpoint, ms),
    },
    codes: { spent: nothing, noteSent: nothing, noteRejected: nothing, takeBack: nothing },
    windows: {
      directory: undefined,
      pausedUntilMs: nothing,
      notePause: nothing,
      restartPause: nothing,
      takeBackPause: nothing,
      endPause: nothing,
    },
    isFirstToSay: () => true,
    wasDeclined: () => false,
    keepDeclined: nothing,
    stamp: () => "",
    sweep: async () => {},
  };
}
