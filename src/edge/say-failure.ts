/** Says a failure on the terminal, once for each command that meets it. */

import { cacheRoot, lookAtCache } from "../cache/directory.ts";
import { makeCache } from "../cache/make-directory.ts";
import { requesterOf } from "../caller/requester.ts";
import { isFirstToSay } from "../locking/once-per-command.ts";
import type { Context } from "../runtime/context.ts";
import { sayOnTerminal } from "../terminal/ask.ts";

type Asker = Pick<Context, "env" | "uid" | "requester">;

/** Never throws: the failure itself is on stderr already. */
export async function sayOncePerCommand(
  line: string,
  asker: Asker,
  options: { colours: boolean; searchPath: string },
): Promise<void> {
  try {
    const { terminal } = requesterOf(asker);
    if (terminal === undefined || !isFirst(`${terminal} ${line}`, asker)) return;
    await sayOnTerminal(line, options);
  } catch {
    // A cache that is refused has been told of already.
  }
}

/** Without a cache everybody is. */
function isFirst(words: string, asker: Asker): boolean {
  const found = lookAtCache(cacheRoot(asker.env), asker.uid);
  const cache = found.usable ? makeCache(found, asker.uid) : found;
  return !cache.usable || isFirstToSay(cache.notes, requesterOf(asker).commandId, words);
}
