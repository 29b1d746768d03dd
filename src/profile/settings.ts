/** One value out of the levels a request passes through: flag, then profile, level by level from NAME down to the keys. */

import type { Flags } from "../args.ts";
import type { ProfileKeys } from "../aws-files/read.ts";
import { AskonceError } from "../runtime/errors.ts";
import { parseDuration } from "../text/times.ts";

/** A profile on the way from NAME to its long-term keys, with the flags it was asked with. */
export interface Level {
  readonly name: string;
  readonly keys: ProfileKeys;
  readonly flags: Flags;
}

/** A flag, the nearest level's first; failing that the nearest level's profile key. */
export function nearest<T>(
  levels: readonly Level[],
  flag: (flags: Flags) => T | undefined,
  key: (level: Level) => T | undefined,
): T | undefined {
  return nearestLevel(levels, ({ flags }) => flag(flags)) ?? nearestLevel(levels, key);
}

/** What the nearest level that has an answer says. */
export function nearestLevel<T>(levels: readonly Level[], ask: (level: Level) => T | undefined): T | undefined {
  for (const level of levels) {
    const answer = ask(level);
    if (answer !== undefined) return answer;
  }
  return undefined;
}

/** The nearest `--deadline` and `--log`, which have no profile key. */
export function limitsOf(levels: readonly Level[]): Pick<Flags, "deadlineSeconds" | "log"> {
  const { deadlineSeconds } = levels.find(({ flags }) => flags.deadlineSeconds !== undefined)?.flags ?? {};
  const { log } = levels.find(({ flags }) => flags.log !== undefined)?.flags ?? {};
  return { ...(deadlineSeconds === undefined ? {} : { deadlineSeconds }), ...(log === undefined ? {} : { log }) };
}

/** A profile key's text; undefined when missing or empty. */
export function textOf(level: Level, key: string): string | undefined {
  const value = level.keys[key];
  return value === undefined || value === "" ? undefined : value;
}

/** What may be shown of a value: an indented line below it belongs to it, and may be a secret in the wrong place. */
export function shown(text: string): string {
  return text.replace(/\n.*$/s, " ...");
}

/** A profile key's time in seconds. Throws `configuration` when it is no time within the bounds. */
export function secondsOf(level: Level, key: string, least: number, most: number): number | undefined {
  const text = textOf(level, key);
  if (text === undefined) return undefined;
  const seconds = parseDuration(text);
  if (seconds === undefined || seconds < least || seconds > most) {
    throw new AskonceError(
      "configuration",
      `${key} = ${shown(text)} of ${level.name} is not a time between ${least} s and ${most / 3600} h`,
      `write it as seconds or as 12h in profile ${level.name}`,
      "invalid-setting",
    );
  }
  return seconds;
}
