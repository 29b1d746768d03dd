/** Where nobody can be asked: a desktop notification tells the user to sign in somewhere else, and those who need it wait. */

import { requesterOf } from "../../caller/requester.ts";
import type { Surroundings } from "../../dialogs/driver.ts";
import { mayNotify, notify } from "../../dialogs/notification.ts";
import { notificationText } from "../../mfa/prompt-text.ts";
import type { RefreshInput } from "../input.ts";
import { askLock } from "../lock-names.ts";
import { noteOf } from "./askers.ts";
import { subjectOf } from "./code-question.ts";
import type { AskInput } from "./input.ts";
import { NOTIFICATION, WINDOW } from "./place.ts";

/** A notification that was delivered. */
export interface Notified {
  /** Nobody came while there was time. */
  unanswered(): void;
  /** It is not waited for any more. */
  end(): Promise<void>;
}

/** Notifies, where that is wanted and no other question stands; undefined when no notification was delivered. */
export async function notifyUser(refresh: AskInput): Promise<Notified | undefined> {
  const { store, request, identity, context, places } = refresh;
  const { windows } = store;
  if (!isWanted(refresh, places.here)) return undefined;
  // First what shows others of this session that they need not do the same: they wait beside it.
  const asking = await store.locks.tryLock(
    askLock(identity.sessionId, NOTIFICATION.id),
    noteOf(request, requesterOf(context), NOTIFICATION),
  );
  if (asking === undefined) return undefined;
  const turn = await store.locks.tryLock(WINDOW);
  const end = async (): Promise<void> => {
    await turn?.release();
    await asking.release();
  };
  const mayShow = turn !== undefined && windows.pausedUntilMs() === undefined;
  if (mayShow && (await notify(notificationText(subjectOf(refresh)), places.here, context.deadline.signal))) {
    windows.notePause();
    context.log("notified", { profile: request.name });
    return { unanswered: () => windows.restartPause(), end };
  }
  await end();
  return undefined;
}

/** Nobody sees that a program waits for its user: says so, where a notification may be shown. */
export async function notifyOfSlowProgram(input: RefreshInput, here: Surroundings, line: string): Promise<void> {
  const { store, context } = input;
  if (!isWanted(input, here)) return;
  const lock = await store.locks.tryLock(WINDOW);
  if (lock === undefined) return;
  try {
    // The session that comes of it ends the pause; a program that waits in vain is not told of again and again.
    if (await notify({ title: "askonce", body: line }, here, context.deadline.signal)) store.windows.notePause();
  } finally {
    await lock.release();
  }
}

/** Where one way to ask is named, or none, nobody is to be told otherwise. */
function isWanted({ request, store }: RefreshInput, here: Surroundings): boolean {
  return request.prompt === "auto" && mayNotify(here) && store.windows.pausedUntilMs() === undefined;
}
