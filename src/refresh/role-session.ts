/** A role's session, assumed with the session below it. One process makes it for all. */

import { stsHost } from "../aws/failure.ts";
import { accountOfArn } from "../aws-names/arn.ts";
import { CHAINED_ROLE_SECONDS, isCut, type RoleRequest } from "../profile/role.ts";
import { AskonceError } from "../runtime/errors.ts";
import { bindCredentials, openCredentials, type StoredSession } from "../session/stored-session.ts";
import { assumeRoleInput } from "./assume-role.ts";
import { connectionFor } from "./connection.ts";
import type { RefreshInput } from "./input.ts";
import { exchangeLock } from "./lock-names.ts";
import type { Attempt, IdentifiedSource } from "./source/source.ts";
import { underLock } from "./under-lock.ts";

/** A refresh, once it is known which sessions it is about. */
export interface Renewal extends RefreshInput {
  readonly source: IdentifiedSource;
}

interface RoleStep {
  readonly id: string;
  readonly role: RoleRequest;
  /** The session below it. */
  readonly below: StoredSession;
}

export type RoleMade =
  | { readonly kind: "session"; readonly session: StoredSession }
  /** AWS no longer accepts the session below. */
  | { readonly kind: "dead-below" };

/** The role's session: a new one, or one that another process made meanwhile. Throws AskonceError. */
export async function refreshRoleSession(renewal: Renewal, step: RoleStep, attempt: Attempt): Promise<RoleMade> {
  const { store, context } = renewal;
  const name = exchangeLock(step.id);
  const arrived = (): RoleMade | undefined => {
    const session = store.sessions.read(step.id);
    if (session !== undefined && attempt.isEnough(session)) return { kind: "session", session };
    const shared = store.failures.shared(step.id, []);
    if (shared !== undefined) throw shared;
    return undefined;
  };
  return underLock(store.locks, name, context, { arrived, mayWait: !renewal.isEarly }, async (lock) => {
    try {
      const session = await assume(renewal, step);
      if (session === undefined) return { kind: "dead-below" };
      if (await lock.stillOurs()) {
        await store.sessions.keep(session);
        store.failures.clear(step.id);
      }
      return { kind: "session", session };
    } catch (error) {
      if (error instanceof AskonceError && error.code === "refused") store.failures.shareRefusal(step.id, error);
      throw error;
    }
  });
}

/** undefined when AWS no longer accepts the session below. */
async function assume(renewal: Renewal, { id, role, below }: RoleStep): Promise<StoredSession | undefined> {
  const { request, source, context } = renewal;
  const { region } = source.identity;
  context.waiting.for = { host: stsHost(request.endpoint, region) };
  const { assumeRole } = await import("../aws/sts.ts");
  const whose = { keysOf: request.source.profile, role: role.arn };
  if (isCut(role)) {
    context.log("AWS caps a role taken from a session", {
      role: role.arn,
      asked: role.durationSeconds,
      got: CHAINED_ROLE_SECONDS,
    });
  }
  const input = await assumeRoleInput(role, () => source.sessionName(below));
  const durationSeconds = isCut(role) ? { durationSeconds: CHAINED_ROLE_SECONDS } : {};
  const keys = await openCredentials(below);
  const issued = await assumeRole(connectionFor(renewal, region), keys, { ...input, ...durationSeconds }, whose);
  if (issued === undefined) return undefined;
  const accountId = issued.session.accountId ?? accountOfArn(role.arn);
  const record = {
    ...issued.session,
    ...(accountId === undefined ? {} : { accountId }),
    id,
    sourceId: below.id,
    profile: role.profile,
    role: role.arn,
    ...(below.device === undefined ? {} : { device: below.device }),
  };
  return bindCredentials(record, issued.credentials);
}
