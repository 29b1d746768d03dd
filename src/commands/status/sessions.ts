/** The sessions of a status report: which live, who calls them, which were taken with which, in what order. Pure. */

import type { Moment } from "../../runtime/clock.ts";
import { describeSource } from "../../session/describe.ts";
import { isFresh, isUsable, isYoungEnough, LEAST_REMAINING_MS, remainingMs } from "../../session/session.ts";
import type { SessionRecord } from "../../session/stored-session.ts";
import { answerId, type Entry } from "./profiles.ts";
import type { SessionReport, Time } from "./report.ts";

/** A role taken with a session lasts an hour at most: one that lasts longer was made with a code of its own. */
const CHAINED_MS = 3_660_000;
/** No clock goes further (ECMAScript, time values). */
const FARTHEST_MS = 8.64e15;

/** What the profiles say of one session. */
interface Lead {
  readonly order: number;
  readonly root: string;
  readonly isDirect: boolean;
  readonly keyEnd: string | null;
}

export interface Family {
  /** In the order of the report. */
  readonly listed: readonly SessionReport[];
  /** True for a profile that gets credentials without a code. */
  isServed(entry: Entry): boolean;
  /** The session with all that was taken with it, at any depth. */
  descendantsOf(ids: Iterable<string>): Set<string>;
}

/** `isWhole`: the profiles are all there are, so that a session to which none leads is of no use. */
export function familyOf(
  sessions: readonly SessionRecord[],
  entries: readonly Entry[],
  isWhole: boolean,
  now: Moment,
): Family {
  const all = new Map(sessions.map((session) => [session.id, session]));
  const live = new Map(sessions.filter((one) => remainingMs(one, now) > 0).map((one) => [one.id, one]));
  const leads = leadsOf(entries);
  const usable = (id: string): SessionRecord | undefined => {
    const session = live.get(id);
    return session !== undefined && isUsable(session, now) ? session : undefined;
  };
  const serves = (session: SessionRecord | undefined, { request }: Entry): boolean =>
    session !== undefined && isYoungEnough(session, now, (request?.sessionDurationSeconds ?? 0) * 1000);
  /** Without its key's id or its device a profile is known by its name only. */
  const nameless = new Map<string, SessionRecord[]>();
  for (const session of live.values()) if (session.role === undefined) put(nameless, session.profile, session);
  const sessionsFor = ({ request, identity }: Entry): SessionRecord[] => {
    if (request === undefined) return [];
    if (identity === undefined) return nameless.get(request.source.profile) ?? [];
    return [answerId(identity), identity.sessionId].flatMap((id) => usable(id) ?? []);
  };
  const isServed = (entry: Entry): boolean => sessionsFor(entry).some((session) => serves(session, entry));

  const calledBy = new Map<string, string[]>();
  for (const entry of entries) {
    if (!entry.calls) continue;
    const [own] = sessionsFor(entry);
    const id = entry.identity === undefined ? own?.id : answerId(entry.identity);
    if (id === undefined || !serves(live.get(id), entry)) continue;
    put(calledBy, id, entry.name);
  }
  const unknown = new Set(
    entries.flatMap(({ request, identity }) => (request && identity === undefined ? [request.source.profile] : [])),
  );

  const roots = new Map<string, string>();
  /** The session at the bottom of a role, which may be one that is on disk no more. */
  const rootOf = (session: SessionRecord): string => {
    const passed = new Set<string>();
    let id = session.id;
    for (let next: string | undefined = id; next !== undefined && !passed.has(next); next = all.get(next)?.sourceId) {
      passed.add(next);
      id = next;
      if (roots.has(id)) break;
    }
    const root = roots.get(id) ?? leads.get(id)?.root ?? id;
    for (const one of passed) roots.set(one, root);
    return root;
  };
  const report = (session: SessionRecord): SessionReport => {
    const { id, sourceId, issuedAtMs, expiresAtMs, role } = session;
    const lead = leads.get(id);
    const isOwn = lead?.isDirect === true || expiresAtMs - issuedAtMs > CHAINED_MS;
    const root = role === undefined || isOwn ? undefined : rootOf(session);
    const leftMs = remainingMs(session, now);
    return {
      id,
      kind: role === undefined ? "mfa" : "role",
      source: isOwn ? null : (sourceId ?? null),
      profile: session.profile,
      calledBy: calledBy.get(id) ?? [],
      inUse: lead !== undefined ? true : !isWhole || unknown.has(session.profile) ? null : false,
      account: session.accountId ?? null,
      device: session.device ?? null,
      role: role ?? null,
      keyEnd: lead?.keyEnd ?? null,
      issuedAt: timeOf(issuedAtMs),
      expiresAt: timeOf(expiresAtMs),
      expiresAtHere: timeOf(now.wallMs + leftMs),
      secondsLeft: Math.floor(leftMs / 1000),
      lifetimeSeconds: Math.max(0, Math.round((expiresAtMs - issuedAtMs) / 1000)),
      state: isFresh(session, now) ? "fresh" : leftMs > LEAST_REMAINING_MS ? "due" : "ending",
      renewsWithoutCode: root !== undefined && root !== id && usable(root) !== undefined,
    };
  };
  return {
    listed: inOrder([...live.values()].map(report), leads),
    isServed,
    descendantsOf: (ids) => descendantsOf(ids, sessions),
  };
}

/** ISO 8601 for milliseconds since 1970, whatever they are. */
export function timeOf(ms: number): Time {
  return new Date(Math.max(-FARTHEST_MS, Math.min(FARTHEST_MS, ms))).toISOString();
}

function leadsOf(entries: readonly Entry[]): Map<string, Lead> {
  const leads = new Map<string, Lead>();
  for (const [order, { request, identity }] of entries.entries()) {
    if (request === undefined || identity === undefined) continue;
    const root = identity.sessionId;
    const { role, keyEnd } = describeSource(request, identity);
    for (const id of [root, ...identity.roleIds]) {
      const isDirect = id === root && role !== undefined;
      if (!leads.has(id)) leads.set(id, { order, root, isDirect, keyEnd: keyEnd ?? null });
    }
  }
  return leads;
}

/** Sessions as the config has them, then those to which nothing leads, longest first; each followed by what was taken with it. */
function inOrder(reports: readonly SessionReport[], leads: ReadonlyMap<string, Lead>): SessionReport[] {
  const listed = new Set(reports.map(({ id }) => id));
  const orderOf = ({ id }: SessionReport): number => leads.get(id)?.order ?? Number.MAX_SAFE_INTEGER;
  const sorted = [...reports].sort(
    (one, other) =>
      orderOf(one) - orderOf(other) || other.secondsLeft - one.secondsLeft || (one.id < other.id ? -1 : 1),
  );
  const children = new Map<string, SessionReport[]>();
  const tops: SessionReport[] = [];
  for (const one of sorted) {
    // A role in between may be over, or never have been kept: it stands below the session at the bottom then.
    const parent = [one.source, leads.get(one.id)?.root].find((id) => id && id !== one.id && listed.has(id));
    if (parent === undefined || parent === null) tops.push(one);
    else put(children, parent, one);
  }
  const ordered = new Set<SessionReport>();
  const add = (top: SessionReport): void => {
    for (const left = [top]; left.length > 0; ) {
      const one = left.pop();
      if (one === undefined || ordered.has(one)) continue;
      ordered.add(one);
      left.push(...(children.get(one.id) ?? []).toReversed());
    }
  };
  tops.forEach(add);
  // Files that name each other as their source have no top.
  sorted.forEach(add);
  return [...ordered];
}

function descendantsOf(ids: Iterable<string>, sessions: readonly SessionRecord[]): Set<string> {
  const found = new Set(ids);
  for (let before = -1; before !== found.size; ) {
    before = found.size;
    for (const { id, sourceId } of sessions) if (sourceId !== undefined && found.has(sourceId)) found.add(id);
  }
  return found;
}

function put<T>(map: Map<string, T[]>, key: string, value: T): void {
  const values = map.get(key);
  if (values === undefined) map.set(key, [value]);
  else values.push(value);
}
