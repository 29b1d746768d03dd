/** How things are called on the screen. Pure. */

import { nearWords } from "../text/near-words.ts";

/** An access key id as it may be shown. */
export function shownKey(accessKeyId: string | undefined): string {
  return `…${(accessKeyId ?? "").slice(-4)}`;
}

/** A path as people write it. */
export function shownPath(path: string, home: string): string {
  return home !== "/" && path.startsWith(`${home}/`) ? `~${path.slice(home.length)}` : path;
}

/** The header of a profile's section in the config file. */
export function shownHeader(profile: string): string {
  return profile === "default" ? "[default]" : `[profile ${profile}]`;
}

/** `a`, `a and b`, `a, b and c`. */
export function asList(words: readonly string[]): string {
  if (words.length < 2) return words.join("");
  return `${words.slice(0, -1).join(", ")} and ${words.at(-1)}`;
}

/** The word that was meant, if one is near enough to be it. */
export function nearestName(word: string, known: Iterable<string>): string | undefined {
  return nearWords(word, [...known])[0];
}

/** `; did you mean …?`, where there is one. */
export function meant(near: string | undefined): string {
  return near === undefined ? "" : `; did you mean ${near}?`;
}

/** Permission bits as chmod takes them. */
export function octal(mode: number): string {
  return mode.toString(8).padStart(3, "0");
}
