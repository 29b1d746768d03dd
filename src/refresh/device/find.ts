/** The MFA device of a request: named in the profile, remembered, or looked up in IAM. */

import { userIdOf } from "../../session/mfa-identity.ts";
import { chooseDevice } from "./choose.ts";
import { type DeviceQuery, type FoundDevice, knownDevice, lookUpDevice } from "./look-up.ts";

/** Throws as lookUpDevice and chooseDevice do. */
export async function findDevice(query: DeviceQuery): Promise<FoundDevice> {
  const known = knownDevice(query);
  if (known !== undefined) return known;
  const lookedUp = await lookUpDevice(query);
  if (lookedUp.kind === "found") return lookedUp.device;
  const { request, store, accessKeyId } = query;
  const id = userIdOf(request, accessKeyId);
  const serial = await chooseDevice({
    ...query,
    id,
    serials: lookedUp.serials,
    chosen: () => knownDevice(query)?.serial,
  });
  const { userName } = store.users.read(id);
  return { serial, ...(userName === undefined ? {} : { userName }) };
}
