/** The only file that knows the order: lock, re-read, source, roles, cache, release. A cache hit never loads it. */

import type { CacheDirectory } from "../cache/directory.ts";
import type { SessionRequest } from "../profile/request.ts";
import { firstOf } from "../runtime/abort.ts";
import { now } from "../runtime/clock.ts";
import type { Context } from "../runtime/context.ts";
import { AskonceError } from "../runtime/errors.ts";
import type { Identity } from "../session/identity.ts";
import { knownIdentity } from "../session/known-identity.ts";
import {
  isFresh,
  isUsable,
  isYoungEnough,
  meets,
  remainingMs,
  type Session,
  wasMadeSince,
} from "../session/session.ts";
import type { SessionRecord, StoredSession } from "../session/stored-session.ts";
import { formatDuration } from "../text/times.ts";
import type { Asking, RefreshInput } from "./input.ts";
import { refuseLoop } from "./loop-guard.ts";
import { type Renewal, refreshRoleSession } from "./role-session.ts";
import type { Attempt, Made, Source } from "./source/source.ts";
import { sourceOf } from "./source/source-of.ts";
import { openStore } from "./store/store.ts";

/** How long a person has to answer while a cached session can still be served, and how long AWS has in addition. */
const EARLY_ANSWER_MS = 15_000;
const EARLY_AWS_MS = 5_000;
/** One for a rotated key, one for a replaced device, and one more. */
const MOST_STARTS = 3;
/** Kept of the deadline to serve the cached session after all. */
const SERVING_MS = 700;

/** Makes a new session. If that fails, a cached one that is still usable is served. Throws AskonceError. */
export async function refresh(
  request: SessionRequest,
  cache: CacheDirectory,
  context: Context,
  asking: Asking = {},
): Promise<StoredSession> {
  refuseLoop(request, context);
  const store = openStore(cache, context);
  const known = knownIdentity(request, store.users.read);
  const input = { request, store, context, asking };
  // `login` always makes a new one, and takes its time.
  const cached = known === undefined || asking.anew === true ? undefined : usable(input, known, request.roles.length);
  const session =
    known !== undefined && cached !== undefined && meets(cached, request, context.startedAtMs, now())
      ? await renewEarly(input, known, cached)
      : await make({ ...input, isEarly: false }).catch((error) => {
          throw cached === undefined ? error : tooShort(error, request, cached);
        });
  context.afterwards.push(() => store.sweep());
  return session;
}

/** Renews a session that may still be served, within a bounded time, and serves it if that fails. */
async function renewEarly(
  input: Omit<RefreshInput, "isEarly">,
  known: Identity,
  valid: StoredSession,
): Promise<StoredSession> {
  const { request, store, context } = input;
  // A role is renewed without a prompt while the source's session is usable.
  const mayPrompt = request.roles.length === 0 || usable(input, known, 0) === undefined;
  if (mayPrompt && store.sessions.wasDeclined(valid)) return valid;
  const bounded = within(context, (mayPrompt ? EARLY_ANSWER_MS : 0) + EARLY_AWS_MS);
  try {
    return await make({ ...input, context: bounded, isEarly: true });
  } catch (error) {
    const code = error instanceof AskonceError ? error.code : "bug";
    if (code === "interrupted" || !isUsable(valid, now())) throw error;
    context.log("renewal failed, serving what is valid", { error: code });
    // The user may have been prompted: once is enough while this session lasts.
    if (mayPrompt && code !== "locked" && code !== "nobody-to-ask") store.sessions.noteDeclined(valid);
    return valid;
  }
}

async function make(input: RefreshInput): Promise<StoredSession> {
  const source = sourceOf(input);
  try {
    await source.begin();
    return await makeFromStart(input, source);
  } finally {
    await source.end();
  }
}

/** Starts over when the source turns out to be another one. */
async function makeFromStart(input: RefreshInput, source: Source): Promise<StoredSession> {
  for (let startsLeft = MOST_STARTS; ; startsLeft--) {
    const renewal = { ...input, source: await source.identify() };
    const made = await obtain(renewal, input.request.roles.length, "print");
    if (made.kind === "session") return made.session;
    if (startsLeft === 1) throw made.otherwise;
  }
}

/**
 * The session at one height of the chain: 0 is the source's session, 1 the first role's.
 *
 * @param purpose credentials to print must be fresh; for an AssumeRole any usable session is enough
 */
async function obtain(renewal: Renewal, height: number, purpose: "print" | "assume"): Promise<Made> {
  const { request, store, source, context, isEarly } = renewal;
  const isPrinted = height === request.roles.length;
  const isEnough = (session: SessionRecord): boolean =>
    (purpose === "print" ? isFresh : isUsable)(session, now()) &&
    (!isPrinted || meets(session, request, context.startedAtMs, now())) &&
    isAccepted(request, session) &&
    (height > 0 || usesGivenCode(renewal, session));
  const current = store.sessions.read(idAt(source.identity, height));
  if (current !== undefined && isEnough(current)) return { kind: "session", session: current };
  const answerUntilMs = isEarly ? Date.now() + EARLY_ANSWER_MS : Number.POSITIVE_INFINITY;
  const attempt: Attempt = { isEnough, answerUntilMs };
  return height === 0 ? source.make(attempt) : obtainRole(renewal, height, attempt);
}

/** The same context with less time: the cached session must be served before the caller gives up. */
function within(context: Context, ms: number): Context {
  const endsAtMs = Math.min(context.deadline.endsAtMs - SERVING_MS, Date.now() + ms);
  const timeIsUp = new AbortController();
  const error = new AskonceError("unreachable", "the renewal took too long", undefined, "deadline-passed");
  setTimeout(() => timeIsUp.abort(error), Math.max(0, endsAtMs - Date.now())).unref();
  return { ...context, deadline: { endsAtMs, signal: firstOf([context.deadline.signal, timeIsUp.signal]) } };
}

/** A code that was given with the command is used, unless the session is younger than the command. */
function usesGivenCode({ asking, context }: RefreshInput, session: Session): boolean {
  return asking.code === undefined || wasMadeSince(session, context.startedAtMs, now());
}

/** The cached session at this height, if it may still be served. */
function usable(
  { request, store }: Pick<RefreshInput, "request" | "store">,
  identity: Identity,
  height: number,
): StoredSession | undefined {
  const session = store.sessions.read(idAt(identity, height));
  return session !== undefined && isUsable(session, now()) && isAccepted(request, session) ? session : undefined;
}

/** A role, assumed with the session below it. If AWS no longer accepts that session, it is made again once. */
async function obtainRole(renewal: Renewal, height: number, attempt: Attempt): Promise<Made> {
  const { store, request } = renewal;
  const role = request.roles[height - 1];
  if (role === undefined) throw new Error(`no role at height ${height}`);
  const id = idAt(renewal.source.identity, height);
  for (let triesLeft = 2; ; triesLeft--) {
    const below = await obtain(renewal, height - 1, renewal.asking.anew === true ? "print" : "assume");
    if (below.kind !== "session") return below;
    const made = await refreshRoleSession(renewal, { id, role, below: below.session }, attempt);
    if (made.kind === "session") return made;
    store.sessions.drop(below.session);
    if (triesLeft === 1) {
      throw new AskonceError(
        "refused",
        `AWS does not know the new session of ${request.name} either`,
        "check that the user of its keys still exists",
        "session-rejected",
      );
    }
  }
}

function idAt(identity: Identity, height: number): string {
  return (height === 0 ? identity.sessionId : identity.roleIds[height - 1]) ?? identity.sessionId;
}

function isAccepted(request: SessionRequest, session: Session): boolean {
  return isYoungEnough(session, now(), request.sessionDurationSeconds * 1000);
}

/** Adds why the cached session was not served: what it does not meet. */
function tooShort(error: unknown, request: SessionRequest, cached: Session): unknown {
  if (!(error instanceof AskonceError) || error.code !== "nobody-to-ask") return error;
  const left = formatDuration(remainingMs(cached, now()) / 1000);
  const wish = request.isForced
    ? "a new one is asked for"
    : `${formatDuration(request.minRemainingSeconds)} are asked for`;
  const { code, message, hint, reason } = error;
  return new AskonceError(code, `${message}: the cached one has ${left} left and ${wish}`, hint, reason);
}
