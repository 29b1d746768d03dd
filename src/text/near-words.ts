/** The words that are nearly the one that was typed. Loaded when something has failed. */

import { distance } from "fastest-levenshtein";

const MOST = 3;
/** `--` or `a` is the begin of nearly everything. */
const SHORTEST_BEGIN = 3;
/** Nobody types a longer one, and time goes with its square. */
const LONGEST = 100;

/**
 * The nearest, three at most: two letters away or a third of the word, capitals aside. A word of which no letter would stay
 * is not near; one that begins with what was typed is as near as if a letter were missing.
 */
export function nearWords(word: string, among: readonly string[]): string[] {
  const most = Math.max(2, Math.floor(word.length / 3));
  if (word.length > LONGEST) return [];
  const typed = word.toLowerCase();
  const near = among
    .map((one) => ({ one, away: awayFrom(typed, one.toLowerCase(), most) }))
    .filter(({ one, away }) => away <= most && away < Math.min(one.length, word.length));
  const nearest = Math.min(...near.map(({ away }) => away));
  return near
    .filter(({ away }) => away === nearest)
    .slice(0, MOST)
    .map(({ one }) => one);
}

function awayFrom(typed: string, one: string, most: number): number {
  if (typed.length >= SHORTEST_BEGIN && one !== typed && one.startsWith(typed)) return 1;
  const away = Math.abs(one.length - typed.length) > most ? Number.POSITIVE_INFINITY : distance(one, typed);
  // The first letter is seldom wrong and another one with it: nobody means get by agent.
  return away > 1 && one[0] !== typed[0] ? Number.POSITIVE_INFINITY : away;
}
