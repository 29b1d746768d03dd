import type { User } from "./accounts.ts";
import { AwsError, invalidToken, validationError } from "./aws-error.ts";
import { type ApiCall, authorize, callerAccount } from "./caller.ts";
import { checkParams } from "./params.ts";
import { awsTime, type XmlNode } from "./xml.ts";

/** The user a request is about: the one it names, else the one whose key signed it. */
function subject(call: ApiCall): { name: string; user: User | undefined } {
  checkParams(call.params, {
    UserName: { pattern: /^[\w+=,.@-]+$/, shown: "[\\w+=,.@-]+", minLength: 1, maxLength: 128 },
  });
  const { credential } = call;
  const name = call.params.UserName ?? (credential.kind === "role" ? undefined : credential.user.name);
  if (name === undefined) throw validationError("Must specify userName when calling with non-User credentials");
  const account = callerAccount(credential);
  return { name, user: call.state.users.find((entry) => entry.name === name && entry.accountId === account) };
}

/** The subject, once the caller is known to be allowed the action on it: AWS does not tell strangers who exists. */
function authorizedSubject(call: ApiCall): User {
  const { name, user } = subject(call);
  authorize(call, user?.arn ?? `arn:aws:iam::${callerAccount(call.credential)}:user/${name}`, `user ${name}`);
  if (!user) throw new AwsError(404, "NoSuchEntity", `The user with name ${name} cannot be found.`);
  return user;
}

/** One page of a list, with Marker and MaxItems as AWS has them. */
function page<T>(call: ApiCall, items: T[]): { items: T[]; tail: XmlNode } {
  checkParams(call.params, { MaxItems: { min: 1, max: 1000 } });
  const marker = call.params.Marker;
  const start = marker === undefined ? 0 : Number(Buffer.from(marker, "base64").toString().slice("page:".length));
  if (!Number.isInteger(start) || start < 0 || start > items.length) throw validationError("Invalid Marker.");
  const end = start + Number(call.params.MaxItems ?? call.settings.pageSize);
  const more = end < items.length;
  return {
    items: items.slice(start, end),
    tail: { IsTruncated: more, Marker: more ? Buffer.from(`page:${end}`).toString("base64") : undefined },
  };
}

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

/**
 * Actions whose policies are evaluated and that then do nothing: a 501 says that the caller would have been allowed.
 * The text is the resource below the account; `{}` stands for the user the request is about.
 */
const POLICY_ONLY: Record<string, string> = {
  ListVirtualMFADevices: "mfa/",
  CreateVirtualMFADevice: "mfa/{VirtualMFADeviceName}",
  DeleteVirtualMFADevice: "{SerialNumber}",
  EnableMFADevice: "{}",
  DeactivateMFADevice: "{}",
  ResyncMFADevice: "{}",
  ListAccessKeys: "{}",
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
  ListUsers: "user/",
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
