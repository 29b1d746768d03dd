/** What somebody at a terminal is told, once, while nothing seems to happen there: who is asked, and where. */

import { requesterOf } from "../../caller/requester.ts";
import type { Surroundings } from "../../dialogs/driver.ts";
import { programNameOf, slowProgramLine, waitingLine } from "../../mfa/prompt-text.ts";
import { steadyMs } from "../../runtime/clock.ts";
import { terminalOptions } from "../../runtime/environment.ts";
import { sayOnTerminal, terminalToAskOn } from "../../terminal/ask.ts";
import type { RefreshInput } from "../input.ts";
import { askersOf } from "./askers.ts";
import type { AskInput } from "./input.ts";
import { notifyOfSlowProgram } from "./notify.ts";

const AFTER_MS = 1_000;

/** To be called at each look while a run waits for others: tells its terminal after a second, unless somebody is asked there. */
export function teller(refresh: AskInput): () => Promise<void> {
  const sinceMs = steadyMs();
  let isTold = false;
  return async () => {
    if (isTold || steadyMs() - sinceMs < AFTER_MS || terminalToAskOn() === undefined) return;
    const askers = askersOf(refresh.store.locks, refresh.identity.sessionId);
    const [asked] = askers;
    if (asked === undefined) return;
    isTold = true;
    const here = requesterOf(refresh.context).terminal;
    if (!askers.some(({ terminal }) => terminal === here)) await sayOnce(refresh, waitingLine(asked));
  };
}

/** `mfa_process` runs for long: it may wait for a touch that nobody knows of. */
export async function tellOfSlowProgram(input: RefreshInput, here: Surroundings, command: string): Promise<void> {
  const line = slowProgramLine(programNameOf(command));
  if (terminalToAskOn() !== undefined && (await sayOnce(input, line))) return;
  await notifyOfSlowProgram(input, here, line);
}

async function sayOnce({ store, context }: RefreshInput, line: string): Promise<boolean> {
  if (!store.isFirstToSay(`${requesterOf(context).terminal} ${line}`)) return true;
  return sayOnTerminal(line, terminalOptions(context.env));
}
