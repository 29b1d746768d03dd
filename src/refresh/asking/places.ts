/** Where a run gets a code from: what can really give one here and now, best first. */

import { platform } from "node:os";
import type { Driver, Surroundings } from "../../dialogs/driver.ts";
import { digest } from "../../disk/file-names.ts";
import { terminalToAskOn } from "../../mfa/ask-code.ts";
import { sleep } from "../../runtime/abort.ts";
import { steadyMs } from "../../runtime/clock.ts";
import type { RefreshInput } from "../input.ts";
import type { Store } from "../store/store.ts";

/** A place to get a code from; one process at a time asks at each. `id` is part of the names of locks. */
export type Place =
  | { readonly kind: "process"; readonly id: string; readonly command: string }
  | { readonly kind: "terminal"; readonly id: string }
  | { readonly kind: "window"; readonly id: typeof WINDOW; readonly driver: Driver }
  | { readonly kind: "stdin"; readonly id: "stdin" };

/** One window at a time for all of a user's processes, whoever draws it. */
export const WINDOW = "window";
/** Nobody can answer there, but it is waited for what comes of it. */
export const NOTIFICATION = "notification";

export interface Places {
  readonly here: Surroundings;
  /** The place to get a code from now; undefined where there is nobody to ask. */
  find(): Promise<Place | undefined>;
  /** It could not ask after all. The terminal has a second look, a driver none. */
  giveUp(place: Place): Promise<void>;
}

/**
 * A terminal that is found raw belongs to a full-screen program, or to an askonce that was killed this moment and whose
 * guard is about to restore it: a second look tells.
 */
const MOST_REFUSALS = 2;
const RESTORED_WITHIN_MS = 250;
/** A display does not come and go while somebody waits for his turn. */
const LOOK_EVERY_MS = 5_000;

/** A profile's `mfa_process` goes first, and where no person is to be asked it is the only one. */
export function placesOf({ request, store, context, asking, isEarly }: RefreshInput): Places {
  const here: Surroundings = { env: context.env, platform: platform(), directory: store.windows.directory };
  const failed = new Set<Driver>();
  let refusals = 0;
  let seen: { readonly driver: Driver | undefined; readonly atMs: number } | undefined;

  const window = async (): Promise<Place | undefined> => {
    if (seen === undefined || steadyMs() - seen.atMs > LOOK_EVERY_MS) {
      const { findDriver } = await import("../../dialogs/drivers.ts");
      seen = { driver: await findDriver(request.prompt, here, failed), atMs: steadyMs() };
    }
    return seen.driver && { kind: "window", id: WINDOW, driver: seen.driver };
  };
  return {
    here,
    find: async () => {
      if (asking.code !== undefined) return { kind: "stdin", id: "stdin" };
      if (request.mfaProcess !== undefined) return processPlace(request.mfaProcess);
      if (request.prompt === "none") return undefined;
      const mayUseTerminal = request.prompt === "auto" || request.prompt === "terminal";
      const terminal = mayUseTerminal && refusals < MOST_REFUSALS ? terminalToAskOn() : undefined;
      if (terminal !== undefined) return { kind: "terminal", id: terminal };
      // What may still be served is renewed by those at hand only.
      if (request.prompt === "terminal" || isEarly || isPaused(store)) return undefined;
      return window();
    },
    giveUp: async (place) => {
      if (place.kind === "terminal") {
        refusals++;
        await sleep(RESTORED_WITHIN_MS, context.deadline.signal);
      }
      if (place.kind === "window" && store.windows.pausedUntilMs() === undefined) failed.add(place.driver);
      seen = undefined;
    },
  };
}

/**
 * What is noted while a window stands is a pause for those who come after its process was killed, not for those who wait
 * for their turn. The note is looked at once more, since the window may have been answered between the two looks.
 */
function isPaused({ windows, locks }: Pick<Store, "windows" | "locks">): boolean {
  const isNoted = (): boolean => windows.pausedUntilMs() !== undefined;
  return isNoted() && locks.held((name) => name === WINDOW).length === 0 && isNoted();
}

function processPlace(command: string): Place {
  return {
    kind: "process",
    id: `process-${digest(command).slice(0, 16)}`,
    command,
  };
}
