/** "Did you mean …?": the hint of a failure about a word that is not known. Loaded when something has failed. */

import { nearWords } from "../text/near-words.ts";
import { shellWord } from "../text/shell-words.ts";
import { AskonceError, type Meant } from "./errors.ts";

/** The same failure, with the words that may have been meant as its hint where some are near. */
export function asMeant(error: AskonceError, { word, among }: Meant): AskonceError {
  const near = nearWords(word, among).map((one) => (/^[\w.,:/@=+%-]+$/.test(one) ? one : shellWord(one)));
  const last = near.pop();
  if (last === undefined) return error;
  const words = near.length === 0 ? last : `${near.join(", ")} or ${last}`;
  const { code, message, cause, reason } = error;
  return new AskonceError(code, message, `did you mean ${words}?`, reason, { cause });
}
