/** A new MFA session: who asks, the code, sts:GetSessionToken, the cache; or the session that somebody else made meanwhile. */

import type { CodeRejection } from "../../aws/failure.ts";
import { requesterOf } from "../../caller/requester.ts";
import type { HeldLock } from "../../locking/lock.ts";
import { noCode } from "../../mfa/ask-code.ts";
import { rejectionComplaint, spentComplaint } from "../../mfa/prompt-text.ts";
import { nextCodeInMs } from "../../mfa/used-codes.ts";
import { sleep } from "../../runtime/abort.ts";
import { steadyMs } from "../../runtime/clock.ts";
import { AskonceError } from "../../runtime/errors.ts";
import type { StoredSession } from "../../session/stored-session.ts";
import { terminalToAskOn } from "../../terminal/ask.ts";
import { hasCode, isLed } from "../asking/announcements.ts";
import { askCode, isOwnDeadline, tellOnTerminal } from "../asking/ask-code.ts";
import { askersOf, noteOf } from "../asking/askers.ts";
import { nobodyToAsk } from "../asking/nobody-to-ask.ts";
import { type Notified, notifyUser } from "../asking/notify.ts";
import { NOTIFICATION, type Place } from "../asking/place.ts";
import { teller } from "../asking/tell-waiting.ts";
import { connectionFor, serverNowMs } from "../connection.ts";
import { askLock, askPrefix } from "../lock-names.ts";
import { heldElsewhere, underLock, waiting } from "../under-lock.ts";
import { type Attempt, enough, isStale, type Refresh, StartOver } from "../work.ts";
import { exchangeCode } from "./exchange-code.ts";
import { forgetChoice, lookUpAgain, notAccepted } from "./rejection.ts";

const MOST_REJECTIONS = 3;
/** Somebody who reads the other question now types his code there; if nobody does, nobody may be sitting there. */
const WINDOW_GIVES_WAY_MS = 10_000;
/** Trouble with an endpoint would cost every waiter of the command another code; it is shared with those who use the same. */
const ENDPOINT_TROUBLE = new Set<string>(["unreachable", "request-refused"]);

/** Throws AskonceError; what others may share of it is on disk by then. */
export async function refreshMfaSession(refresh: Refresh, attempt: Attempt): Promise<StoredSession> {
  const { store, context, identity, asking, request } = refresh;
  const id = identity.sessionId;
  if (asking.anew === true) {
    store.failures.clear(id);
    store.windows.endPause();
  }
  const made = await exchangeTyped(refresh, attempt);
  if (made !== undefined) return made;
  const { places } = refresh;
  const turn = waiting(store.locks, context);
  const tell = teller(refresh);
  const startedAtMs = steadyMs();
  let notified: Notified | undefined;
  try {
    for (;;) {
      const place = await places.find();
      const session = settled(refresh, attempt, place);
      if (session !== undefined) return session;
      const lock =
        place !== undefined && mayLead(refresh, place, startedAtMs)
          ? await store.locks.tryLock(askLock(id, place.id), noteOf(request, requesterOf(context), place))
          : undefined;
      if (place !== undefined && lock !== undefined) {
        const outcome = await lead(refresh, attempt, place, lock);
        if (outcome !== "not-ours") return outcome;
        await places.giveUp(place);
        continue;
      }
      if (refresh.isEarly) throw heldElsewhere();
      // Others wait for who is on the way to ask, and it would be waiting for itself.
      if (place === undefined) await refresh.announcements.withdraw("will-ask");
      if (place === undefined && notified === undefined && !isWaitedFor(refresh)) {
        const late = enough(refresh, attempt);
        if (late !== undefined) return late;
        notified = await notifyUser(refresh);
        // Somebody else may be notifying for the same session at this moment.
        if (notified === undefined && !isWaitedFor(refresh)) throw nobodyToAsk(request, store.windows.pausedUntilMs());
      }
      await tell();
      await turn(notified === undefined ? "a lock" : "the code");
    }
  } catch (error) {
    notified?.unanswered();
    throw error;
  } finally {
    await notified?.end();
  }
}

/** Somebody else is at it. With nobody to ask it is waited for; where nobody is to be asked at all, it is not. */
function isWaitedFor({ request, store, identity }: Refresh): boolean {
  return request.prompt !== "none" && isLed(request, store.locks, askPrefix(identity.sessionId));
}

/** Not while somebody has a code; and a window gives a question that stands elsewhere a while to be answered. */
function mayLead({ request, store, identity }: Refresh, place: Place, startedAtMs: number): boolean {
  if (hasCode(request, store.locks)) return false;
  if (place.kind !== "window" || steadyMs() - startedAtMs > WINDOW_GIVES_WAY_MS) return true;
  return !askersOf(store.locks, identity.sessionId).some(
    (one) => one.place !== place.id && one.place !== NOTIFICATION.id,
  );
}

/** The session for a code that is typed already: whoever has one asks nobody and waits for no turn to ask. */
async function exchangeTyped(refresh: Refresh, attempt: Attempt): Promise<StoredSession | undefined> {
  if (refresh.typed === undefined) return undefined;
  const outcome = await exchangeCode(refresh, refresh.typed, attempt);
  await refresh.announcements.withdraw("has-code");
  if (outcome === "lost" || !("session" in outcome)) return undefined;
  if (terminalToAskOn() !== undefined) await tellOnTerminal(refresh, outcome.session);
  return outcome.session;
}

/** What others made of it meanwhile: the session that came, or the failure that is this run's too, thrown. */
function settled(refresh: Refresh, attempt: Attempt, place: Place | undefined): StoredSession | undefined {
  const session = enough(refresh, attempt);
  if (session !== undefined) return session;
  if (isStale(refresh)) throw new StartOver(nobodyToAsk(refresh.request));
  const { sessionId, region } = refresh.identity;
  const places = place === undefined ? [] : [place.id, endpointPlace(place, region)];
  const shared = refresh.store.failures.shared(sessionId, places);
  if (shared !== undefined) throw shared;
  return undefined;
}

/** Asks at one place with the lock for it held, and gives it back. */
async function lead(
  refresh: Refresh,
  attempt: Attempt,
  place: Place,
  askLock: HeldLock,
): Promise<StoredSession | "not-ours"> {
  const { store, context } = refresh;
  // Whoever had a lock before may have settled it between our last look and our turn.
  const arrived = (): StoredSession | undefined => settled(refresh, attempt, place);
  try {
    await refresh.announcements.withdraw("will-ask");
    const already = arrived();
    if (already !== undefined) return already;
    // Before the terminal is ours alone: the program that has the keys may itself need a session that asks there.
    await refuseOtherKey(refresh);
    const ask = (): Promise<StoredSession | "not-ours"> => askAndShare(refresh, attempt, place);
    if (!isPerson(place)) return await ask();
    // One question at a time on a terminal, and one window, across sessions.
    return await underLock(store.locks, place.id, context, { arrived, mayWait: !refresh.isEarly }, ask);
  } catch (error) {
    // On the way once more, to another lock.
    if (error instanceof StartOver) await refresh.announcements.announce("will-ask");
    throw error;
  } finally {
    await askLock.release();
  }
}

/** Asks; what others share of a failure is on disk before the locks are given back. */
async function askAndShare(refresh: Refresh, attempt: Attempt, place: Place): Promise<StoredSession | "not-ours"> {
  const { context, request } = refresh;
  try {
    return await askUntilTaken(refresh, attempt, place);
  } catch (error) {
    context.log("no session", { profile: request.name, place: place.kind });
    if (error instanceof AskonceError && !refresh.isEarly) share(refresh, place, error);
    // Codes that were not accepted are no answer either.
    if (error instanceof AskonceError && error.code === "no-code" && place.kind === "window")
      refresh.store.windows.restartPause();
    throw error;
  }
}

/** Gets the keys before anybody is asked for a code that they are needed for. */
async function refuseOtherKey(refresh: Refresh): Promise<void> {
  const { profile, accessKeyId } = await refresh.keys.get(refresh.context, !refresh.isEarly);
  if (accessKeyId === refresh.identity.accessKeyId) return;
  refresh.context.log("the keys were rotated", { profile });
  throw new StartOver(
    new AskonceError(
      "configuration",
      `the keys of ${profile} change from call to call`,
      "check the program that gives them",
      "changing-keys",
    ),
  );
}

/** Has others of the command, or all who wait, share what is theirs too; nobody shares one process's own trouble. */
function share({ store, identity, context }: Refresh, place: Place, error: AskonceError): void {
  const id = identity.sessionId;
  if (error.code === "refused") store.failures.shareRefusal(id, error);
  if (ENDPOINT_TROUBLE.has(error.code)) store.failures.shareNoCode(id, endpointPlace(place, identity.region), error);
  if (error.code === "interrupted") store.failures.shareNoCode(id, place.id, noCode("cancelled"));
  if (error.code === "no-code" && !isOwnDeadline(context)) store.failures.shareNoCode(id, place.id, error);
}

function endpointPlace(place: Place, region: string): string {
  return `${place.id} ${region}`;
}

/** Asks, exchanges, and asks again for a code that STS rejected, three times in all. */
async function askUntilTaken(refresh: Refresh, attempt: Attempt, place: Place): Promise<StoredSession | "not-ours"> {
  const { identity, context, request } = refresh;
  // What cannot be used is told before anybody is asked.
  connectionFor(refresh, identity.region);
  let rejected: { code: string; reason: CodeRejection } | undefined;
  let complaint: string | undefined;
  for (let rejections = 0; ; ) {
    const arrived = enough(refresh, attempt);
    if (arrived !== undefined) return arrived;
    const answer = await askCode(refresh, attempt, place, complaint);
    if (answer.kind === "not-ours") return answer.kind;
    if (answer.kind === "arrived") {
      const session = enough(refresh, attempt);
      if (session !== undefined && place.kind === "terminal") await tellOnTerminal(refresh, session);
      continue;
    }
    // A program that prints a rejected code once more would be asked in vain.
    if (place.kind === "process" && rejected?.code === answer.value)
      throw notAccepted(refresh, rejected.reason, rejections);
    const outcome = await exchangeCode(refresh, answer.value, attempt);
    if (outcome === "lost") continue;
    if ("session" in outcome) {
      if (place.kind === "terminal") await tellOnTerminal(refresh, outcome.session);
      return outcome.session;
    }
    if ("spent" in outcome) {
      const nextInMs = nextCodeInMs(serverNowMs(refresh));
      complaint = spentComplaint(outcome.spent, nextInMs);
      // A program with a code that is rejected has a wrong clock or another device; one that was used gives way to the next.
      if (!isPerson(place) && outcome.spent.was === "rejected") throw notAccepted(refresh, "wrong", 1);
      if (place.kind === "stdin" || (place.kind === "process" && refresh.isEarly))
        throw new AskonceError("no-code", complaint, "give that one", "code-spent");
      if (place.kind === "process") await sleep(nextInMs, context.deadline.signal);
      continue;
    }
    rejections++;
    if (outcome.rejected === "not-this-users-device" && request.mfaSerial === undefined)
      await lookUpAgain(refresh, answer.value);
    if (rejections === MOST_REJECTIONS) forgetChoice(refresh);
    if (place.kind === "stdin" || rejections === MOST_REJECTIONS)
      throw notAccepted(refresh, outcome.rejected, rejections);
    rejected = { code: answer.value, reason: outcome.rejected };
    complaint = rejectionComplaint(outcome.rejected, identity.device, rejections + 1);
  }
}

function isPerson({ kind }: Place): boolean {
  return kind === "terminal" || kind === "window";
}
