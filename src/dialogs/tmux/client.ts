/** Who looks at the pane we were started in: the terminal that a popup can be shown on. */

import { outputOf } from "../../processes/child-program.ts";
import { nonEmpty } from "../../runtime/environment.ts";
import { dialogEnvironment } from "../dialog-environment.ts";
import type { Surroundings } from "../driver.ts";

export interface TmuxClient {
  readonly name: string;
  readonly columns: number;
  readonly rows: number;
}

const LOOK_MS = 500;
/** The name comes last, since it alone may hold a blank. */
const FORMAT = "#{client_activity} #{client_width} #{client_height} #{client_flags} #{version} #{client_name}";
const LINE = /^(\d+) (\d+) (\d+) (\S*) (\S+) (.+)$/;
/** Popups came with 3.2 (CHANGES of tmux). */
const FIRST_VERSION = [3, 2] as const;
/** iTerm2 shows no popups in control mode; what is read-only takes no keys; nobody sees one that is suspended or locked. */
const UNFIT = /(?:^|,)(?:control-mode|read-only|suspended|no-output)(?:,|$)/;
const SMALLEST = { columns: 20, rows: 6 };

/** The client that was used last, of those that can show a popup; undefined where there is none or no tmux. Never rejects. */
export async function findClient(here: Surroundings): Promise<TmuxClient | undefined> {
  const tmux = nonEmpty(here.env.TMUX);
  if (tmux === undefined || here.platform === "win32") return undefined;
  const target = paneOrSession(tmux, here.env.TMUX_PANE);
  const words = ["tmux", "list-clients", ...(target === undefined ? [] : ["-t", target]), "-F", FORMAT];
  const list = await outputOf(words, { env: dialogEnvironment(here.env, here.platform), withinMs: LOOK_MS });
  return list === undefined ? undefined : lastUsed(list);
}

/** Reads what `list-clients` printed. */
export function lastUsed(list: string): TmuxClient | undefined {
  const clients = list.split("\n").flatMap((line) => {
    const [, activity, width, height, flags = "", version = "", name = ""] = LINE.exec(line) ?? [];
    const [columns, rows] = [Number(width), Number(height)];
    const isFit = columns >= SMALLEST.columns && rows >= SMALLEST.rows && !UNFIT.test(flags) && hasPopups(version);
    return isFit ? [{ activity: Number(activity), client: { name, columns, rows } }] : [];
  });
  return clients.sort((one, other) => other.activity - one.activity)[0]?.client;
}

/** A version without numbers, such as `master`, is a new one. */
function hasPopups(version: string): boolean {
  const [, major, minor] = /(\d+)\.(\d+)/.exec(version) ?? [];
  if (major === undefined) return true;
  const [first, second] = FIRST_VERSION;
  return Number(major) > first || (Number(major) === first && Number(minor) >= second);
}

/** Of the pane, which may have moved; else the session that TMUX ends with (`SOCKET,PID,SESSION`). */
function paneOrSession(tmux: string, pane: string | undefined): string | undefined {
  if (pane !== undefined && /^%\d+$/.test(pane)) return pane;
  const session = /,(\d+)$/.exec(tmux)?.[1];
  return session === undefined ? undefined : `$${session}`;
}
