/** What sts:AssumeRole is asked with for a role of the configuration. */

import { shortName } from "../arn.ts";
import type { AssumeRoleInput } from "../aws/sts.ts";
import { userIdOf } from "../identity.ts";
import type { RoleRequest } from "../profile/role.ts";
import { placeOf, type Refresh } from "./work.ts";

/** Asks AWS for the user's name when the session has none of its own and nobody knows it yet. */
export async function assumeRoleInput(refresh: Refresh, role: RoleRequest): Promise<AssumeRoleInput> {
  const { arn, profile: _, sessionName, ...rest } = role;
  return { ...rest, roleArn: arn, sessionName: sessionName ?? (await userName(refresh)) };
}

/** The IAM user's name, for the trail AWS keeps of who took a role. Learnt once. */
async function userName(refresh: Refresh): Promise<string> {
  const { request, identity, keys, store, context } = refresh;
  const id = userIdOf(request, identity.accessKeyId);
  const known = store.user(id).userName;
  if (known !== undefined) return roleSessionName(known);
  const { getCallerIdentity } = await import("../aws/sts.ts");
  const { arn } = await getCallerIdentity(placeOf(refresh), await keys.get(context), { keysOf: request.keys.profile });
  const name = shortName(arn);
  store.keepUser(id, { userName: name });
  return roleSessionName(name);
}

/** What AssumeRole takes as a name: 2 to 64 of these characters (STS API Reference, AssumeRole, RoleSessionName). */
function roleSessionName(userName: string): string {
  return userName
    .replace(/[^\w+=,.@-]/g, "-")
    .slice(0, 64)
    .padEnd(2, "-");
}
