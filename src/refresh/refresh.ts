/** The only file that knows the order: lock, re-read, code, STS, cache, release. Everything here is cold. */

import type { CacheDirectory } from "../cache/directory.ts";
import { isStatic } from "../keys/long-term-keys.ts";
import type { SessionRequest } from "../profile/request.ts";
import { firstOf } from "../runtime/abort.ts";
import { now } from "../runtime/clock.ts";
import type { Context } from "../runtime/context.ts";
import { AskonceError } from "../runtime/errors.ts";
import { type Identity, identify, keySourceId, userIdOf } from "../session/identity.ts";
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
import { type Announcements, announcementsOf } from "./asking/announcements.ts";
import { nobodyToAsk } from "./asking/nobody-to-ask.ts";
import type { Places } from "./asking/place.ts";
import { placesOf } from "./asking/places.ts";
import { findDevice } from "./device/find.ts";
import type { Asking, RefreshInput } from "./input.ts";
import { refuseLoop } from "./loop-guard.ts";
import { refreshRoleSession } from "./role-session.ts";
import { signingKeys } from "./signing-keys.ts";
import { refreshMfaSession } from "./source/mfa.ts";
import { openStore } from "./store/store.ts";
import { type Attempt, type Refresh, StartOver } from "./work.ts";

/** How long a person has to answer while what is valid can still be served, and AWS after that or where nobody is asked. */
const EARLY_ANSWER_MS = 15_000;
const EARLY_AWS_MS = 5_000;
/** A key that was rotated, a device that was replaced, and once more for bad luck. */
const MOST_STARTS = 3;
/** Left of the deadline for serving what is valid after all. */
const SERVING_MS = 700;

/** Makes what the cache does not have; where nothing comes of it, what is valid of it is served. Throws AskonceError. */
export async function refresh(
  request: SessionRequest,
  cache: CacheDirectory,
  context: Context,
  asking: Asking = {},
): Promise<StoredSession> {
  refuseLoop(request, context);
  const store = openStore(cache, context);
  const known = knownIdentity(request, store.users.read);
  // Without the key's id nothing is known to wait for, and the program that has it would be run for nothing.
  if (known === undefined && !isStatic(request.keys) && !mayGetCode(request, asking)) throw nobodyToAsk(request);
  const input = { request, store, context, asking };
  // Whoever types login wants the new one, and is asked at leisure.
  const atHand = known === undefined || asking.anew === true ? undefined : usable(input, known, request.roles.length);
  const session =
    known !== undefined && atHand !== undefined && meets(atHand, request, context.startedAtMs, now())
      ? await renewEarly(input, known, atHand)
      : await make({ ...input, isEarly: false }).catch((error) => {
          throw atHand === undefined ? error : tooShort(error, request, atHand);
        });
  context.afterwards.push(() => store.sweep());
  return session;
}

/** Renews what may still be served, within a bounded time, and serves it when that fails. */
async function renewEarly(
  input: Omit<RefreshInput, "isEarly">,
  known: Identity,
  valid: StoredSession,
): Promise<StoredSession> {
  const { request, store, context } = input;
  // A role is renewed without a code while there is a session below it.
  const asksSomebody = request.roles.length === 0 || usable(input, known, 0) === undefined;
  if (asksSomebody && store.sessions.wasDeclined(valid)) return valid;
  const bounded = within(context, (asksSomebody ? EARLY_ANSWER_MS : 0) + EARLY_AWS_MS);
  try {
    return await make({ ...input, context: bounded, isEarly: true });
  } catch (error) {
    const code = error instanceof AskonceError ? error.code : "bug";
    if (code === "interrupted" || !isUsable(valid, now())) throw error;
    context.log("renewal failed, serving what is valid", { error: code });
    // Somebody was asked, or may have been: once is enough while this one lasts.
    if (asksSomebody && code !== "locked" && code !== "nobody-to-ask") store.sessions.noteDeclined(valid);
    return valid;
  }
}

async function make(input: RefreshInput): Promise<StoredSession> {
  const { request, store } = input;
  const announcements = announcementsOf(request, store.locks);
  const places = placesOf(input);
  if ((await places.find()) !== undefined) await announcements.announce("will-ask");
  try {
    return await makeFromStart(input, announcements, places);
  } finally {
    await announcements.withdraw("will-ask", "has-code");
  }
}

/** From whose keys and which device, once more when one of them turns out to be another. */
async function makeFromStart(
  input: RefreshInput,
  announcements: Announcements,
  places: Places,
): Promise<StoredSession> {
  const { request, store, context, asking } = input;
  const keys = signingKeys(request, store, context);
  if (asking.anew === true) store.failures.clear(keySourceId(request.keys));
  let typed: string | undefined;
  for (let startsLeft = MOST_STARTS; ; startsLeft--) {
    const accessKeyId = await keys.id();
    if (asking.anew === true) store.failures.clear(userIdOf(request, accessKeyId));
    const { serial, userName } = await findDevice({ request, accessKeyId, keys, store, context, announcements });
    const identity = identify(request, accessKeyId, serial);
    const given = typed === undefined ? {} : { typed };
    try {
      return await obtain(
        { ...input, identity, keys, announcements, places, userName, ...given },
        request.roles.length,
        "print",
      );
    } catch (error) {
      if (!(error instanceof StartOver)) throw error;
      if (startsLeft === 1) throw error.otherwise;
      typed = error.typed;
    }
  }
}

function mayGetCode(request: SessionRequest, asking: Asking): boolean {
  return asking.code !== undefined || request.mfaProcess !== undefined || request.prompt !== "none";
}

/**
 * The session at one height of the chain: 0 is the MFA session, 1 the first role's.
 *
 * @param purpose what is to be printed has to be fresh; for an AssumeRole anything usable is enough
 */
async function obtain(refresh: Refresh, height: number, purpose: "print" | "source"): Promise<StoredSession> {
  const { request, store, identity, context, isEarly } = refresh;
  const isPrinted = height === request.roles.length;
  const isEnough = (session: SessionRecord): boolean =>
    (purpose === "print" ? isFresh : isUsable)(session, now()) &&
    (!isPrinted || meets(session, request, context.startedAtMs, now())) &&
    isAccepted(request, session) &&
    (height > 0 || usesGivenCode(refresh, session));
  const current = store.sessions.read(idAt(identity, height));
  if (current !== undefined && isEnough(current)) return current;
  const answerUntilMs = isEarly ? Date.now() + EARLY_ANSWER_MS : Number.POSITIVE_INFINITY;
  const attempt: Attempt = { isEnough, answerUntilMs };
  return height === 0 ? refreshMfaSession(refresh, attempt) : refreshRole(refresh, height, attempt);
}

/** The same with less time: what is valid has to be served before the caller gives up. */
function within(context: Context, ms: number): Context {
  const endsAtMs = Math.min(context.deadline.endsAtMs - SERVING_MS, Date.now() + ms);
  const timeIsUp = new AbortController();
  const error = new AskonceError("unreachable", "the renewal took too long", undefined, "deadline-passed");
  setTimeout(() => timeIsUp.abort(error), Math.max(0, endsAtMs - Date.now())).unref();
  return { ...context, deadline: { endsAtMs, signal: firstOf([context.deadline.signal, timeIsUp.signal]) } };
}

/** A code that was given with the command is there to be used: only a session that is younger than the command makes it needless. */
function usesGivenCode({ asking, context }: Refresh, session: Session): boolean {
  return asking.code === undefined || wasMadeSince(session, context.startedAtMs, now());
}

/** What is at hand at this height and may still be served. */
function usable(
  { request, store }: Pick<Refresh, "request" | "store">,
  identity: Identity,
  height: number,
): StoredSession | undefined {
  const session = store.sessions.read(idAt(identity, height));
  return session !== undefined && isUsable(session, now()) && isAccepted(request, session) ? session : undefined;
}

/** A role, taken with the session below it. Where AWS says that this one is dead, it is made anew once. */
async function refreshRole(refresh: Refresh, height: number, attempt: Attempt): Promise<StoredSession> {
  const { store, request } = refresh;
  const role = request.roles[height - 1];
  if (role === undefined) throw new Error(`no role at height ${height}`);
  for (let triesLeft = 2; ; triesLeft--) {
    const purpose = refresh.asking.anew === true ? "print" : "source";
    const source = await obtain(refresh, height - 1, purpose);
    const session = await refreshRoleSession(refresh, { id: idAt(refresh.identity, height), role, source }, attempt);
    if (session !== "source is dead") return session;
    store.sessions.drop(source);
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

/** Why what is at hand was not served: the wish that it does not meet. */
function tooShort(error: unknown, request: SessionRequest, atHand: Session): unknown {
  if (!(error instanceof AskonceError) || error.code !== "nobody-to-ask") return error;
  const left = formatDuration(remainingMs(atHand, now()) / 1000);
  const wish = request.isForced
    ? "a new one is asked for"
    : `${formatDuration(request.minRemainingSeconds)} are asked for`;
  const { code, message, hint, reason } = error;
  return new AskonceError(code, `${message}: the cached one has ${left} left and ${wish}`, hint, reason);
}
