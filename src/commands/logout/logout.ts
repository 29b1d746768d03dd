import type { ParsedCommand } from "../../args.ts";
import { type CacheDirectory, cacheRoot, lookAtCache } from "../../cache/directory.ts";
import { readSessionRecord, removeAllSessions, removeSession } from "../../cache/session-list.ts";
import { forgetUser, readUser } from "../../cache/user-file.ts";
import { resolveSession } from "../../get-session.ts";
import { clearFailures } from "../../locking/shared-failure.ts";
import { sessionProfileOf } from "../../profile/source.ts";
import { forgetReady } from "../../ready/sweep.ts";
import type { Context } from "../../runtime/context.ts";
import { AskonceError, oneLine } from "../../runtime/errors.ts";
import { sourceIdOf } from "../../session/identity.ts";
import { knownIdentity } from "../../session/known-identity.ts";
import type { Tools } from "../command.ts";

/** Forgets the MFA session of a profile with every role taken with it, for all profiles that share it; or all there are. */
export async function logout(
  command: Extract<ParsedCommand, { verb: "logout" }>,
  { streams, context }: Pick<Tools, "streams" | "context">,
): Promise<number> {
  const cache = lookAtCache(cacheRoot(context.env), context.uid);
  let said: string;
  let stays: string | undefined;
  try {
    said = await forgetSessions(command, context, cache);
  } finally {
    // Answers that are ready have the credentials too; whose session stays makes its own anew. They go last: whoever makes
    // one meanwhile looks for its session once more.
    stays = cache.usable ? forgetReady(cache.ready) : undefined;
  }
  if (stays !== undefined)
    throw new AskonceError(
      "configuration",
      `cannot remove ${stays}`,
      "it is still there: remove it by hand",
      "not-removed",
    );
  await streams.writeOut(`${oneLine(said)}\n`);
  return 0;
}

/** Returns what there is to say of it. */
async function forgetSessions(
  command: Extract<ParsedCommand, { verb: "logout" }>,
  context: Context,
  cache: CacheDirectory,
): Promise<string> {
  if (command.name === undefined) {
    const count = cache.usable ? removeAllSessions(cache.sessions) : 0;
    return count === 0 ? "no session was kept" : `forgot ${count} ${count === 1 ? "session" : "sessions"}`;
  }
  const { request } = await resolveSession(command.name, command.flags, context);
  const identity = cache.usable ? knownIdentity(request, (id) => readUser(cache.users, id, context.uid)) : undefined;
  if (!cache.usable || identity === undefined) return `no session of ${command.name} was kept`;
  const { sessionId } = identity;
  // A rotated key is noticed when the source is asked for it again.
  forgetUser(cache.users, sourceIdOf(request.source));
  const hadSession = readSessionRecord(cache.sessions, sessionId, context.uid) !== undefined;
  const count = removeSession(cache.sessions, sessionId, context.uid);
  clearFailures(cache.notes, sessionId);
  if (count === 0) return `no session of ${command.name} was kept`;
  const roles = count - (hadSession ? 1 : 0);
  const what = hadSession ? `the session of ${sessionProfileOf(request.source)}` : "";
  const and = roles === 0 ? "" : `${roles} role ${roles === 1 ? "session" : "sessions"} taken with it`;
  return `forgot ${[what, and].filter((part) => part !== "").join(" and ")}`;
}
