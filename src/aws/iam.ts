/** The only importer of the IAM client. Loaded when a device has to be found, or devices are looked after. */

import {
  CreateVirtualMFADeviceCommand,
  DeleteVirtualMFADeviceCommand,
  EnableMFADeviceCommand,
  IAMClient,
  ListAccessKeysCommand,
  ListMFADevicesCommand,
  ListUsersCommand,
  ListVirtualMFADevicesCommand,
  ResyncMFADeviceCommand,
} from "@aws-sdk/client-iam";
import { type Connection, callAndClose, clientOptions, type SigningKeys } from "./connection.ts";
import { awsFailure, iamHost, isDenial, mayPass, notOfAws, wasSurelyNotSeen } from "./failure.ts";
import { awsErrorName, deniedAction, isDenied } from "./iam-denial.ts";
import type { Exchange } from "./request-handler.ts";

export interface MfaDevice {
  readonly serial: string;
  readonly userName: string | undefined;
  /** undefined where the answer does not tell. */
  readonly enabledAtMs: number | undefined;
}

/** Who calls, and from where; `keysOf` is whose keys they are in the user's words. */
export interface IamCaller {
  readonly connection: Connection;
  readonly keys: SigningKeys;
  readonly keysOf: string;
}

/** A device of a user, and two codes of it that follow each other. */
export interface CodePair {
  readonly userName: string;
  readonly serial: string;
  readonly codes: readonly [string, string];
}

/** AWS allows eight devices a user; more pages than this are no answer of AWS. */
const MOST_PAGES = 4;
/** An account may have thousands that nobody uses. */
const MOST_PAGES_OF_ACCOUNT = 50;

type SendOptions = { readonly abortSignal: AbortSignal };

/** iam:ListMFADevices for the user whose long-term keys these are, whose name AWS knows; its imitations want to be told. Throws `configuration` when it is denied, `refused` or `unreachable`. */
export function listMfaDevices(
  connection: Connection,
  keys: SigningKeys,
  keysOf: string,
  userName?: string,
): Promise<MfaDevice[]> {
  return call({ connection, keys, keysOf }, "ListMFADevices", mayPass, (...given) => allPages(...given, userName));
}

/** The seed is base32 text, which AWS tells this once. `name-taken`: a device of that name exists. */
export type CreatedDevice =
  | { readonly kind: "created"; readonly serial: string; readonly seed: string }
  | { readonly kind: "name-taken" };

/**
 * iam:CreateVirtualMFADevice. Throws as listMfaDevices does. It is not called again where an answer was lost: there may be a device by then.
 */
export async function createVirtualDevice(caller: IamCaller, name: string): Promise<CreatedDevice> {
  return call(caller, "CreateVirtualMFADevice", wasSurelyNotSeen, async (client, options) => {
    const { VirtualMFADevice: device } = await client.send(
      new CreateVirtualMFADeviceCommand({ VirtualMFADeviceName: name }),
      options,
    );
    const seed = Buffer.from(device?.Base32StringSeed ?? []).toString("latin1");
    if (!device?.SerialNumber || !/^[A-Z2-7]+=*$/.test(seed)) throw notOfAws("the answer holds no device with a seed");
    return { kind: "created" as const, serial: device.SerialNumber, seed: seed.replace(/=+$/, "") };
  }).catch((error) => instead(error, "EntityAlreadyExistsException", { kind: "name-taken" } as const));
}

/** iam:EnableMFADevice. `rejected`: AWS does not take these codes. Throws as listMfaDevices does. */
export function enableDevice(caller: IamCaller, pair: CodePair): Promise<"accepted" | "rejected"> {
  return sendPair(caller, pair, "EnableMFADevice", EnableMFADeviceCommand);
}

/** iam:ResyncMFADevice: from now on AWS goes by the device's clock. Answers and throws as enableDevice does. */
export function resyncDevice(caller: IamCaller, pair: CodePair): Promise<"accepted" | "rejected"> {
  return sendPair(caller, pair, "ResyncMFADevice", ResyncMFADeviceCommand);
}

/** iam:DeleteVirtualMFADevice; one that is gone already is as good. Throws as listMfaDevices does. */
export async function deleteVirtualDevice(caller: IamCaller, serial: string): Promise<void> {
  await call(caller, "DeleteVirtualMFADevice", mayPass, async (client, options) => {
    await client.send(new DeleteVirtualMFADeviceCommand({ SerialNumber: serial }), options);
  }).catch((error) => instead(error, "NoSuchEntityException", undefined));
}

/** iam:ListVirtualMFADevices: true where this one of the account belongs to nobody. Throws as listMfaDevices does. */
export function isUnassigned(caller: IamCaller, serial: string): Promise<boolean> {
  return call(caller, "ListVirtualMFADevices", mayPass, async (client, options) => {
    let marker: string | undefined;
    for (let page = 0; page < MOST_PAGES_OF_ACCOUNT; page++) {
      const answer = await client.send(
        new ListVirtualMFADevicesCommand({ AssignmentStatus: "Unassigned", ...(marker ? { Marker: marker } : {}) }),
        options,
      );
      if (answer.VirtualMFADevices?.some((device) => device.SerialNumber === serial) === true) return true;
      marker = answer.IsTruncated === true ? answer.Marker : undefined;
      if (marker === undefined) break;
    }
    return false;
  });
}

/** The value where AWS refused with this error; else it is thrown on. */
function instead<T>(error: unknown, name: string, value: T): T {
  if (awsErrorName(error) === name) return value;
  throw error;
}

async function sendPair(
  caller: IamCaller,
  { userName, serial, codes: [first, second] }: CodePair,
  action: string,
  Command: typeof EnableMFADeviceCommand | typeof ResyncMFADeviceCommand,
): Promise<"accepted" | "rejected"> {
  const input = { UserName: userName, SerialNumber: serial, AuthenticationCode1: first, AuthenticationCode2: second };
  try {
    // A code works once: a second try would be told that it is wrong.
    await call(
      caller,
      action,
      (error) => wasSurelyNotSeen(error) && mayPass(error),
      (client, options) => client.send(new Command(input), options),
      [first, second],
    );
    return "accepted";
  } catch (error) {
    return instead(error, "InvalidAuthenticationCodeException", "rejected");
  }
}

async function call<T>(
  { connection, keys, keysOf }: IamCaller,
  action: string,
  mayRepeat: (error: unknown) => boolean,
  send: (client: IAMClient, options: SendOptions) => Promise<T>,
  codes: readonly string[] = [],
): Promise<T> {
  const url = connection.endpoint.iamUrl;
  const exchange: Exchange = { host: iamHost(connection.endpoint) };
  const client = new IAMClient(clientOptions(connection, keys, { url, exchange }));
  try {
    return await callAndClose(client, { connection, url, exchange }, mayRepeat, send);
  } catch (error) {
    if (isDenial((error as Error).name)) throw deniedAction(action, keysOf, error);
    const secrets = [...codes, keys.secretAccessKey, keys.sessionToken];
    throw awsFailure(error, action, { keysOf }, exchange.host, secrets);
  }
}

async function allPages(client: IAMClient, options: SendOptions, name?: string): Promise<MfaDevice[]> {
  const devices: MfaDevice[] = [];
  let marker: string | undefined;
  for (let page = 0; page < MOST_PAGES; page++) {
    const answer = await client.send(new ListMFADevicesCommand({ UserName: name, Marker: marker }), options);
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

/** What IAM says to a question that a policy may forbid: `explicitly` by a statement that denies, `silently` where none allows it. */
export type IamAnswer<T> =
  | { readonly kind: "allowed"; readonly value: T }
  | { readonly kind: "denied"; readonly how: "explicitly" | "silently" };

export interface AccessKey {
  readonly id: string;
  readonly isActive: boolean;
  readonly createdAtMs: number | undefined;
}

/** The user's devices, as listMfaDevices has them; a denial is an answer here. Throws `refused` or `unreachable`. */
export function askForDevices(
  connection: Connection,
  keys: SigningKeys,
  keysOf: string,
): Promise<IamAnswer<MfaDevice[]>> {
  return askIam(connection, keys, keysOf, "ListMFADevices", allPages);
}

/** iam:ListAccessKeys for the user whose keys, or session, these are; AWS allows two. Throws as askForDevices does. */
export function askForAccessKeys(
  connection: Connection,
  keys: SigningKeys,
  keysOf: string,
): Promise<IamAnswer<AccessKey[]>> {
  return askIam(connection, keys, keysOf, "ListAccessKeys", async (client, options) => {
    const { AccessKeyMetadata: list } = await client.send(new ListAccessKeysCommand({}), options);
    if (list === undefined) throw notOfAws("the answer holds no list of keys");
    return list.flatMap(({ AccessKeyId: id, Status: status, CreateDate: created }) =>
      id ? [{ id, isActive: status === "Active", createdAtMs: created?.getTime() }] : [],
    );
  });
}

/** Whether these keys may list the account's users, of which one is asked for. Throws as askForDevices does. */
export function askForUsers(connection: Connection, keys: SigningKeys, keysOf: string): Promise<IamAnswer<true>> {
  return askIam<true>(connection, keys, keysOf, "ListUsers", async (client, options) => {
    const { Users: list } = await client.send(new ListUsersCommand({ MaxItems: 1 }), options);
    if (list === undefined) throw notOfAws("the answer holds no list of users");
    return true;
  });
}

async function askIam<T>(
  connection: Connection,
  keys: SigningKeys,
  keysOf: string,
  action: string,
  send: (client: IAMClient, options: SendOptions) => Promise<T>,
): Promise<IamAnswer<T>> {
  try {
    return { kind: "allowed", value: await call({ connection, keys, keysOf }, action, mayPass, send) };
  } catch (error) {
    if (!isDenied(error)) throw error;
    // Only the text tells whether a statement denies it or none allows it (IAM User Guide, "Access denied error messages").
    const { message } = (error as Error).cause as Error;
    return { kind: "denied", how: /explicit deny/i.test(message) ? "explicitly" : "silently" };
  }
}
