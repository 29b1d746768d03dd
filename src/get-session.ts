/** The use case of every command that wants a session: NAME -> its request -> the session, cached or new. */

import type { Flags } from "./args.ts";
import { readSharedFiles, type SharedFiles } from "./aws-files/read.ts";
import { type CacheDirectory, cacheRoot, lookAtCache } from "./cache/directory.ts";
import { readSession } from "./cache/session-file.ts";
import { readUser } from "./cache/user-file.ts";
import { resolveRequest, type SessionRequest } from "./profile/request.ts";
import type { Asking } from "./refresh/input.ts";
import { now } from "./runtime/clock.ts";
import type { Context } from "./runtime/context.ts";
import { knownIdentity } from "./session/known-identity.ts";
import { isFresh, isUsable, isYoungEnough, meets } from "./session/session.ts";
import type { StoredSession } from "./session/stored-session.ts";

/** The AWS files and the cache as they are now: several profiles can be resolved with one reading. */
export interface Inputs {
  readonly files: SharedFiles;
  readonly cache: CacheDirectory;
}

/** What NAME and its flags ask for. */
export interface Resolved extends Inputs {
  readonly request: SessionRequest;
}

/** The session for a request, which is the request with the settings of `wish`. */
export interface Obtained extends Resolved {
  readonly session: StoredSession;
}

/** Reads the AWS files and looks at the cache. Throws `configuration`. */
export async function readInputs({ env, uid }: Pick<Context, "env" | "uid">): Promise<Inputs> {
  return { files: await readSharedFiles(env), cache: lookAtCache(cacheRoot(env), uid) };
}

/** Resolves NAME without a prompt, a network call or a write. Throws `configuration` and `usage`. */
export async function resolveSession(name: string, flags: Flags, context: Context, inputs?: Inputs): Promise<Resolved> {
  context.waiting.profile = name;
  const { files, cache } = inputs ?? (await readInputs(context));
  return { files, cache, request: resolveRequest(name, flags, files, context.env) };
}

/** Resolves NAME and gets its session. Throws AskonceError. */
export async function sessionFor(
  name: string,
  flags: Flags,
  context: Context,
  wish: Asking = {},
  inputs?: Inputs,
): Promise<Obtained> {
  const resolved = await resolveSession(name, flags, context, inputs);
  const request = wish.anew === true ? promptingPerson(resolved.request) : resolved.request;
  if (request.log !== undefined) context.logTo(request.log);
  if (request.deadlineSeconds !== undefined && wish.anew !== true) context.endAfter(request.deadlineSeconds);
  return { ...resolved, request, session: await getSession(request, resolved.cache, context, wish) };
}

/** The session for a request: the cached one if it is fresh, else a new one. Throws AskonceError. */
export async function getSession(
  request: SessionRequest,
  cache: CacheDirectory,
  context: Context,
  wish: Asking = {},
): Promise<StoredSession> {
  const session = (wish.anew === true ? undefined : cached(request, cache, context)) ?? (await renewed());
  // The machine may have slept since the session was read.
  return isUsable(session, now()) ? session : renewed();

  async function renewed(): Promise<StoredSession> {
    const { refresh } = await import("./refresh/refresh.ts");
    return refresh(request, cache, context, wish);
  }
}

/** A person who types the command can be prompted, even if the profile or the environment turns prompts off for programs. */
export function promptingPerson(request: SessionRequest): SessionRequest {
  const { prompt, flags } = request;
  const isSwitchedOff = prompt === "none" && flags.noPrompt === undefined && flags.prompt === undefined;
  return isSwitchedOff ? { ...request, prompt: "auto" } : request;
}

function cached(request: SessionRequest, cache: CacheDirectory, context: Context): StoredSession | undefined {
  if (!cache.usable) return undefined;
  const identity = knownIdentity(request, (id) => readUser(cache.users, id, context.uid));
  if (identity === undefined) return undefined;
  const { sessionId, roleIds } = identity;
  const session = readSession(cache.sessions, roleIds.at(-1) ?? sessionId, context.uid);
  const at = now();
  if (session === undefined || !isFresh(session, at)) return undefined;
  if (!meets(session, request, context.startedAtMs, at)) return undefined;
  if (!isYoungEnough(session, at, request.sessionDurationSeconds * 1000)) return undefined;
  context.log("served from the cache");
  return session;
}
