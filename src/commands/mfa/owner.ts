/** The IAM user whose devices a command is about, and the ways to call AWS for it. */

import type { IamCaller, MfaDevice } from "../../aws/iam.ts";
import { isDenied } from "../../aws/iam-denial.ts";
import type { SharedFiles } from "../../aws-files/read.ts";
import { partitionOfArn } from "../../aws-names/arn.ts";
import { isSecurityKey } from "../../aws-names/mfa-serial.ts";
import { firstRegion } from "../../aws-names/partition.ts";
import type { CacheDirectory } from "../../cache/directory.ts";
import { getSession, promptingPerson, readInputs, resolveSession } from "../../get-session.ts";
import type { LongTermKeys } from "../../keys/long-term-keys.ts";
import type { SessionRequest } from "../../profile/request.ts";
import { connectionFor } from "../../refresh/connection.ts";
import { lazyKeys } from "../../refresh/source/lazy-keys.ts";
import { openStore, type Store } from "../../refresh/store/store.ts";
import { now } from "../../runtime/clock.ts";
import type { Context } from "../../runtime/context.ts";
import { AskonceError } from "../../runtime/errors.ts";
import type { Streams } from "../../runtime/streams.ts";
import { partitionOfRequest } from "../../session/identity.ts";
import { knownIdentity } from "../../session/known-identity.ts";
import { userIdOf } from "../../session/mfa-identity.ts";
import { isUsable } from "../../session/session.ts";
import { type Credentials, openCredentials } from "../../session/stored-session.ts";
import { withProgress } from "../../terminal/progress.ts";

export interface Owner {
  /** For the MFA session itself: without the roles above it. */
  readonly request: SessionRequest;
  readonly files: SharedFiles;
  readonly keys: LongTermKeys;
  readonly accountId: string;
  /** As AWS names the user. */
  readonly partition: string;
  readonly userName: string;
  /** Under what the user is remembered. */
  readonly id: string;
  readonly store: Store;
  readonly cache: CacheDirectory;
  readonly streams: Streams;
  readonly context: Context;
}

/** Throws `configuration` where the keys are no IAM user's, and as the profile or AWS refuse. */
export async function openOwner(name: string, streams: Streams, context: Context): Promise<Owner> {
  const { files, cache } = await readInputs(context);
  const resolved = await resolveSession(name, {}, context, { files: withoutSecurityKeys(files), cache });
  const prompting = promptingPerson(resolved.request);
  const { direct: _, ...source } = prompting.source;
  const request = { ...prompting, source, roles: [] };
  const store = openStore(cache, context);
  const keys = await lazyKeys(source, store, context).get(context);
  const { getCallerIdentity } = await import("../../aws/sts.ts");
  const { account: accountId, arn } = await withProgress("asking AWS who that is", streams, () =>
    getCallerIdentity(connectionOf({ request, store, context }), keys, { keysOf: keys.profile }),
  );
  const userName = /:user\/(?:.*\/)?([^/]+)$/.exec(arn)?.[1];
  if (userName === undefined)
    throw new AskonceError(
      "configuration",
      `the keys of ${keys.profile} are not an IAM user's: ${arn}`,
      "MFA devices of the root user are looked after in the console",
      "not-an-iam-user",
    );
  const id = userIdOf(request, keys.accessKeyId);
  return {
    request,
    files,
    keys,
    accountId,
    partition: partitionOfArn(arn),
    userName,
    id,
    store,
    cache,
    streams,
    context,
  };
}

/** A security key that a profile names is no reason to keep its user from enrolling an app. */
function withoutSecurityKeys(files: SharedFiles): SharedFiles {
  const mended = [...files.profiles].map(([name, keys]) => {
    const { mfa_serial: serial, ...others } = keys;
    return [name, serial !== undefined && isSecurityKey(serial) ? others : keys] as const;
  });
  return { ...files, profiles: new Map(mended) };
}

function connectionOf(work: Pick<Owner, "request" | "store" | "context">) {
  return connectionFor(work, work.request.region ?? firstRegion(partitionOfRequest(work.request)));
}

/** With the long-term keys, or these. */
export function iamCallerOf(owner: Owner, keys: IamCaller["keys"] = owner.keys): IamCaller {
  return { connection: connectionOf(owner), keys, keysOf: owner.keys.profile };
}

/** Calls with the long-term keys, and where a policy denies that, with the MFA session that is cached, if there is one. */
export async function withEitherKeys<T>(owner: Owner, call: (caller: IamCaller) => Promise<T>): Promise<T> {
  try {
    return await call(iamCallerOf(owner));
  } catch (error) {
    const session = isDenied(error) ? await cachedCredentials(owner) : undefined;
    if (session === undefined) throw error;
    return call(iamCallerOf(owner, session));
  }
}

async function cachedCredentials({ request, store }: Owner): Promise<Credentials | undefined> {
  const identity = knownIdentity(request, store.users.read);
  const session = identity === undefined ? undefined : store.sessions.read(identity.mfaSessionId);
  return session !== undefined && isUsable(session, now()) ? openCredentials(session) : undefined;
}

/** The devices the user has. Throws as listMfaDevices does. */
export async function devicesOf(owner: Owner): Promise<MfaDevice[]> {
  const { listMfaDevices } = await import("../../aws/iam.ts");
  return withProgress(`asking IAM for the devices of ${owner.userName}`, owner.streams, () =>
    withEitherKeys(owner, ({ connection, keys, keysOf }) => listMfaDevices(connection, keys, keysOf, owner.userName)),
  );
}

/** An MFA session, asked for as login does, with the device it was made with. A device that is named and gone is not asked for. */
export async function sessionOf(
  owner: Owner,
  devices: readonly MfaDevice[],
): Promise<{ readonly caller: IamCaller; readonly device: string | undefined }> {
  const { source } = owner.request;
  const isThere = devices.some(({ serial }) => serial === source.mfa.serial);
  const unnamed = { ...source, mfa: { ...source.mfa, serial: undefined } };
  const request = isThere ? owner.request : { ...owner.request, source: unnamed };
  const session = await getSession(request, owner.cache, owner.context, { anew: true });
  return { caller: iamCallerOf(owner, await openCredentials(session)), device: session.device };
}
