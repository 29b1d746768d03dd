/** Asks IAM for the MFA devices of a user: one process asks for all that wait. */

import { iamHost } from "../../aws/failure.ts";
import type { MfaDevice } from "../../aws/iam.ts";
import { isDenied } from "../../aws/iam-denial.ts";
import { firstRegion } from "../../aws-names/partition.ts";
import type { LongTermKeys } from "../../keys/long-term-keys.ts";
import { codeMakers } from "../../mfa/devices.ts";
import type { SessionRequest } from "../../profile/request.ts";
import { sleep } from "../../runtime/abort.ts";
import type { Context } from "../../runtime/context.ts";
import { AskonceError } from "../../runtime/errors.ts";
import { partitionOfRequest } from "../../session/identity.ts";
import { userIdOf } from "../../session/mfa-identity.ts";
import type { Announcements } from "../asking/announcements.ts";
import { connectionFor } from "../connection.ts";
import { lookUpLock } from "../lock-names.ts";
import type { Store } from "../store/store.ts";
import { POLL_MS, underLock } from "../under-lock.ts";

/** Whose device is looked up, and with what. */
export interface DeviceQuery {
  readonly request: SessionRequest;
  readonly accessKeyId: string;
  readonly keys: {
    get(context: Context): Promise<LongTermKeys>;
    /** Whether `get` would run the program that has the keys. */
    wouldRunProgram(): boolean;
  };
  readonly store: Pick<Store, "users" | "failures" | "locks" | "clocks">;
  readonly context: Context;
  readonly announcements: Announcements;
  /** A remembered device that STS no longer accepts for this user. */
  readonly insteadOf?: string;
}

export interface FoundDevice {
  /** ARN or serial number. */
  readonly serial: string;
  /** The IAM user's name, if IAM returned it. */
  readonly userName?: string;
}

/** One device, or several of which the user has to choose one. */
export type LookedUp =
  | { readonly kind: "found"; readonly device: FoundDevice }
  | { readonly kind: "several"; readonly serials: readonly string[] };

/** The device that the profile names or that is remembered for the user. */
export function knownDevice({ request, accessKeyId, store, insteadOf }: DeviceQuery): FoundDevice | undefined {
  const { serial: remembered, userName, choices } = store.users.read(userIdOf(request, accessKeyId));
  // A device that IAM no longer lists stays remembered only for the session that was made with it.
  const isGone = remembered !== undefined && choices !== undefined && !choices.serials.includes(remembered);
  const serial = request.source.mfa.serial ?? (isGone ? undefined : remembered);
  if (serial === undefined || serial === insteadOf) return undefined;
  return { serial, ...(userName === undefined ? {} : { userName }) };
}

/**
 * Asks IAM once for all processes that started before it answered.
 *
 * Throws `configuration` when there is no device, when there are only security keys, or when the user may not list
 * devices; otherwise whatever AWS refuses.
 */
export async function lookUpDevice(query: DeviceQuery): Promise<LookedUp> {
  const { request, accessKeyId, store, context, keys } = query;
  const id = userIdOf(request, accessKeyId);
  const arrived = (): LookedUp | undefined => {
    const shared = store.failures.shared(id, []);
    if (shared !== undefined) throw shared;
    const device = knownDevice(query);
    if (device !== undefined) return { kind: "found", device };
    const { choices } = store.users.read(id);
    const isNew = choices !== undefined && choices.atMs >= context.startedAtMs;
    return isNew ? { kind: "several", serials: choices.serials } : undefined;
  };
  // A process that already has the keys should go first: any other would run their program again.
  if (keys.wouldRunProgram()) await sleep(POLL_MS, context.deadline.signal);
  return underLock(store.locks, lookUpLock(id), context, { arrived }, async () => {
    try {
      return remember(query, id, await askIam(query, await keys.get(context)));
    } catch (error) {
      const isForAll = error instanceof AskonceError && (error.code === "refused" || error.code === "configuration");
      if (isForAll) store.failures.shareRefusal(id, error);
      throw error;
    }
  });
}

/** Stores the only device, or the list to choose from. */
function remember({ request, store, context }: DeviceQuery, id: string, devices: readonly MfaDevice[]): LookedUp {
  const [serial, ...others] = codeMakers(
    devices.map((device) => device.serial),
    request.source.profile,
  );
  const userName = devices.find((device) => device.serial === serial)?.userName;
  const learnt = userName === undefined ? {} : { userName };
  if (others.length === 0) {
    context.log("MFA device found", { serial });
    store.users.keep(id, { ...learnt, serial, choices: undefined });
    return { kind: "found", device: { ...learnt, serial } };
  }
  const serials = [serial, ...others];
  store.users.keep(id, { ...learnt, choices: { serials, atMs: Date.now() } });
  return { kind: "several", serials };
}

async function askIam(query: DeviceQuery, keys: LongTermKeys): Promise<MfaDevice[]> {
  const { request, context } = query;
  context.waiting.for = { host: iamHost(request.endpoint) };
  const { listMfaDevices } = await import("../../aws/iam.ts");
  const region = request.region ?? firstRegion(partitionOfRequest(request));
  try {
    return await listMfaDevices(connectionFor(query, region), keys, keys.profile);
  } catch (error) {
    throw isDenied(error) ? listingDenied(keys.profile, error) : error;
  }
}

function listingDenied(keysOf: string, cause: unknown): AskonceError {
  return new AskonceError(
    "configuration",
    `no mfa_serial is set for ${keysOf}, and its user may not list MFA devices (iam:ListMFADevices is denied)`,
    `add mfa_serial = arn:aws:iam::ACCOUNT:mfa/NAME to profile ${keysOf}`,
    "device-not-listed",
    { cause },
  );
}
