/** Which of several MFA devices is at hand: asked once, on a terminal, and remembered for the user and the endpoint. */

import { terminalOptions } from "../environment.ts";
import { AskonceError } from "../errors.ts";
import { askWhichDevice, cancelled, placeToAsk } from "../mfa/code-source.ts";
import { severalDevices } from "../mfa/devices.ts";
import { choiceLines } from "../mfa/question.ts";
import { AFTER_ANSWER_MS, isOwnDeadline, watchFor } from "./ask-code.ts";
import type { Search } from "./find-device.ts";
import { leadWatch, lockUnless, poll } from "./lock-unless.ts";

/**
 * The serial that was chosen, here or meanwhile elsewhere.
 *
 * @param chosen what is remembered by now
 */
export async function chooseDevice(
  search: Search,
  id: string,
  serials: readonly string[],
  chosen: () => string | undefined,
): Promise<string> {
  const { request, store, context } = search;
  const mayAsk = request.prompt !== "none";
  const isWorthWaiting = leadWatch(context);
  for (;;) {
    const place = placeToAsk({ command: undefined, mayAskPerson: mayAsk });
    const settled = (): string | undefined => {
      const serial = chosen();
      const shared = serial === undefined && place !== undefined ? store.sharedFailure(id, [place.id]) : undefined;
      if (shared !== undefined) throw shared;
      return serial;
    };
    if (place === undefined) {
      const serial = settled();
      if (serial !== undefined) return serial;
      if (!mayAsk || !isWorthWaiting(await store.isLed(`${id}.choose.`)))
        throw severalDevices(serials, request.keys.profile);
      await poll(context);
      continue;
    }
    const mine = await lockUnless(store, `${id}.choose.${place.id}`, context, settled, true);
    if ("arrived" in mine) return mine.arrived;
    try {
      // One question at a time on a terminal, across users too.
      const turn = await lockUnless(store, place.id, context, settled, true);
      if ("arrived" in turn) return turn.arrived;
      try {
        const device = await ask(search, id, serials, chosen);
        if (device !== undefined) return device;
      } catch (error) {
        const shared = error instanceof AskonceError && error.code === "interrupted" ? cancelled() : error;
        const isShared = shared instanceof AskonceError && shared.code === "no-code" && !isOwnDeadline(context);
        if (isShared) store.shareNoCode(id, place.id, shared);
        throw error;
      } finally {
        await turn.lock.release();
      }
    } finally {
      await mine.lock.release();
    }
    await poll(context);
  }
}

/** undefined when the terminal was not ours after all. */
async function ask(
  { request, store, context }: Search,
  id: string,
  serials: readonly string[],
  chosen: () => string | undefined,
): Promise<string | undefined> {
  context.waitingFor = "the code";
  context.log("asking which device", { profile: request.name, devices: serials.length });
  const watch = watchFor(() => chosen() !== undefined);
  try {
    const answer = await askWhichDevice(serials, {
      lines: choiceLines(request.name, serials, store.user(id).userName),
      hint: "asked once",
      withinMs: context.endsAtMs - AFTER_ANSWER_MS - Date.now(),
      arrived: watch.signal,
      ...terminalOptions(context.env),
    });
    if (answer === "arrived" || answer === "not-ours") return chosen();
    store.keepUser(id, { serial: answer.device });
    return answer.device;
  } finally {
    watch.stop();
  }
}
