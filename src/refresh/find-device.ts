/** The MFA device of a request: named, remembered, or found through IAM by one process for all. */

import type { Context } from "../context.ts";
import { AskonceError } from "../errors.ts";
import { partitionOfRequest, userIdOf } from "../identity.ts";
import { chooseDevice } from "../mfa/devices.ts";
import { firstRegion } from "../profile/partition.ts";
import type { SessionRequest } from "../profile/request.ts";
import { lockUnless } from "./lock-unless.ts";
import type { Store } from "./store.ts";

export interface FoundDevice {
  /** ARN or serial number. */
  readonly serial: string;
  /** The IAM user's name, where IAM told it. */
  readonly userName?: string;
}

/** Throws `configuration` when there is no device, only security keys, a choice to make, or IAM may not be asked; or as AWS refuses. */
export async function findDevice(request: SessionRequest, store: Store, context: Context): Promise<FoundDevice> {
  const id = userIdOf(request);
  const known = (): FoundDevice | undefined => {
    const user = store.user(id);
    const serial = request.mfaSerial ?? user.serial;
    return serial === undefined ? undefined : { ...user, serial };
  };
  const turn = await lockUnless(
    store,
    `${id}.find`,
    context,
    () => {
      const shared = store.sharedFailure(id, []);
      if (shared !== undefined) throw shared;
      return known();
    },
    true,
  );
  if ("arrived" in turn) return turn.arrived;
  try {
    const found = await askIam(request, context);
    store.keepUser(id, found);
    return found;
  } catch (error) {
    const isForAll = error instanceof AskonceError && (error.code === "refused" || error.code === "configuration");
    if (isForAll) store.shareRefusal(id, error);
    throw error;
  } finally {
    await turn.lock.release();
  }
}

async function askIam(request: SessionRequest, context: Context): Promise<FoundDevice> {
  context.waitingFor = "AWS";
  const { listMfaDevices } = await import("../aws/iam.ts");
  const keysOf = request.keys.profile;
  const region = request.region ?? firstRegion(partitionOfRequest(request));
  const devices = await listMfaDevices(
    { region, endpoint: request.endpoint, signal: context.signal },
    request.keys,
    keysOf,
  );
  const serial = chooseDevice(
    devices.map((device) => device.serial),
    keysOf,
  );
  context.log("MFA device found", { serial });
  const userName = devices.find((device) => device.serial === serial)?.userName;
  return { serial, ...(userName === undefined ? {} : { userName }) };
}
