/** The MFA codes that were sent to STS, so that no process sends one twice. */

import type { UsableCache } from "../../cache/directory.ts";
import {
  type CodeNotes,
  forgetCode,
  noteCode,
  noteRejectedCode,
  type SpentCode,
  spentCode,
} from "../../mfa/used-codes.ts";
import { now } from "../../runtime/clock.ts";
import type { Context } from "../../runtime/context.ts";
import { attemptWrite } from "../../runtime/log.ts";

/** Server times are those of the endpoint that is called. */
export interface Codes {
  spent(device: string, code: string, serverNowMs: number): SpentCode | undefined;
  noteSent(device: string, code: string): void;
  noteRejected(device: string, code: string, serverNowMs: number): void;
  /** STS did not look at the code after all. */
  takeBack(device: string, code: string): void;
}

export function codesOnDisk({ notes }: UsableCache, context: Context): Codes {
  const of = (device: string): CodeNotes => ({ directory: notes, device, uid: context.uid });
  const attempt = (write: () => void): void => attemptWrite("code", context, write);
  return {
    spent: (device, code, serverNowMs) => spentCode(of(device), code, now(), serverNowMs),
    noteSent: (device, code) => attempt(() => noteCode(of(device), code, now())),
    noteRejected: (device, code, serverNowMs) => attempt(() => noteRejectedCode(of(device), code, now(), serverNowMs)),
    takeBack: (device, code) => attempt(() => forgetCode(of(device), code, now())),
  };
}

export function noCodes(): Codes {
  return { spent: () => undefined, noteSent: () => {}, noteRejected: () => {}, takeBack: () => {} };
}
