/** The only importer of the IAM client. Loaded when a device has to be found. */

import { IAMClient, ListMFADevicesCommand } from "@aws-sdk/client-iam";
import { AskonceError } from "../errors.ts";
import { callAndClose, clientOptions, type Place, type SigningKeys } from "./connection.ts";
import { awsFailure, mayPass, notOfAws } from "./failure.ts";
import { iamHost } from "./host.ts";
import type { Exchange } from "./request-handler.ts";

export interface MfaDevice {
  readonly serial: string;
  readonly userName: string | undefined;
}

/** AWS allows eight devices a user; more pages than this are no answer of AWS. */
const MOST_PAGES = 4;

/** iam:ListMFADevices for the user whose long-term keys these are. Throws `configuration` when it is denied, `refused` or `unreachable`. */
export async function listMfaDevices(place: Place, keys: SigningKeys, keysOf: string): Promise<MfaDevice[]> {
  const url = place.endpoint.iamUrl;
  const exchange: Exchange = { host: iamHost(place.endpoint) };
  const client = new IAMClient(clientOptions(place, keys, { url, exchange }));
  try {
    return await callAndClose(client, { place, url, exchange }, mayPass, allPages);
  } catch (error) {
    if ((error as { name?: string }).name === "AccessDenied") throw denied(keysOf, error);
    throw awsFailure(error, "ListMFADevices", { keysOf }, exchange.host);
  }
}

async function allPages(client: IAMClient, options: { readonly abortSignal: AbortSignal }): Promise<MfaDevice[]> {
  const devices: MfaDevice[] = [];
  let marker: string | undefined;
  for (let page = 0; page < MOST_PAGES; page++) {
    const answer = await client.send(
      new ListMFADevicesCommand(marker === undefined ? {} : { Marker: marker }),
      options,
    );
    // A user without one has an empty list; no list at all is somebody else's answer.
    if (answer.MFADevices === undefined) throw notOfAws("the answer holds no list of devices");
    for (const device of answer.MFADevices) {
      if (device.SerialNumber) devices.push({ serial: device.SerialNumber, userName: device.UserName });
    }
    marker = answer.IsTruncated === true ? answer.Marker : undefined;
    if (marker === undefined) break;
  }
  return devices;
}

function denied(keysOf: string, cause: unknown): AskonceError {
  return new AskonceError(
    "configuration",
    `no mfa_serial is set for ${keysOf}, and its user may not list MFA devices (iam:ListMFADevices is denied)`,
    `add mfa_serial = arn:aws:iam::ACCOUNT:mfa/NAME to profile ${keysOf}`,
    { cause },
  );
}
