/** What sts:AssumeRole is asked with for a role of the configuration. */

import type { SigningKeys } from "../aws/connection.ts";
import type { AssumeRoleInput } from "../aws/sts.ts";
import { shortName } from "../aws-names/arn.ts";
import type { RoleRequest } from "../profile/role.ts";
import { AskonceError } from "../runtime/errors.ts";
import { userIdOf } from "../session/identity.ts";
import { openCredentials, type StoredSession } from "../session/stored-session.ts";
import { connectionFor } from "./connection.ts";
import type { Refresh } from "./work.ts";

/**
 * Asks AWS for the user's name when the session has none of its own and nobody knows it yet.
 *
 * @param source the session that the role is taken with; the MFA session can tell whose it is without the long-term keys
 */
export async function assumeRoleInput(
  refresh: Refresh,
  role: RoleRequest,
  source?: StoredSession,
): Promise<AssumeRoleInput> {
  const { arn, profile: _, sessionName, ...rest } = role;
  return { ...rest, roleArn: arn, sessionName: sessionName ?? (await userName(refresh, source)) };
}

/** The IAM user's name, for the trail AWS keeps of who took a role. Learnt once. */
async function userName(refresh: Refresh, source: StoredSession | undefined): Promise<string> {
  const { request, identity, keys, store, context } = refresh;
  const id = userIdOf(request, identity.accessKeyId);
  const known = store.users.read(id).userName;
  if (known !== undefined) return roleSessionName(known);
  const { getCallerIdentity } = await import("../aws/sts.ts");
  const ask = (signer: SigningKeys) =>
    getCallerIdentity(connectionFor(refresh, identity.region), signer, { keysOf: request.keys.profile });
  const bySession =
    source?.id === identity.mfaSessionId ? await ask(await openCredentials(source)).catch(unlessDead) : undefined;
  const { arn } = bySession ?? (await ask(await keys.get(context)));
  const name = shortName(arn);
  store.users.keep(id, { userName: name });
  return roleSessionName(name);
}

/** AssumeRole is about to find out itself that the session is dead, and has it made anew. */
function unlessDead(error: unknown): undefined {
  if (!(error instanceof AskonceError && error.code === "refused")) throw error;
}

/** What AssumeRole takes as a name: 2 to 64 of these characters (STS API Reference, AssumeRole, RoleSessionName). */
function roleSessionName(userName: string): string {
  return userName
    .replace(/[^\w+=,.@-]/g, "-")
    .slice(0, 64)
    .padEnd(2, "-");
}
