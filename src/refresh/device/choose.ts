/** Which of several MFA devices is at hand: asked once, on a terminal, and remembered for the user and the endpoint. */

import { shortName } from "../../aws-names/arn.ts";
import { deviceChoices, severalDevices } from "../../mfa/devices.ts";
import { choiceLines } from "../../mfa/prompt-text.ts";
import { terminalOptions } from "../../runtime/environment.ts";
import { AskonceError } from "../../runtime/errors.ts";
import { sourceIdOf } from "../../session/identity.ts";
import { askHere, terminalToAskOn } from "../../terminal/ask.ts";
import { chooseOne } from "../../terminal/choice.ts";
import { type Question, throwUnanswered } from "../../terminal/question.ts";
import { isBeingAsked } from "../asking/announcements.ts";
import { AFTER_ANSWER_MS, isOwnDeadline, watchFor } from "../asking/ask-code.ts";
import { chooseLock, choosePrefix } from "../lock-names.ts";
import { underLock, waiting } from "../under-lock.ts";
import type { DeviceQuery } from "./look-up.ts";

/** A look-up that found several devices. */
export interface DeviceChoice extends DeviceQuery {
  /** Names what is remembered of the user. */
  readonly id: string;
  readonly serials: readonly string[];
  /** The serial that is remembered by now. */
  chosen(): string | undefined;
}

/** The serial that was chosen, here or meanwhile elsewhere. Throws `configuration` where nobody can choose, `no-code` and `interrupted` where nobody did. */
export async function chooseDevice(choice: DeviceChoice): Promise<string> {
  const { request, store, context, announcements, id, serials } = choice;
  let announceAgain: (() => Promise<void>) | undefined;
  const mayAsk = request.prompt === "auto" || request.prompt === "terminal";
  const turn = waiting(store.locks, context);
  for (;;) {
    const place = mayAsk ? terminalToAskOn() : undefined;
    const chosenElsewhere = (): string | undefined => {
      const serial = choice.chosen();
      const shared = serial === undefined && place !== undefined ? store.failures.shared(id, [place]) : undefined;
      if (shared !== undefined) throw shared;
      return serial;
    };
    if (place === undefined) {
      const serial = chosenElsewhere();
      if (serial !== undefined) {
        await announceAgain?.();
        return serial;
      }
      // It may have a program or a window for the code, or the code itself, and still cannot choose.
      announceAgain ??= await announcements.pause();
      if (!mayAsk || !isBeingAsked(sourceIdOf(request.source), store.locks, choosePrefix(id)))
        throw severalDevices(serials, request.source.profile);
      await turn();
      continue;
    }
    const ask = (): Promise<string | undefined> => askAndShare(choice, place);
    // One question at a time on a terminal, across users too.
    const device = await underLock(store.locks, chooseLock(id, place), context, { arrived: chosenElsewhere }, () =>
      underLock(store.locks, place, context, { arrived: chosenElsewhere }, ask),
    );
    if (device !== undefined) return device;
    await turn();
  }
}

/** Asks; what the rest of the command shares of a failure is on disk before the locks are given back. */
async function askAndShare(choice: DeviceChoice, place: string): Promise<string | undefined> {
  const { store, context, id } = choice;
  const question = deviceQuestion(choice);
  try {
    return await ask(choice, question);
  } catch (error) {
    const isInterrupted = error instanceof AskonceError && error.code === "interrupted";
    const shared = isInterrupted ? question.failure("cancelled") : error;
    const isShared = shared instanceof AskonceError && shared.code === "no-code" && !isOwnDeadline(context);
    if (isShared) store.failures.shareNoCode(id, place, shared);
    throw error;
  }
}

/** undefined when the terminal was not ours after all. */
async function ask(
  { request, store, context, id, serials, chosen }: DeviceChoice,
  question: Question,
): Promise<string | undefined> {
  context.waiting.for = "the code";
  context.log("asking which device", { profile: request.name, devices: serials.length });
  const watch = watchFor(() => chosen() !== undefined);
  try {
    const round = {
      withinMs: context.deadline.endsAtMs - AFTER_ANSWER_MS - Date.now(),
      arrived: watch.signal,
    };
    const answer = throwUnanswered(question, await askHere(question, round, terminalOptions(context.env)));
    if (answer.kind !== "answered") return chosen();
    store.users.keep(id, { serial: answer.value });
    return answer.value;
  } finally {
    watch.stop();
  }
}

/** Enter alone takes the first device. */
function deviceQuestion({ request, store, id, serials }: DeviceChoice): Question {
  return chooseOne({
    ...{ what: "MFA device", message: "Device", hint: "asked once" },
    lines: choiceLines(request.name, serials, store.users.read(id).userName),
    choices: deviceChoices(serials),
    fallback: serials.map(shortName)[0] ?? "",
    whatToDo: `try again, or name it as mfa_serial of profile ${request.source.profile}`,
  });
}
