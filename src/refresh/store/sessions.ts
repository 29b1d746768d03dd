/** The sessions that this run reads and makes, and the renewals that the user declined. */

import type { UsableCache } from "../../cache/directory.ts";
import { forgetSession, readSession, writeSession } from "../../cache/session-file.ts";
import { readRecord, writeRecord } from "../../disk/private-file.ts";
import type { Context } from "../../runtime/context.ts";
import { attemptWrite } from "../../runtime/log.ts";
import { openCredentials, type SessionRecord, type StoredSession } from "../../session/stored-session.ts";

export interface Sessions {
  read(id: string): StoredSession | undefined;
  keep(session: StoredSession): Promise<void>;
  /** Forgets a session that AWS no longer accepts, unless a newer one has replaced it. Role sessions taken with it stay: they live on without it. */
  drop(session: SessionRecord): void;
  /** True when a renewal of this very session was asked for in vain: nobody is asked again while it lasts. */
  wasDeclined(session: SessionRecord): boolean;
  noteDeclined(session: SessionRecord): void;
}

/** A disk that takes no session must not cost the session that STS just gave: this run still uses it. */
export function sessionsOnDisk(cache: UsableCache, context: Context): Sessions {
  const { uid } = context;
  const unwritten = new Map<string, StoredSession>();
  const dead = new Set<string>();
  const read = (id: string): StoredSession | undefined => {
    const found = unwritten.get(id) ?? readSession(cache.sessions, id, uid);
    return found !== undefined && dead.has(found.accessKeyId) ? undefined : found;
  };
  const declinedPath = ({ id }: SessionRecord): string => `${cache.notes}/${id}.declined.json`;
  return {
    read,
    keep: async (session) => {
      unwritten.set(session.id, session);
      const credentials = await openCredentials(session);
      attemptWrite("session", context, () => {
        writeSession(cache.sessions, session, credentials);
        unwritten.delete(session.id);
      });
    },
    drop: ({ id, accessKeyId }) => {
      if (read(id)?.accessKeyId === accessKeyId) forgetSession(cache.sessions, id);
      dead.add(accessKeyId);
    },
    wasDeclined: (session) =>
      (readRecord(declinedPath(session), uid) as { key?: unknown } | undefined)?.key === session.accessKeyId,
    noteDeclined: (session) =>
      attemptWrite("declined", context, () => writeRecord(declinedPath(session), { key: session.accessKeyId })),
  };
}

export function sessionsInMemory(): Sessions {
  const sessions = new Map<string, StoredSession>();
  return {
    read: (id) => sessions.get(id),
    keep: async (session) => void sessions.set(session.id, session),
    drop: ({ id, accessKeyId }) => {
      if (sessions.get(id)?.accessKeyId === accessKeyId) sessions.delete(id);
    },
    wasDeclined: () => false,
    noteDeclined: () => {},
  };
}
