/** The only file that knows the order: lock, re-read, code, STS, cache, release. Everything here is cold. */

import type { CacheDirectory } from "../cache/directory.ts";
import type { StoredSession } from "../cache/session-file.ts";
import { type Context, firstOf, sleep } from "../context.ts";
import { formatDuration } from "../duration.ts";
import { AskonceError } from "../errors.ts";
import { type Identity, identify, keySourceId, userIdOf } from "../identity.ts";
import { knownIdentity } from "../known-identity.ts";
import { isStatic } from "../long-term-keys.ts";
import type { SessionRequest } from "../profile/request.ts";
import { isFresh, isUsable, isYoungEnough, meets, remainingMs, type Session } from "../session.ts";
import { findDevice } from "./find-device.ts";
import { nobodyToAsk, refreshMfaSession } from "./mfa-session.ts";
import { refreshRoleSession } from "./role-session.ts";
import { signingKeys } from "./signing-keys.ts";
import { openStore, type Store } from "./store.ts";
import { type Asking, type Attempt, type Refresh, StartOver } from "./work.ts";

/** How long a person has to answer while what is valid can still be served, and AWS after that or where nobody is asked. */
const EARLY_ANSWER_MS = 15_000;
const EARLY_AWS_MS = 5_000;
/** A key that was rotated, a device that was replaced, and once more for bad luck. */
const MOST_STARTS = 3;
/** For taking the lock to ask under, on a busy machine too. */
const HEAD_START_MS = 400;
/** Left of the deadline for serving what is valid after all. */
const SERVING_MS = 700;

/** Makes what the cache does not have. Throws AskonceError. */
export async function refresh(
  request: SessionRequest,
  cache: CacheDirectory,
  context: Context,
  asking: Asking = {},
): Promise<StoredSession> {
  const store = openStore(cache, context);
  const known = cache.usable ? knownIdentity(request, cache, context.uid) : undefined;
  // Without the key's id nothing is known to wait for, and the program that has it would be run for nothing.
  if (known === undefined && !isStatic(request.keys) && !mayGetCode(request, asking)) throw nobodyToAsk(request.name);
  const fallback = known === undefined || asking.anew === true ? undefined : servable(store, request, known, context);
  try {
    const session = await refreshFromStart(request, store, context, asking, fallback);
    await store.sweep();
    return session;
  } catch (error) {
    if (fallback === undefined || !isUsable(fallback, Date.now()) || isInterruption(error)) throw error;
    context.log("renewal failed, serving what is valid", { error: codeOf(error) });
    return fallback;
  }
}

/** From whose keys and which device, once more when one of them turns out to be another. */
async function refreshFromStart(
  request: SessionRequest,
  store: Store,
  context: Context,
  asking: Asking,
  fallback: StoredSession | undefined,
): Promise<StoredSession> {
  const keys = signingKeys(request, store, context);
  if (asking.anew === true) store.clearFailures(keySourceId(request.keys));
  const finding = fallback === undefined ? context : within(context, EARLY_ANSWER_MS + EARLY_AWS_MS);
  let typed: string | undefined;
  for (let startsLeft = MOST_STARTS; ; startsLeft--) {
    const accessKeyId = await keys.id();
    if (asking.anew === true) store.clearFailures(userIdOf(request, accessKeyId));
    const { serial, userName } = await findDevice({ request, accessKeyId, keys, store, context: finding });
    const identity = identify(request, accessKeyId, serial);
    const given = typed === undefined ? {} : { typed };
    try {
      return await obtain(
        { request, identity, keys, userName, store, context, asking, fallback, ...given },
        request.roles.length,
        "print",
        false,
      );
    } catch (error) {
      if (!(error instanceof StartOver)) throw error;
      if (startsLeft === 1) throw error.otherwise;
      typed = error.typed;
      // Who has a code that is good for the new device goes first: nobody else asks for another.
      if (typed === undefined) await sleep(HEAD_START_MS, context.signal);
    }
  }
}

function mayGetCode(request: SessionRequest, asking: Asking): boolean {
  return asking.code !== undefined || request.mfaProcess !== undefined || request.prompt !== "none";
}

/** What is there to print of this key and device, if it may be served at all. */
function servable(
  store: Store,
  request: SessionRequest,
  identity: Identity,
  context: Context,
): StoredSession | undefined {
  const nowMs = Date.now();
  const session = store.session(idAt(identity, request.roles.length));
  if (session === undefined || !isUsable(session, nowMs)) return undefined;
  if (!meets(session, request, context.startedAtMs, nowMs)) return undefined;
  const isRole = request.roles.length > 0 || request.direct !== undefined;
  return isRole || isYoungEnough(session, nowMs, request.sessionDurationSeconds * 1000) ? session : undefined;
}

/**
 * The session at one height of the chain: 0 is the MFA session, 1 the first role's.
 *
 * @param purpose what is to be printed has to be fresh; for an AssumeRole anything usable is enough
 * @param isEarly something valid is at hand above: nobody waits for this one
 */
async function obtain(
  refresh: Refresh,
  height: number,
  purpose: "print" | "source",
  isEarly: boolean,
): Promise<StoredSession> {
  const { store, context } = refresh;
  const meetsWishes = (session: StoredSession): boolean =>
    height < refresh.request.roles.length || meets(session, refresh.request, context.startedAtMs, Date.now());
  const isEnough = (session: StoredSession): boolean =>
    (purpose === "print" ? isFresh : isUsable)(session, Date.now()) &&
    meetsWishes(session) &&
    (height > 0 || (isAccepted(refresh, session) && usesGivenCode(refresh, session)));
  const current = store.session(idAt(refresh.identity, height));
  if (current !== undefined && isEnough(current)) return current;
  // Whoever types login wants the new one, and is asked at leisure.
  const isPrinted = height === refresh.request.roles.length;
  const atHand =
    refresh.asking.anew === true ? undefined : (usable(refresh, height) ?? (isPrinted ? refresh.fallback : undefined));
  const valid = atHand !== undefined && meetsWishes(atHand) ? atHand : undefined;
  const asksSomebody = needsCode(refresh, height);
  if (valid !== undefined && asksSomebody && store.wasDeclined(valid)) return valid;
  const early = isEarly || valid !== undefined;
  const attempt: Attempt = {
    isEnough,
    early,
    answerUntilMs: early ? Date.now() + EARLY_ANSWER_MS : Number.POSITIVE_INFINITY,
  };
  const boundMs = (asksSomebody ? EARLY_ANSWER_MS : 0) + EARLY_AWS_MS;
  const bounded = valid === undefined ? refresh : { ...refresh, context: within(context, boundMs) };
  try {
    return height === 0 ? await refreshMfaSession(bounded, attempt) : await refreshRole(bounded, height, attempt);
  } catch (error) {
    if (error instanceof StartOver || isInterruption(error)) throw error;
    if (valid === undefined || !isUsable(valid, Date.now()))
      throw atHand === undefined ? error : tooShort(error, refresh, atHand);
    const code = codeOf(error);
    context.log("renewal failed, serving what is valid", { error: code });
    // Somebody was asked, or may have been: once is enough while this one lasts.
    if (asksSomebody && code !== "locked" && code !== "nobody-to-ask") store.keepDeclined(valid);
    return valid;
  }
}

/** The same with less time: what is valid has to be served before the caller gives up. */
function within(context: Context, ms: number): Context {
  const endsAtMs = Math.min(context.endsAtMs - SERVING_MS, Date.now() + ms);
  const timeIsUp = new AbortController();
  const error = new AskonceError("unreachable", "the renewal took too long");
  setTimeout(() => timeIsUp.abort(error), Math.max(0, endsAtMs - Date.now())).unref();
  return { ...context, endsAtMs, signal: firstOf([context.signal, timeIsUp.signal]) };
}

/** A code that was given with the command is there to be used: only a session that is younger than the command makes it needless. */
function usesGivenCode({ asking, context }: Refresh, session: Session): boolean {
  return asking.code === undefined || session.issuedAtMs - session.clockOffsetMs >= context.startedAtMs;
}

/** What is at hand at this height and may still be served. */
function usable(refresh: Refresh, height: number): StoredSession | undefined {
  const session = refresh.store.session(idAt(refresh.identity, height));
  if (session === undefined || !isUsable(session, Date.now())) return undefined;
  return height > 0 || isAccepted(refresh, session) ? session : undefined;
}

/** True when a renewal at this height would ask somebody: a role is renewed without a code while there is a session below it. */
function needsCode(refresh: Refresh, height: number): boolean {
  return height === 0 || usable(refresh, 0) === undefined;
}

/** A role, taken with the session below it. Where AWS says that this one is dead, it is made anew once. */
async function refreshRole(refresh: Refresh, height: number, attempt: Attempt): Promise<StoredSession> {
  const { store, request } = refresh;
  const role = request.roles[height - 1];
  if (role === undefined) throw new Error(`no role at height ${height}`);
  for (let triesLeft = 2; ; triesLeft--) {
    const purpose = refresh.asking.anew === true ? "print" : "source";
    const source = await obtain(refresh, height - 1, purpose, attempt.early);
    const session = await refreshRoleSession(refresh, { id: idAt(refresh.identity, height), role, source }, attempt);
    if (session !== "source is dead") return session;
    if (store.session(source.id)?.accessKeyId === source.accessKeyId) store.dropSession(source.id);
    if (triesLeft === 1) {
      throw new AskonceError(
        "refused",
        `AWS does not know the new session of ${request.name} either`,
        "check that the user of its keys still exists",
      );
    }
  }
}

function idAt(identity: Identity, height: number): string {
  return (height === 0 ? identity.sessionId : identity.roleIds[height - 1]) ?? identity.sessionId;
}

function isAccepted({ request }: Refresh, session: Session): boolean {
  return request.direct !== undefined || isYoungEnough(session, Date.now(), request.sessionDurationSeconds * 1000);
}

/** Why what is at hand was not served: the wish that it does not meet. */
function tooShort(error: unknown, { request }: Refresh, atHand: Session): unknown {
  if (!(error instanceof AskonceError) || error.code !== "nobody-to-ask") return error;
  const left = formatDuration(remainingMs(atHand, Date.now()) / 1000);
  const wish = request.isForced
    ? "a new one is asked for"
    : `${formatDuration(request.minRemainingSeconds)} are asked for`;
  return new AskonceError(error.code, `${error.message}: the cached one has ${left} left and ${wish}`, error.hint);
}

function codeOf(error: unknown): string {
  return error instanceof AskonceError ? error.code : "bug";
}

function isInterruption(error: unknown): boolean {
  return error instanceof AskonceError && error.code === "interrupted";
}
