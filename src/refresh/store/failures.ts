/** Failures that this run shares with other processes. */

import type { UsableCache } from "../../cache/directory.ts";
import { requesterOf } from "../../caller/requester.ts";
import { digest } from "../../disk/file-names.ts";
import { clearFailures, findNoCode, findRefusal, recordNoCode, recordRefusal } from "../../locking/shared-failure.ts";
import type { Context } from "../../runtime/context.ts";
import type { AskonceError } from "../../runtime/errors.ts";
import { attemptWrite } from "../../runtime/log.ts";

export interface Failures {
  /** A failure that this run shares: its command met it at one of `places`, or AWS refused since this run began. */
  shared(id: string, places: readonly string[]): AskonceError | undefined;
  /** For the other processes of this command that would get the code at this place. */
  shareNoCode(id: string, place: string, error: AskonceError): void;
  /** For every process that waits for this session. */
  shareRefusal(id: string, error: AskonceError): void;
  clear(id: string): void;
}

export function failuresOnDisk({ notes }: UsableCache, context: Context): Failures {
  const { uid, startedAtMs } = context;
  // The command at one place: another terminal or mfa_process may still give a code.
  const commandAt = (place: string): string => digest("command", requesterOf(context).commandId ?? "", place);
  return {
    shared: (id, places) => {
      const refusal = findRefusal(notes, id, startedAtMs, uid);
      if (refusal !== undefined) return refusal;
      for (const place of places) {
        const failure = findNoCode(notes, id, commandAt(place), Date.now(), uid);
        if (failure !== undefined) return failure;
      }
      return undefined;
    },
    shareNoCode: (id, place, error) =>
      attemptWrite("failure", context, () => recordNoCode(notes, id, commandAt(place), error, Date.now())),
    shareRefusal: (id, error) => attemptWrite("refusal", context, () => recordRefusal(notes, id, error, Date.now())),
    clear: (id) => clearFailures(notes, id),
  };
}

export function noFailures(): Failures {
  return { shared: () => undefined, shareNoCode: () => {}, shareRefusal: () => {}, clear: () => {} };
}
