/** A new MFA session: which process asks for the code, and where; or the session that another process made meanwhile. */

import { requesterOf } from "../../caller/requester.ts";
import type { HeldLock } from "../../locking/lock.ts";
import { noCode } from "../../mfa/ask-code.ts";
import { steadyMs } from "../../runtime/clock.ts";
import { AskonceError } from "../../runtime/errors.ts";
import { sourceIdOf } from "../../session/identity.ts";
import type { StoredSession } from "../../session/stored-session.ts";
import { terminalToAskOn } from "../../terminal/ask.ts";
import { hasCode, isBeingAsked } from "../asking/announcements.ts";
import { isOwnDeadline, tellOnTerminal } from "../asking/ask-code.ts";
import { askersOf, noteOf } from "../asking/askers.ts";
import { nobodyToAsk } from "../asking/nobody-to-ask.ts";
import { type Notified, notifyUser } from "../asking/notify.ts";
import { NOTIFICATION, type Place } from "../asking/place.ts";
import { teller } from "../asking/tell-waiting.ts";
import { askLock, askPrefix } from "../lock-names.ts";
import { heldElsewhere, underLock, waiting } from "../under-lock.ts";
import { type AskedCode, askUntilAccepted, isPerson } from "./ask-until-accepted.ts";
import { exchangeCode } from "./exchange-code.ts";
import { isOutdated, type MfaWork, type StartOver, storedSession } from "./mfa-work.ts";
import type { Attempt } from "./source.ts";

/** For so long a window leaves the answer to a prompt elsewhere. If none comes, the user may not be there. */
const WINDOW_WAITS_MS = 10_000;
/** Trouble with an endpoint would cost each waiting process of the command another code. It is shared with those that use the same endpoint. */
const ENDPOINT_TROUBLE = new Set<string>(["unreachable", "request-refused"]);

type MfaMade = { readonly kind: "session"; readonly session: StoredSession } | StartOver;

/** Throws AskonceError. By then what other processes may share of it is on disk. */
export async function makeMfaSession(work: MfaWork, attempt: Attempt): Promise<MfaMade> {
  const { store, context, identity, asking, request, places } = work;
  const id = identity.sessionId;
  if (asking.anew === true) {
    store.failures.clear(id);
    store.windows.endPause();
  }
  const exchanged = await exchangeTyped(work, attempt);
  if (exchanged !== undefined) return { kind: "session", session: exchanged };
  const turn = waiting(store.locks, context);
  const tell = teller(work);
  const startedAtMs = steadyMs();
  let notified: Notified | undefined;
  let made: MfaMade | undefined;
  try {
    for (;;) {
      const place = await places.find();
      made = madeElsewhere(work, attempt, place);
      if (made !== undefined) return made;
      const lock =
        place !== undefined && mayAskAt(work, place, startedAtMs)
          ? await store.locks.tryLock(askLock(id, place.id), noteOf(request, requesterOf(context), place))
          : undefined;
      if (place !== undefined && lock !== undefined) {
        const asked = await askAt(work, attempt, place, lock);
        if (asked.kind !== "not-ours") {
          made = asked;
          return made;
        }
        await places.giveUp(place);
        continue;
      }
      if (work.isEarly) throw heldElsewhere();
      // This process will not ask: others must not wait for it, nor must it wait for itself.
      if (place === undefined) await work.announcements.withdraw("will-ask");
      if (place === undefined && notified === undefined && !mayWaitForOthers(work)) {
        const session = storedSession(work, attempt);
        if (session !== undefined) {
          made = { kind: "session", session };
          return made;
        }
        notified = await notifyUser(work);
        // Another process may be notifying for the same session at this moment.
        if (notified === undefined && !mayWaitForOthers(work))
          throw nobodyToAsk(request, store.windows.pausedUntilMs());
      }
      await tell();
      await turn(notified === undefined ? "a lock" : "the code");
    }
  } finally {
    if (made?.kind !== "session") notified?.unanswered();
    await notified?.end();
  }
}

/** Another process asks, or will. Where no person is to be prompted it is not waited for. */
function mayWaitForOthers({ request, store, identity }: MfaWork): boolean {
  if (request.prompt === "none") return false;
  return isBeingAsked(sourceIdOf(request.source), store.locks, askPrefix(identity.sessionId));
}

/** False while another process has a code. A window also leaves a prompt elsewhere some time to be answered. */
function mayAskAt({ request, store, identity }: MfaWork, place: Place, startedAtMs: number): boolean {
  if (hasCode(sourceIdOf(request.source), store.locks)) return false;
  if (place.kind !== "window" || steadyMs() - startedAtMs > WINDOW_WAITS_MS) return true;
  return !askersOf(store.locks, identity.sessionId).some(
    (one) => one.place !== place.id && one.place !== NOTIFICATION.id,
  );
}

/** The session for a code that is typed already, which needs no prompt and no lock to ask. */
async function exchangeTyped(work: MfaWork, attempt: Attempt): Promise<StoredSession | undefined> {
  if (work.typed === undefined) return undefined;
  const exchanged = await exchangeCode(work, work.typed, attempt);
  await work.announcements.withdraw("has-code");
  if (exchanged.kind !== "session") return undefined;
  if (terminalToAskOn() !== undefined) await tellOnTerminal(work, exchanged.session);
  return exchanged.session;
}

/** What other processes achieved: a session, or another key or device. Throws a failure that this process shares. */
function madeElsewhere(work: MfaWork, attempt: Attempt, place: Place | undefined): MfaMade | undefined {
  const session = storedSession(work, attempt);
  if (session !== undefined) return { kind: "session", session };
  if (isOutdated(work)) return { kind: "start-over", otherwise: nobodyToAsk(work.request) };
  const { sessionId, region } = work.identity;
  const places = place === undefined ? [] : [place.id, endpointPlace(place, region)];
  const shared = work.store.failures.shared(sessionId, places);
  if (shared !== undefined) throw shared;
  return undefined;
}

/** Asks at one place with its lock held, and releases the lock. */
async function askAt(work: MfaWork, attempt: Attempt, place: Place, lock: HeldLock): Promise<AskedCode> {
  try {
    await work.announcements.withdraw("will-ask");
    const asked = await askOnceKeysAreThere(work, attempt, place);
    // It will ask again, under another lock.
    if (asked.kind === "start-over") await work.announcements.announce("will-ask");
    return asked;
  } finally {
    await lock.release();
  }
}

async function askOnceKeysAreThere(work: MfaWork, attempt: Attempt, place: Place): Promise<AskedCode> {
  const { store, context } = work;
  // The process that had a lock before may have made the session between our last look and our turn.
  const arrived = (): MfaMade | undefined => madeElsewhere(work, attempt, place);
  const already = arrived();
  if (already !== undefined) return already;
  // Before the terminal is locked: the program that has the keys may itself need a session that asks there.
  const startOver = await checkKey(work);
  if (startOver !== undefined) return startOver;
  const ask = (): Promise<AskedCode> => askAndShare(work, attempt, place);
  if (!isPerson(place)) return ask();
  // One prompt at a time on a terminal, and one window, across sessions.
  return underLock(store.locks, place.id, context, { arrived, mayWait: !work.isEarly }, ask);
}

/** Gets the keys before a code is asked for, and finds out whether they were rotated. */
async function checkKey(work: MfaWork): Promise<StartOver | undefined> {
  const { profile, accessKeyId } = await work.keys.get(work.context, !work.isEarly);
  if (accessKeyId === work.identity.accessKeyId) return undefined;
  work.context.log("the keys were rotated", { profile });
  const otherwise = new AskonceError(
    "configuration",
    `the keys of ${profile} change from call to call`,
    "check the program that gives them",
    "changing-keys",
  );
  return { kind: "start-over", otherwise };
}

/** Asks. What other processes share of a failure is on disk before the locks are released. */
async function askAndShare(work: MfaWork, attempt: Attempt, place: Place): Promise<AskedCode> {
  const { context, request, store } = work;
  try {
    return await askUntilAccepted(work, attempt, place);
  } catch (error) {
    context.log("no session", { profile: request.name, place: place.kind });
    if (error instanceof AskonceError && !work.isEarly) share(work, place, error);
    // Codes that were rejected count as no answer.
    if (error instanceof AskonceError && error.code === "no-code" && place.kind === "window")
      store.windows.restartPause();
    throw error;
  }
}

/** Shares a failure with the processes it concerns: those of this command, or all that wait. A failure local to this process is not shared. */
function share({ store, identity, context }: MfaWork, place: Place, error: AskonceError): void {
  const id = identity.sessionId;
  if (error.code === "refused") store.failures.shareRefusal(id, error);
  if (ENDPOINT_TROUBLE.has(error.code)) store.failures.shareNoCode(id, endpointPlace(place, identity.region), error);
  if (error.code === "interrupted") store.failures.shareNoCode(id, place.id, noCode("cancelled"));
  if (error.code === "no-code" && !isOwnDeadline(context)) store.failures.shareNoCode(id, place.id, error);
}

function endpointPlace(place: Place, region: string): string {
  return `${place.id} ${region}`;
}
