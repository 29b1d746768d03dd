/**
 * Builds and parses the names of the locks. Pure.
 *
 * A name begins with the id of what is locked, so that different sessions, users and devices never wait for each other.
 * A place where a code is asked for is locked by its own id, across sessions: one prompt at a time at each place.
 */

/** What a process announces to other processes with the same source: it will ask for a code, or it has one. */
export type News = "will-ask" | "has-code";

/** What a process does with a lock held, apart from asking for a code. */
export type Step = "exchange" | "find" | "choose" | "keys";

const ASK = /^([0-9a-f]{40})\.ask\.(.+)$/;
const STEP = /^([0-9a-f]{40})\.(exchange|find|choose|keys)(?:\.|$)/;

/** A code for this session is being asked for at this place. */
export function askLock(sessionId: string, place: string): string {
  return `${askPrefix(sessionId)}${place}`;
}

/** How the names of all locks begin under which a code for this session is asked for. */
export function askPrefix(sessionId: string): string {
  return `${sessionId}.ask.`;
}

/** The session and the place of an `askLock`; undefined for another lock. */
export function parseAskLock(name: string): { readonly sessionId: string; readonly place: string } | undefined {
  const [, sessionId, place] = ASK.exec(name) ?? [];
  return sessionId === undefined || place === undefined ? undefined : { sessionId, place };
}

/**
 * A call to STS is being made.
 *
 * @param id of the device whose code is sent, or of the role's session
 */
export function exchangeLock(id: string): string {
  return `${id}.exchange`;
}

/** The MFA devices of this user are being looked up. */
export function lookUpLock(userId: string): string {
  return `${userId}.find`;
}

/** The user is being asked at this place which device to use. */
export function chooseLock(userId: string, place: string): string {
  return `${choosePrefix(userId)}${place}`;
}

/** How the names of all locks begin under which this user is asked for a device. */
export function choosePrefix(userId: string): string {
  return `${userId}.choose.`;
}

/** The program that has the keys of this source runs. */
export function keysLock(sourceId: string): string {
  return `${sourceId}.keys`;
}

/** One process's announcement. `unique` differs in each process: announcements exclude nothing. */
export function announcementLock(sourceId: string, news: News, unique: string): string {
  return `${announcementPrefix(sourceId, news)}${unique}`;
}

/** How the names of the announcements for this source begin: those of one kind, or all. */
export function announcementPrefix(sourceId: string, news?: News): string {
  return `${sourceId}.announced.${news === undefined ? "" : `${news}.`}`;
}

/** What the holder of a lock does, and the id of what it is done for; undefined for every other lock. */
export function parseStepLock(name: string): { readonly id: string; readonly step: Step } | undefined {
  const [, id, step] = STEP.exec(name) ?? [];
  return id === undefined ? undefined : { id, step: step as Step };
}
