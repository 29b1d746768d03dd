/** Where a run gets a code from: what can really give one here and now, best first. */

import { platform } from "node:os";
import type { Driver, Surroundings } from "../../dialogs/driver.ts";
import { sleep } from "../../runtime/abort.ts";
import { steadyMs } from "../../runtime/clock.ts";
import type { Context } from "../../runtime/context.ts";
import { terminalOptions } from "../../runtime/environment.ts";
import { askHere, terminalToAskOn } from "../../terminal/ask.ts";
import { terminalName } from "../../terminal/ownership.ts";
import type { RefreshInput } from "../input.ts";
import type { Store } from "../store/store.ts";
import { type Place, type Places, WINDOW } from "./place.ts";
import { programPlace } from "./program-place.ts";
import { tellOfSlowProgram } from "./tell-waiting.ts";
import { windowPlace } from "./window-place.ts";

/**
 * A terminal that is found raw belongs to a full-screen program, or to an askonce that was killed this moment and whose
 * guard is about to restore it: a second look tells.
 */
const MOST_REFUSALS = 2;
const RESTORED_WITHIN_MS = 250;
/** A display does not come and go while somebody waits for his turn. */
const LOOK_EVERY_MS = 5_000;

/** A profile's `mfa_process` goes first, and where no person is to be asked it is the only one. */
export function placesOf(input: RefreshInput): Places {
  const { request, store, context, asking, isEarly } = input;
  const here: Surroundings = { env: context.env, platform: platform(), directory: store.windows.directory };
  const failed = new Set<Driver>();
  let refusals = 0;
  let seen: { readonly driver: Driver | undefined; readonly atMs: number } | undefined;

  const window = async (): Promise<Place | undefined> => {
    if (seen === undefined || steadyMs() - seen.atMs > LOOK_EVERY_MS) {
      const { findDriver } = await import("../../dialogs/drivers.ts");
      seen = { driver: await findDriver(request.prompt, here, failed), atMs: steadyMs() };
    }
    return seen.driver && windowPlace(seen.driver, here, input);
  };
  return {
    here,
    find: async () => {
      const { program } = request.source.mfa;
      if (asking.code !== undefined) return stdinPlace(asking.code);
      if (program !== undefined) return programPlace(program, context, () => tellOfSlowProgram(input, here, program));
      if (request.prompt === "none") return undefined;
      const mayUseTerminal = request.prompt === "auto" || request.prompt === "terminal";
      const terminal = mayUseTerminal && refusals < MOST_REFUSALS ? terminalPlace(context) : undefined;
      if (terminal !== undefined) return terminal;
      // What may still be served is renewed by those at hand only.
      if (request.prompt === "terminal" || isEarly || isPaused(store)) return undefined;
      return window();
    },
    giveUp: async (place) => {
      if (place.kind === "terminal") {
        refusals++;
        await sleep(RESTORED_WITHIN_MS, context.deadline.signal);
      }
      if (place.kind === "window" && seen?.driver !== undefined && store.windows.pausedUntilMs() === undefined)
        failed.add(seen.driver);
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

function terminalPlace({ env }: Context): Place | undefined {
  const id = terminalToAskOn();
  if (id === undefined) return undefined;
  const name = terminalName() ?? "a terminal";
  return { kind: "terminal", id, name, ask: (question, round) => askHere(question, round, terminalOptions(env)) };
}

/** A code that was given with the command. */
function stdinPlace(code: string): Place {
  return { kind: "stdin", id: "stdin", name: "login", ask: async () => ({ kind: "answered", value: code }) };
}
