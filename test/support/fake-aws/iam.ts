import type { LongTermKey } from "./accounts.ts";
import { AwsError, invalidToken } from "./aws-error.ts";
import { type ApiCall, authorize, callerAccount } from "./caller.ts";
import { authorizedSubject, page } from "./iam-calls.ts";
import {
  createVirtualMfaDevice,
  deleteVirtualMfaDevice,
  enableMfaDevice,
  listVirtualMfaDevices,
  resyncMfaDevice,
} from "./virtual-devices.ts";
import { awsTime, type XmlNode } from "./xml.ts";

function listMfaDevices(call: ApiCall): XmlNode {
  const user = authorizedSubject(call);
  const { items, tail } = page(
    call,
    call.state.devices.filter((device) => device.user === user),
  );
  return {
    MFADevices: items.map((device) => ({
      UserName: user.name,
      SerialNumber: device.serial,
      EnableDate: awsTime(device.enabledAtMs),
    })),
    ...tail,
  };
}

function getUser(call: ApiCall): XmlNode {
  const user = authorizedSubject(call);
  return {
    User: {
      Path: user.path,
      UserName: user.name,
      UserId: user.id,
      Arn: user.arn,
      CreateDate: awsTime(user.createdAtMs),
    },
  };
}

function listAccessKeys(call: ApiCall): XmlNode {
  const user = authorizedSubject(call);
  const keys = [...call.state.credentials.values()].filter((one) => one.kind === "key" && one.user === user);
  const { items, tail } = page(call, keys as LongTermKey[]);
  return {
    AccessKeyMetadata: items.map((key) => ({
      UserName: user.name,
      AccessKeyId: key.accessKeyId,
      Status: key.active ? "Active" : "Inactive",
      CreateDate: awsTime(key.createdAtMs),
    })),
    ...tail,
  };
}

function listUsers(call: ApiCall): XmlNode {
  const account = callerAccount(call.credential);
  authorize(call, `arn:aws:iam::${account}:user/`);
  const { items, tail } = page(
    call,
    call.state.users.filter((user) => user.accountId === account),
  );
  return {
    Users: items.map((user) => ({
      Path: user.path,
      UserName: user.name,
      UserId: user.id,
      Arn: user.arn,
      CreateDate: awsTime(user.createdAtMs),
    })),
    ...tail,
  };
}

/**
 * Actions whose policies are evaluated and that then do nothing: a 501 says that the caller would have been allowed.
 * The text is the resource below the account; `{}` stands for the user the request is about.
 */
const POLICY_ONLY: Record<string, string> = {
  DeactivateMFADevice: "{}",
  CreateAccessKey: "{}",
  UpdateAccessKey: "{}",
  DeleteAccessKey: "{}",
  ChangePassword: "{}",
  CreateLoginProfile: "{}",
  UpdateLoginProfile: "{}",
  AttachUserPolicy: "{}",
  DetachUserPolicy: "{}",
  PutUserPolicy: "{}",
  DeleteUserPolicy: "{}",
  GetAccountPasswordPolicy: "*",
};

function policyOnly(call: ApiCall, resource: string): XmlNode {
  if (resource === "{}") authorizedSubject(call);
  else {
    const name = resource.replace(/\{(\w+)\}/, (_, parameter: string) => call.params[parameter] ?? "");
    const whole = name === "*" || name.startsWith("arn:");
    authorize(call, whole ? name : `arn:aws:iam::${callerAccount(call.credential)}:${name}`);
  }
  throw new AwsError(501, "FakeAwsAllowedOnly", `${call.action} is allowed, and fake-aws does no more than say so`);
}

const ACTIONS: Record<string, (call: ApiCall) => XmlNode> = {
  ...Object.fromEntries(
    Object.entries(POLICY_ONLY).map(([name, resource]) => [name, (call: ApiCall) => policyOnly(call, resource)]),
  ),
  ListMFADevices: listMfaDevices,
  ListAccessKeys: listAccessKeys,
  ListUsers: listUsers,
  CreateVirtualMFADevice: createVirtualMfaDevice,
  EnableMFADevice: enableMfaDevice,
  ResyncMFADevice: resyncMfaDevice,
  DeleteVirtualMFADevice: deleteVirtualMfaDevice,
  ListVirtualMFADevices: listVirtualMfaDevices,
  GetUser: getUser,
};

/** GetSessionToken credentials without MFA cannot call IAM at all, which AWS words as an invalid token. */
function refusePlainSession(call: ApiCall): void {
  if (call.credential.kind === "session" && call.credential.mfaAtMs === undefined) throw invalidToken();
}

/** Actions of IAM by name. */
export const IAM_ACTIONS: Record<string, (call: ApiCall) => XmlNode> = Object.fromEntries(
  Object.entries(ACTIONS).map(([name, run]) => [
    name,
    (call: ApiCall) => {
      refusePlainSession(call);
      return run(call);
    },
  ]),
);
