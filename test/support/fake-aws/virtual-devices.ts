import { randomBytes } from "node:crypto";
import { base32, type CreatedDevice, type Device } from "./accounts.ts";
import { AwsError, accessDenied, validationError } from "./aws-error.ts";
import { type ApiCall, authorize, callerAccount, callerArn } from "./caller.ts";
import { authorizedSubject, page } from "./iam-calls.ts";
import { checkParams } from "./params.ts";
import { type CodeSource, codeFor, currentCounter, WINDOW } from "./totp.ts";
import { awsTime, type XmlNode } from "./xml.ts";

/** What AWS lets a user have. */
const MOST_DEVICES = 8;
/** How far a device may have drifted for a resync to find it, in steps; AWS does not say. */
const RESYNC_STEPS = 120;
const SEED_LENGTH = 64;

const SERIAL = { pattern: /^[\w+=/:,.@-]+$/, shown: "[\\w+=/:,.@-]+", minLength: 9, maxLength: 256, required: true };
const CODE = { pattern: /^\d+$/, shown: "[\\d]+", minLength: 6, maxLength: 6, required: true };
const USER_NAME = { pattern: /^[\w+=,.@-]+$/, shown: "[\\w+=,.@-]+", minLength: 1, maxLength: 128, required: true };

/** iam:CreateVirtualMFADevice: the seed is told once, as base64 of its base32 text. */
export function createVirtualMfaDevice(call: ApiCall): XmlNode {
  checkParams(call.params, {
    VirtualMFADeviceName: {
      pattern: /^[\w+=,.@-]+$/,
      shown: "[\\w+=,.@-]+",
      minLength: 1,
      maxLength: 226,
      required: true,
    },
    Path: { pattern: /^\/$|^\/[\u0021-\u007e]+\/$/, minLength: 1, maxLength: 512 },
  });
  const { VirtualMFADeviceName: name, Path: path = "/" } = call.params;
  const accountId = callerAccount(call.credential);
  const serial = `arn:aws:iam::${accountId}:mfa${path}${name}`;
  authorize(call, serial);
  const isTaken = [...call.state.devices, ...call.state.created].some((device) => device.serial === serial);
  if (isTaken) throw alreadyExists("MFADevice entity at the same path and name already exists.");
  const secret = base32(randomBytes(SEED_LENGTH));
  call.state.created.push({ serial, accountId, codes: { secret, lastCounter: -1, stepsAhead: 0 } });
  const user = call.credential.kind === "role" ? accountId : call.credential.user.name;
  const uri = `otpauth://totp/${name}@${user}?secret=${secret}`;
  return {
    VirtualMFADevice: {
      SerialNumber: serial,
      Base32StringSeed: Buffer.from(secret).toString("base64"),
      // A picture in AWS; nobody here looks at it.
      QRCodePNG: Buffer.from(uri).toString("base64"),
    },
  };
}

/** iam:EnableMFADevice: two codes that follow each other, now. */
export function enableMfaDevice(call: ApiCall): XmlNode {
  checkParams(call.params, {
    UserName: USER_NAME,
    SerialNumber: SERIAL,
    AuthenticationCode1: CODE,
    AuthenticationCode2: CODE,
  });
  const user = authorizedSubject(call);
  const { state } = call;
  const { SerialNumber: serial = "" } = call.params;
  if (state.devices.some((device) => device.user === user)) needMfa(call, user.arn);
  if (state.devices.some((device) => device.serial === serial)) throw alreadyExists("MFA device is already in use.");
  const created = state.created.find((device) => device.serial === serial && device.accountId === user.accountId);
  if (!created) throw notFound(serial);
  if (state.devices.filter((device) => device.user === user).length >= MOST_DEVICES)
    throw new AwsError(409, "LimitExceeded", `Cannot exceed quota for MFADevicesPerUser: ${MOST_DEVICES}.`);
  takePair(created.codes, call, WINDOW);
  state.created.splice(state.created.indexOf(created), 1);
  state.devices.push({ serial, user, codes: created.codes, enabledAtMs: call.nowMs });
  return {};
}

/** Whoever has a device adds another with it, whatever the policies say (AWS security bulletin AWS-2023-001). */
function needMfa({ credential }: ApiCall, arn: string): void {
  if (credential.kind === "role" || credential.user.arn !== arn) return;
  if (credential.kind === "session" && credential.mfaAtMs !== undefined) return;
  const who = `User: ${callerArn(credential)}`;
  throw accessDenied(`${who} is not authorized to perform: iam:EnableMFADevice on resource: ${arn} without MFA`);
}

/** iam:ResyncMFADevice: the same two codes, from a clock that is far off; AWS goes by that clock from then on. */
export function resyncMfaDevice(call: ApiCall): XmlNode {
  checkParams(call.params, {
    UserName: USER_NAME,
    SerialNumber: SERIAL,
    AuthenticationCode1: CODE,
    AuthenticationCode2: CODE,
  });
  const user = authorizedSubject(call);
  const device = call.state.devices.find((one) => one.serial === call.params.SerialNumber && one.user === user);
  if (!device) throw notFound(call.params.SerialNumber ?? "");
  if (!device.codes) throw validationError("A security key cannot be synchronized.");
  takePair(device.codes, call, RESYNC_STEPS);
  return {};
}

/** iam:DeleteVirtualMFADevice: of one that nobody has. */
export function deleteVirtualMfaDevice(call: ApiCall): XmlNode {
  checkParams(call.params, { SerialNumber: SERIAL });
  const { SerialNumber: serial = "" } = call.params;
  authorize(call, serial);
  if (call.state.devices.some((device) => device.serial === serial))
    throw new AwsError(409, "DeleteConflict", "MFA VirtualDevice in use. Must deactivate first.");
  const index = call.state.created.findIndex((device) => device.serial === serial);
  if (index < 0) throw notFound(serial);
  call.state.created.splice(index, 1);
  return {};
}

/** iam:ListVirtualMFADevices, of the whole account; those in use where nothing else is asked for. */
export function listVirtualMfaDevices(call: ApiCall): XmlNode {
  checkParams(call.params, {
    AssignmentStatus: { pattern: /^(Assigned|Unassigned|Any)$/, shown: "[Assigned, Unassigned, Any]" },
  });
  const accountId = callerAccount(call.credential);
  authorize(call, `arn:aws:iam::${accountId}:mfa/*`);
  const { AssignmentStatus: status = "Any" } = call.params;
  const { state } = call;
  const assigned = state.devices.filter(({ serial, user }) => /:mfa\//.test(serial) && user.accountId === accountId);
  const all: (Device | CreatedDevice)[] = [
    ...(status === "Unassigned" ? [] : assigned),
    ...(status === "Assigned" ? [] : state.created.filter((device) => device.accountId === accountId)),
  ];
  const { items, tail } = page(call, all);
  return {
    VirtualMFADevices: items.map((device) => ({
      SerialNumber: device.serial,
      ...("user" in device
        ? {
            EnableDate: awsTime(device.enabledAtMs),
            User: {
              Path: device.user.path,
              UserName: device.user.name,
              UserId: device.user.id,
              Arn: device.user.arn,
              CreateDate: awsTime(device.user.createdAtMs),
            },
          }
        : {}),
    })),
    ...tail,
  };
}

/** Takes two codes that follow each other, or none. What AWS thinks of the device's clock follows them. */
function takePair(codes: CodeSource, { params, nowMs }: ApiCall, window: number): void {
  const now = currentCounter(codes, nowMs);
  for (let first = now - window - 1; first <= now + window; first++) {
    if (first <= codes.lastCounter) continue;
    if (codeFor(codes.secret, first) !== params.AuthenticationCode1) continue;
    if (codeFor(codes.secret, first + 1) !== params.AuthenticationCode2) continue;
    codes.lastCounter = first + 1;
    if (window > WINDOW) codes.stepsAhead += first + 1 - now;
    return;
  }
  throw new AwsError(403, "InvalidAuthenticationCode", "Authentication code for device is not valid.");
}

function alreadyExists(message: string): AwsError {
  return new AwsError(409, "EntityAlreadyExists", message);
}

function notFound(serial: string): AwsError {
  return new AwsError(404, "NoSuchEntity", `VirtualMFADevice with serial number ${serial} doesn't exist.`);
}
