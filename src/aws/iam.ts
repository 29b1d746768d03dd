/** The only importer of the IAM client. Loaded when a device has to be found. */

import { IAMClient, ListAccessKeysCommand, ListMFADevicesCommand, ListUsersCommand } from "@aws-sdk/client-iam";
import { AskonceError } from "../errors.ts";
import { callAndClose, clientOptions, type Place, type SigningKeys } from "./connection.ts";
import { awsFailure, mayPass, notOfAws } from "./failure.ts";
import { iamHost } from "./host.ts";
import type { Exchange } from "./request-handler.ts";

export interface MfaDevice {
  readonly serial: string;
  readonly userName: string | undefined;
  /** undefined where the answer does not tell. */
  readonly enabledAtMs: number | undefined;
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
    for (const { SerialNumber: serial, UserName: userName, EnableDate } of answer.MFADevices) {
      if (serial) devices.push({ serial, userName, enabledAtMs: EnableDate?.getTime() });
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

/** What IAM says to a question that a policy may forbid: `explicitly` by a statement that denies, `silently` where none allows it. */
export type IamAnswer<T> = { readonly value: T } | { readonly denied: "explicitly" | "silently" };

export interface AccessKey {
  readonly id: string;
  readonly isActive: boolean;
  readonly createdAtMs: number | undefined;
}

/** The user's devices, as listMfaDevices has them; a denial is an answer here. Throws `refused` or `unreachable`. */
export function askForDevices(place: Place, keys: SigningKeys, keysOf: string): Promise<IamAnswer<MfaDevice[]>> {
  return askIam(place, keys, keysOf, "ListMFADevices", allPages);
}

/** iam:ListAccessKeys for the user whose keys, or session, these are; AWS allows two. Throws as askForDevices does. */
export function askForAccessKeys(place: Place, keys: SigningKeys, keysOf: string): Promise<IamAnswer<AccessKey[]>> {
  return askIam(place, keys, keysOf, "ListAccessKeys", async (client, options) => {
    const { AccessKeyMetadata: list } = await client.send(new ListAccessKeysCommand({}), options);
    if (list === undefined) throw notOfAws("the answer holds no list of keys");
    return list.flatMap(({ AccessKeyId: id, Status: status, CreateDate: created }) =>
      id ? [{ id, isActive: status === "Active", createdAtMs: created?.getTime() }] : [],
    );
  });
}

/** Whether these keys may list the account's users, of which one is asked for. Throws as askForDevices does. */
export function askForUsers(place: Place, keys: SigningKeys, keysOf: string): Promise<IamAnswer<true>> {
  return askIam<true>(place, keys, keysOf, "ListUsers", async (client, options) => {
    const { Users: list } = await client.send(new ListUsersCommand({ MaxItems: 1 }), options);
    if (list === undefined) throw notOfAws("the answer holds no list of users");
    return true;
  });
}

async function askIam<T>(
  place: Place,
  keys: SigningKeys,
  keysOf: string,
  action: string,
  send: (client: IAMClient, options: { readonly abortSignal: AbortSignal }) => Promise<T>,
): Promise<IamAnswer<T>> {
  const url = place.endpoint.iamUrl;
  const exchange: Exchange = { host: iamHost(place.endpoint) };
  const client = new IAMClient(clientOptions(place, keys, { url, exchange }));
  try {
    return { value: await callAndClose(client, { place, url, exchange }, mayPass, send) };
  } catch (error) {
    const { name, message = "" } = error as { name?: string; message?: string };
    // Only the text tells whether a statement denies it or none allows it (IAM User Guide, "Access denied error messages").
    if (name === "AccessDenied") return { denied: /explicit deny/i.test(message) ? "explicitly" : "silently" };
    throw awsFailure(error, action, { keysOf }, exchange.host, [keys.secretAccessKey, keys.sessionToken]);
  }
}
