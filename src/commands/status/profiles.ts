/** What the config says of sessions: which profile leads to which, and who calls askonce. Changes nothing, and runs nothing. */

import type { SharedFiles } from "../../aws-files/read.ts";
import type { CacheDirectory } from "../../cache/directory.ts";
import { lookAtUser } from "../../cache/look.ts";
import type { KnownUser } from "../../cache/user-file.ts";
import { askonceRequest } from "../../profile/credential-process.ts";
import { resolveRequest, type SessionRequest } from "../../profile/request.ts";
import type { Environment } from "../../runtime/environment.ts";
import { AskonceError, asAskonceError } from "../../runtime/errors.ts";
import type { Identity } from "../../session/identity.ts";
import { type KnownIdentity, knownIdentity } from "../../session/known-identity.ts";

/** A profile of the config, as far as it is about askonce. */
export interface Entry {
  readonly name: string;
  /** Its credential_process is askonce. */
  readonly calls: boolean;
  /** Absent where the way to the keys is broken, or is none of ours. */
  readonly request?: SessionRequest;
  /** Absent while the key or the device is not known yet. */
  readonly identity?: KnownIdentity;
  /** Why there is no request. */
  readonly error?: AskonceError;
}

/** An entry for each profile, in the order of the config. Throws no AskonceError: each entry has its own. */
export function entriesOf(
  { profiles, ...rest }: SharedFiles,
  env: Environment,
  cache: CacheDirectory,
  uid: number | undefined,
): Entry[] {
  const seen = new Map<string, KnownUser>();
  const userOf = (id: string): KnownUser => {
    const user = seen.get(id) ?? (cache.usable ? lookAtUser(cache.users, id, uid) : {});
    seen.set(id, user);
    return user;
  };
  return [...profiles].map(([name, { credential_process: command }]) => {
    const calls = command !== undefined && callsAskonce(command);
    try {
      const request = resolveRequest(name, {}, { profiles, ...rest }, env);
      const identity = cache.usable ? knownIdentity(request, userOf) : undefined;
      return { name, calls, request, ...(identity === undefined ? {} : { identity }) };
    } catch (thrown) {
      if (!(thrown instanceof AskonceError)) throw thrown;
      return { name, calls, error: asAskonceError(thrown) };
    }
  });
}

/** A command line of askonce's that has a mistake in it is one of askonce's. */
function callsAskonce(command: string): boolean {
  try {
    return askonceRequest(command) !== undefined;
  } catch {
    return true;
  }
}

/** The session whose credentials a profile gets. */
export function answerId({ sessionId, roleIds }: Identity): string {
  return roleIds.at(-1) ?? sessionId;
}
