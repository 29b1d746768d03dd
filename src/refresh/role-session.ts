/** A role's session, taken with the session below it, by one process for all. */

import { stsHost } from "../aws/failure.ts";
import { accountOfArn } from "../aws-names/arn.ts";
import { CHAINED_ROLE_SECONDS, isCut, type RoleRequest } from "../profile/role.ts";
import { AskonceError } from "../runtime/errors.ts";
import { bindCredentials, openCredentials, type StoredSession } from "../session/stored-session.ts";
import { assumeRoleInput } from "./assume-role.ts";
import { connectionFor } from "./connection.ts";
import { exchangeLock } from "./lock-names.ts";
import { underLock } from "./under-lock.ts";
import type { Attempt, Refresh } from "./work.ts";

interface RoleStep {
  readonly id: string;
  readonly role: RoleRequest;
  readonly source: StoredSession;
}

/** The role's session, from the cache if another process made it meanwhile; or the news that AWS no longer knows the source. */
export async function refreshRoleSession(
  refresh: Refresh,
  step: RoleStep,
  attempt: Attempt,
): Promise<StoredSession | "source is dead"> {
  const { store, context } = refresh;
  const name = exchangeLock(step.id);
  const arrived = (): StoredSession | undefined => {
    const session = store.sessions.read(step.id);
    if (session !== undefined && attempt.isEnough(session)) return session;
    const shared = store.failures.shared(step.id, []);
    if (shared !== undefined) throw shared;
    return undefined;
  };
  return underLock(store.locks, name, context, { arrived, mayWait: !refresh.isEarly }, async (lock) => {
    try {
      const session = await takeRole(refresh, step);
      if (session === undefined) return "source is dead";
      if (await lock.stillOurs()) {
        await store.sessions.keep(session);
        store.failures.clear(step.id);
      }
      return session;
    } catch (error) {
      if (error instanceof AskonceError && error.code === "refused") store.failures.shareRefusal(step.id, error);
      throw error;
    }
  });
}

async function takeRole(refresh: Refresh, { id, role, source }: RoleStep): Promise<StoredSession | undefined> {
  const { request, identity, context } = refresh;
  context.waiting.for = { host: stsHost(request.endpoint, identity.region) };
  const { assumeRole } = await import("../aws/sts.ts");
  const whose = { keysOf: request.keys.profile, role: role.arn };
  if (isCut(role)) {
    context.log("AWS caps a role taken from a session", {
      role: role.arn,
      asked: role.durationSeconds,
      got: CHAINED_ROLE_SECONDS,
    });
  }
  const input = await assumeRoleInput(refresh, role, source);
  const durationSeconds = isCut(role) ? { durationSeconds: CHAINED_ROLE_SECONDS } : {};
  const keys = await openCredentials(source);
  const issued = await assumeRole(
    connectionFor(refresh, identity.region),
    keys,
    { ...input, ...durationSeconds },
    whose,
  );
  if (issued === undefined) return undefined;
  const accountId = issued.session.accountId ?? accountOfArn(role.arn);
  const record = {
    ...issued.session,
    ...(accountId === undefined ? {} : { accountId }),
    id,
    sourceId: source.id,
    profile: role.profile,
    role: role.arn,
    device: identity.device,
  };
  return bindCredentials(record, issued.credentials);
}
