/** Makes a status report of what is on the disk now. It waits for nothing, asks nobody and changes nothing. */

import { readSharedFiles, type SharedFiles } from "../../aws-files/read.ts";
import { type CacheDirectory, lookAtCache } from "../../cache/directory.ts";
import { lookAtSessions, type SeenSessions } from "../../cache/look.ts";
import { namesIn } from "../../disk/private-directory.ts";
import type { Held } from "../../locking/lock-state.ts";
import { resolveRequest } from "../../profile/request.ts";
import { parseAsker } from "../../refresh/asking/asking-lock.ts";
import { parseStepLock, type Step } from "../../refresh/lock-names.ts";
import { type Moment, now } from "../../runtime/clock.ts";
import type { Environment } from "../../runtime/environment.ts";
import { AskonceError } from "../../runtime/errors.ts";
import { describeSource, lockIdsOf, sessionIdsOf } from "../../session/describe.ts";
import { shellWord } from "../../text/shell-words.ts";
import { type Entry, entriesOf } from "./profiles.ts";
import type { MissingReport, StatusReport, WaitingReport, WorkingReport } from "./report.ts";
import { type Family, familyOf, timeOf } from "./sessions.ts";

const STEPS = { exchange: "sending", find: "device", choose: "choice", keys: "keys" } as const satisfies Record<
  Step,
  string
>;
const NOTHING: SeenSessions = { sessions: [], passedOver: 0 };

/** The report, of all there is or of what is about one profile. Throws `configuration` for a name that is neither a profile's nor a session's. */
export async function collectStatus(
  root: string,
  name: string | undefined,
  env: Environment,
  uid: number | undefined,
): Promise<StatusReport> {
  const [cache, problem] = lookAt(root, uid);
  const [files, error] = await filesOf(env);
  const seen = cache.usable ? lookAtSessions(cache.sessions, uid) : NOTHING;
  const held = cache.usable ? await heldOrNone(cache.locks) : [];
  const at = now();
  const entries = files === undefined ? [] : entriesOf(files, env, cache, uid);
  const family = familyOf(seen.sessions, entries, files !== undefined, at);
  const whole: StatusReport = {
    version: 1,
    at: timeOf(at.wallMs),
    cache: { directory: root, problem },
    sessions: family.listed,
    withoutSession: missingOf(entries, family, name),
    waiting: held.flatMap((one) => waitingOf(one, at) ?? []).sort(oldestFirst),
    working: held.flatMap((one) => workingOf(one, entries, at) ?? []).sort(oldestFirst),
    problems: problemsOf(seen, error, cache),
  };
  if (name === undefined) return whole;
  const entry = entries.find((one) => one.name === name);
  const isKept = family.listed.some(({ profile }) => profile === name);
  if (entry?.request === undefined && !isKept) {
    if (error !== undefined) throw error;
    if (entry?.error !== undefined) throw entry.error;
    if (files !== undefined) resolveRequest(name, {}, files, env);
  }
  return about(whole, name, entry, family);
}

function lookAt(root: string, uid: number | undefined): [CacheDirectory, string | null] {
  try {
    const cache = lookAtCache(root, uid);
    return [cache, cache.usable ? null : cache.why];
  } catch (thrown) {
    const why = textOf(thrown);
    return [{ usable: false, root, why }, why];
  }
}

async function filesOf(env: Environment): Promise<[SharedFiles | undefined, AskonceError | undefined]> {
  try {
    return [await readSharedFiles(env), undefined];
  } catch (thrown) {
    if (thrown instanceof AskonceError) return [undefined, thrown];
    throw thrown;
  }
}

/** What tells the living from the dead takes its time to load: mostly there is no lock. */
async function heldOrNone(locks: string): Promise<Held[]> {
  if (!namesIn(locks).some((name) => name.endsWith(".lock"))) return [];
  const { heldLocks } = await import("../../locking/lock-state.ts");
  try {
    return heldLocks(locks, () => true);
  } catch {
    return [];
  }
}

function problemsOf(seen: SeenSessions, error: AskonceError | undefined, cache: CacheDirectory): string[] {
  const { passedOver, hidden } = seen;
  const directory = cache.usable ? cache.sessions : "";
  const files = passedOver === 1 ? "1 file is" : `${passedOver} files are`;
  return [
    ...(error === undefined ? [] : [textOf(error)]),
    ...(hidden === undefined ? [] : [`cannot list ${directory} (${hidden}); check who owns it and its mode`]),
    ...(passedOver === 0 ? [] : [`${files} no session that can be used, in ${directory}`]),
  ];
}

/** What happened and what to do, as on the line of an error. */
function textOf(thrown: unknown): string {
  if (!(thrown instanceof AskonceError)) throw thrown;
  return thrown.hint === undefined ? thrown.message : `${thrown.message}; ${thrown.hint}`;
}

/** All of them, or those about `name`, which is told of although it may call nothing. */
function missingOf(entries: readonly Entry[], family: Family, name: string | undefined): MissingReport[] {
  const groups = new Map<string, Entry[]>();
  for (const entry of entries) {
    if (!(entry.calls || (entry.name === name && entry.request !== undefined)) || family.isServed(entry)) continue;
    const { identity, request } = entry;
    const key =
      identity?.sessionId ?? (request === undefined ? `name ${entry.name}` : `keys ${request.source.profile}`);
    groups.set(key, [...(groups.get(key) ?? []), entry]);
  }
  return [...groups.values()].flatMap((group) => {
    const first = group.find((entry) => entry.name === name) ?? group[0];
    if (first === undefined) return [];
    const { request, identity, error } = first;
    const calledBy = group.filter(({ calls }) => calls).map((entry) => entry.name);
    const source = request === undefined ? undefined : describeSource(request, identity);
    const profile = source?.profile ?? null;
    if (name !== undefined && ![...calledBy, first.name, profile].includes(name)) return [];
    return {
      calledBy,
      profile,
      role: source?.role ?? null,
      device: source?.device ?? null,
      keyEnd: source?.keyEnd ?? null,
      problem: error === undefined ? null : textOf(error),
      login: `askonce login ${shellWord(first.name)}`,
    };
  });
}

function waitingOf(held: Held, at: Moment): WaitingReport | undefined {
  const asker = parseAsker(held);
  if (asker === undefined) return undefined;
  const { pid, caller, words, sessionId, where, sinceMs } = asker;
  const profile = asker.profile || (words[0] ?? "");
  // A program gives the code, or somebody who signs in has it.
  const isCared = where === "mfa_process" || where === "login";
  const typed = (words.length === 0 ? [profile] : words).map(shellWord).join(" ");
  const login = isCared || profile === "" ? null : `askonce login ${typed}`;
  return { pid, program: caller ?? null, profile, session: sessionId, where, ...since(sinceMs, at), login };
}

function workingOf({ name, holder }: Held, entries: readonly Entry[], at: Moment): WorkingReport | undefined {
  const working = parseStepLock(name);
  if (working === undefined) return undefined;
  const { id, step } = working;
  const entry = entries.find((one) => one.request && lockIdsOf(one.request, one.identity).includes(id));
  const profile = entry?.request?.source.profile ?? null;
  return { pid: holder.pid, step: STEPS[step], profile, ...since(holder.sinceMs, at) };
}

function since(sinceMs: number, at: Moment): { since: string; seconds: number } {
  return { since: timeOf(sinceMs), seconds: Math.max(0, Math.round((at.wallMs - sinceMs) / 1000)) };
}

function oldestFirst(one: { since: string }, other: { since: string }): number {
  return one.since < other.since ? -1 : one.since > other.since ? 1 : 0;
}

/** What of a report is about one profile: its sessions, what was taken with them, and who is at it. */
function about(whole: StatusReport, name: string, entry: Entry | undefined, family: Family): StatusReport {
  const { request, identity } = entry ?? {};
  const own = new Set(identity === undefined ? [] : sessionIdsOf(identity));
  const keys = request !== undefined && identity === undefined ? request.source.profile : undefined;
  for (const { id, kind, profile } of whole.sessions)
    if (profile === name || (kind === "mfa" && profile === keys)) own.add(id);
  const isRole = identity !== undefined && (identity.roleIds.length > 0 || request?.source.direct !== undefined);
  const ids = isRole ? own : family.descendantsOf(own);
  return {
    ...whole,
    sessions: whole.sessions.filter(({ id }) => ids.has(id)),
    waiting: whole.waiting.filter(({ profile, session }) => profile === name || ids.has(session)),
    working: whole.working.filter(({ profile }) => profile === name || profile === request?.source.profile),
  };
}
