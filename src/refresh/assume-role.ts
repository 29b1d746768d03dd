/** The input of sts:AssumeRole for a role of the configuration. */

import type { AssumeRoleInput } from "../aws/sts.ts";
import type { RoleRequest } from "../profile/role.ts";

/** @param defaultName gives the session name for a role that has no `role_session_name`; AWS logs it */
export async function assumeRoleInput(role: RoleRequest, defaultName: () => Promise<string>): Promise<AssumeRoleInput> {
  const { arn, profile: _, sessionName, ...rest } = role;
  return { ...rest, roleArn: arn, sessionName: sessionName ?? roleSessionName(await defaultName()) };
}

/** AssumeRole accepts a name of 2 to 64 of these characters (STS API Reference, AssumeRole, RoleSessionName). */
function roleSessionName(name: string): string {
  return name
    .replace(/[^\w+=,.@-]/g, "-")
    .slice(0, 64)
    .padEnd(2, "-");
}
