/** The MFA device of a request: named, remembered, or found through IAM by one process for all. */

import { iamHost } from "../../aws/failure.ts";
import type { MfaDevice } from "../../aws/iam.ts";
import { firstRegion } from "../../aws-names/partition.ts";
import type { LongTermKeys } from "../../keys/long-term-keys.ts";
import { codeMakers } from "../../mfa/devices.ts";
import type { SessionRequest } from "../../profile/request.ts";
import { sleep } from "../../runtime/abort.ts";
import type { Context } from "../../runtime/context.ts";
import { AskonceError } from "../../runtime/errors.ts";
import { partitionOfRequest, userIdOf } from "../../session/identity.ts";
import type { Announcements } from "../asking/announcements.ts";
import type { SigningKeys } from "../signing-keys.ts";
import type { Store } from "../store/store.ts";
import { POLL_MS, underLock } from "../under-lock.ts";
import { placeFor } from "../work.ts";
import { chooseDevice } from "./choose.ts";

export interface Search {
  readonly request: SessionRequest;
  readonly accessKeyId: string;
  readonly keys: SigningKeys;
  readonly store: Pick<Store, "users" | "failures" | "locks" | "clocks">;
  readonly context: Context;
  readonly announcements: Announcements;
  /** A device that STS does not know any more: it is looked up although it is remembered. */
  readonly insteadOf?: string;
}

export interface FoundDevice {
  /** ARN or serial number. */
  readonly serial: string;
  /** The IAM user's name, where IAM told it. */
  readonly userName?: string;
}

/** Several devices, of which one has to be chosen. */
interface Choices {
  readonly choices: readonly string[];
}

/**
 * Throws `configuration` when there is no device, only security keys, a choice that nobody can make, or IAM may not be
 * asked; `no-code` and `interrupted` when nobody made it; or as AWS refuses.
 */
export async function findDevice(search: Search): Promise<FoundDevice> {
  const { request, store } = search;
  const id = userIdOf(request, search.accessKeyId);
  const found = known(search) ?? (await lookUpDevice(search));
  if (!("choices" in found)) return found;
  const serial = await chooseDevice({
    ...search,
    id,
    serials: found.choices,
    chosen: () => known(search)?.serial,
  });
  const { userName } = store.users.read(id);
  return { serial, ...(userName === undefined ? {} : { userName }) };
}

function known({ request, accessKeyId, store, insteadOf }: Search): FoundDevice | undefined {
  const { serial: remembered, userName, choices } = store.users.read(userIdOf(request, accessKeyId));
  // One that IAM does not list any more is remembered for the session it has made, and for nothing else.
  const isGone = remembered !== undefined && choices !== undefined && !choices.serials.includes(remembered);
  const serial = request.mfaSerial ?? (isGone ? undefined : remembered);
  if (serial === undefined || serial === insteadOf) return undefined;
  return { serial, ...(userName === undefined ? {} : { userName }) };
}

/** Asks IAM, one process for all who started before it answered. Throws as findDevice does, but for the choice. */
export async function lookUpDevice(search: Search): Promise<FoundDevice | Choices> {
  const { request, accessKeyId, store, context, keys } = search;
  const id = userIdOf(request, accessKeyId);
  const listed = (): Choices | undefined => {
    const { choices } = store.users.read(id);
    return choices !== undefined && choices.atMs >= context.startedAtMs ? { choices: choices.serials } : undefined;
  };
  const arrived = (): FoundDevice | Choices | undefined => {
    const shared = store.failures.shared(id, []);
    if (shared !== undefined) throw shared;
    return known(search) ?? listed();
  };
  // Whoever has just got the keys goes first: their program would be run once more for another.
  if (keys.needTheirProgram()) await sleep(POLL_MS, context.deadline.signal);
  return underLock(store.locks, `${id}.find`, context, { arrived }, async () => {
    try {
      return learn(search, id, await askIam(search, await keys.get(context)));
    } catch (error) {
      const isForAll = error instanceof AskonceError && (error.code === "refused" || error.code === "configuration");
      if (isForAll) store.failures.shareRefusal(id, error);
      throw error;
    }
  });
}

/** Keeps the only device, or those of which one has to be chosen. */
function learn({ request, store, context }: Search, id: string, devices: readonly MfaDevice[]): FoundDevice | Choices {
  const [serial, ...others] = codeMakers(
    devices.map((device) => device.serial),
    request.keys.profile,
  );
  const userName = devices.find((device) => device.serial === serial)?.userName;
  const learnt = userName === undefined ? {} : { userName };
  if (others.length === 0) {
    context.log("MFA device found", { serial });
    store.users.keep(id, { ...learnt, serial, choices: undefined });
    return { ...learnt, serial };
  }
  const choices = [serial, ...others];
  store.users.keep(id, { ...learnt, choices: { serials: choices, atMs: Date.now() } });
  return { choices };
}

async function askIam(search: Search, keys: LongTermKeys): Promise<MfaDevice[]> {
  const { request, context } = search;
  context.waiting.for = { host: iamHost(request.endpoint) };
  const { isDenied, listMfaDevices } = await import("../../aws/iam.ts");
  const region = request.region ?? firstRegion(partitionOfRequest(request));
  try {
    return await listMfaDevices(placeFor(search, region), keys, keys.profile);
  } catch (error) {
    throw isDenied(error) ? unlisted(keys.profile, error) : error;
  }
}

/** The list is not needed where the device is named. */
function unlisted(keysOf: string, cause: unknown): AskonceError {
  return new AskonceError(
    "configuration",
    `no mfa_serial is set for ${keysOf}, and its user may not list MFA devices (iam:ListMFADevices is denied)`,
    `add mfa_serial = arn:aws:iam::ACCOUNT:mfa/NAME to profile ${keysOf}`,
    "device-not-listed",
    { cause },
  );
}
