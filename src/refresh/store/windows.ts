/** The pause between windows and notifications that ask, shared by all processes of the user. */

import type { UsableCache } from "../../cache/directory.ts";
import { endPause, notePause, pausedUntilMs, restartPause, takeBackPause } from "../../dialogs/pause.ts";
import type { Context } from "../../runtime/context.ts";
import { attemptWrite } from "../../runtime/log.ts";

export interface Windows {
  /** A private directory for what a window needs; undefined where there is none. */
  readonly directory: string | undefined;
  /** When the next window may be shown, in local time; undefined for at once. */
  pausedUntilMs(): number | undefined;
  /** A window is about to be shown. */
  notePause(): void;
  /** The user did not answer it. */
  restartPause(): void;
  /** It was not shown. */
  takeBackPause(): void;
  /** There is a new session, or the user signs in. */
  endPause(): void;
}

export function windowsOnDisk({ notes }: UsableCache, context: Context): Windows {
  const file = { notes, uid: context.uid };
  const attempt = (write: () => void): void => attemptWrite("pause", context, write);
  return {
    directory: notes,
    pausedUntilMs: () => pausedUntilMs(file, Date.now()),
    notePause: () => attempt(() => notePause(file, Date.now())),
    restartPause: () => attempt(() => restartPause(file, Date.now())),
    takeBackPause: () => attempt(() => takeBackPause(file)),
    endPause: () => endPause(file),
  };
}

export function noWindows(): Windows {
  return {
    directory: undefined,
    pausedUntilMs: () => undefined,
    notePause: () => {},
    restartPause: () => {},
    takeBackPause: () => {},
    endPause: () => {},
  };
}
