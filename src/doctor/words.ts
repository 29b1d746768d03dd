/** How things are called on the screen. Pure. */

import { distance } from "fastest-levenshtein";

/** An access key id as it may be shown. */
export function shownKey(accessKeyId: string | undefined): string {
  return `…${(accessKeyId ?? "").slice(-4)}`;
}

/** A path as people write it. */
export function shownPath(path: string, home: string): string {
  return home !== "/" && path.startsWith(`${home}/`) ? `~${path.slice(home.length)}` : path;
}

/** `a`, `a and b`, `a, b and c`. */
export function listed(words: readonly string[]): string {
  if (words.length < 2) return words.join("");
  return `${words.slice(0, -1).join(", ")} and ${words.at(-1)}`;
}

/** The word that was meant, if one is near enough to be it: a third of its letters may be wrong, three at most. */
export function nearest(word: string, known: Iterable<string>): string | undefined {
  let best: { readonly word: string; readonly off: number } | undefined;
  for (const one of known) {
    const off = distance(word.toLowerCase(), one.toLowerCase());
    if (off <= Math.min(3, Math.floor(Math.max(one.length, word.length) / 3)) && (best === undefined || off < best.off))
      best = { word: one, off };
  }
  return best?.word;
}

/** `; did you mean …?`, where there is one. */
export function meant(near: string | undefined): string {
  return near === undefined ? "" : `; did you mean ${near}?`;
}

/** Permission bits as chmod takes them. */
export function octal(mode: number): string {
  return mode.toString(8).padStart(3, "0");
}
