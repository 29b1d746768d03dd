import { randomBytes } from "node:crypto";
import { newId, type Role, type RoleSession, secretFrom, type User, type UserSession } from "./accounts.ts";
import { AwsError, accessDenied, validationError } from "./aws-error.ts";
import {
  type ApiCall,
  callerAccount,
  callerArn,
  callerId,
  callerPrincipals,
  contextOf,
  identityDecision,
} from "./caller.ts";
import { checkParams, members, type Rule } from "./params.ts";
import { evaluate, type PolicyDocument } from "./policy.ts";
import { consumeCode } from "./totp.ts";
import { awsTime, type XmlNode } from "./xml.ts";

const SERIAL: Rule = { pattern: /^[\w+=/:,.@-]*$/, shown: "[\\w+=/:,.@-]*", minLength: 9, maxLength: 256 };
const CODE: Rule = { pattern: /^\d*$/, shown: "[\\d]*", minLength: 6, maxLength: 6 };
const NAME: Rule = { pattern: /^[\w+=,.@-]*$/, shown: "[\\w+=,.@-]*", minLength: 2, maxLength: 64 };
const CHAINED_SECONDS = 3600;

/** Checks and spends an MFA code; says when it was given, or nothing when the request has none. */
function verifyMfa(call: ApiCall, user: User | undefined): number | undefined {
  const { SerialNumber: serial, TokenCode: code } = call.params;
  if (serial === undefined && code === undefined) return undefined;
  if (serial === undefined || code === undefined)
    throw accessDenied("MultiFactorAuthentication failed, must provide both MFA serial number and one time pass code.");
  const device = call.state.devices.find((entry) => entry.serial === serial && entry.user === user);
  if (!device)
    throw accessDenied(
      "MultiFactorAuthentication failed, unable to validate MFA code.  Please verify your MFA serial number is valid and associated with this user.",
    );
  // A FIDO key has no codes: whatever is sent with its serial is wrong.
  if (!device.codes || !consumeCode(device.codes, code, call.nowMs))
    throw accessDenied("MultiFactorAuthentication failed with invalid MFA one time pass code.");
  return call.nowMs;
}

function newSecrets(call: ApiCall, seconds: number) {
  const lifetimeMs = (call.settings.sessionLifetimeSeconds ?? seconds) * 1000;
  const { tokenLength } = call.settings;
  const head = "IQoJb3JpZ2luX2Vj";
  return {
    accessKeyId: newId("ASIA"),
    secretAccessKey: secretFrom(randomBytes(30)),
    sessionToken: (head + randomBytes(tokenLength).toString("base64")).slice(0, tokenLength),
    issuedAtMs: call.nowMs,
    // The answer has whole seconds, and what it says is what holds.
    expiresAtMs: Math.floor((call.nowMs + lifetimeMs) / 1000) * 1000,
  };
}

function credentialsNode(session: UserSession | RoleSession): XmlNode {
  return {
    AccessKeyId: session.accessKeyId,
    SecretAccessKey: session.secretAccessKey,
    SessionToken: session.sessionToken,
    Expiration: awsTime(session.expiresAtMs),
  };
}

/** sts:GetSessionToken. No policy can deny it; only a user's long-term key may call it. */
function getSessionToken(call: ApiCall): XmlNode {
  const { credential, params, state } = call;
  checkParams(params, {
    DurationSeconds: { min: 900, max: 129_600 },
    SerialNumber: SERIAL,
    TokenCode: CODE,
  });
  if (credential.kind !== "key") throw accessDenied("Cannot call GetSessionToken with session credentials");
  const mfaAtMs = verifyMfa(call, credential.user);
  const session: UserSession = {
    kind: "session",
    user: credential.user,
    ...newSecrets(call, Number(params.DurationSeconds ?? 43_200)),
    ...(mfaAtMs === undefined ? {} : { mfaAtMs }),
  };
  state.credentials.set(session.accessKeyId, session);
  return { Credentials: credentialsNode(session) };
}

function sessionPolicies(params: Record<string, string>): PolicyDocument[] {
  if (params.Policy === undefined) return [];
  try {
    return [JSON.parse(params.Policy) as PolicyDocument];
  } catch {
    throw new AwsError(400, "MalformedPolicyDocument", "Syntax errors in policy.");
  }
}

function authorizeAssumeRole(call: ApiCall, role: Role | undefined, mfaAtMs: number | undefined): void {
  const { params, credential } = call;
  const arn = params.RoleArn ?? "";
  const context = contextOf(call, mfaAtMs);
  if (params.ExternalId !== undefined) context["sts:externalid"] = params.ExternalId;
  if (params.RoleSessionName !== undefined) context["sts:rolesessionname"] = params.RoleSessionName;
  if (params.SourceIdentity !== undefined) context["sts:sourceidentity"] = params.SourceIdentity;
  const actions = ["sts:AssumeRole"];
  for (const tag of members(params, "Tags"))
    context[`aws:requesttag/${(tag.Key ?? "").toLowerCase()}`] = tag.Value ?? "";
  if (members(params, "Tags").length > 0) actions.push("sts:TagSession");
  if (params.SourceIdentity !== undefined) actions.push("sts:SetSourceIdentity");
  for (const action of actions) {
    const denied = `User: ${callerArn(credential)} is not authorized to perform: ${action} on resource: ${arn}`;
    const own = identityDecision(call, action, arn, context);
    if (own === "explicit-deny") throw accessDenied(`${denied} with an explicit deny in an identity-based policy`);
    // AWS says the same of a role that does not exist, of one that does not trust, and of a missing permission.
    if (!role || own !== "allow") throw accessDenied(denied);
    const principals = callerPrincipals(credential);
    if (evaluate([role.trust], { action, resource: arn, context, principals }) !== "allow") throw accessDenied(denied);
  }
}

function checkDuration(call: ApiCall, role: Role): number {
  const seconds = Number(call.params.DurationSeconds ?? 3600);
  if (call.credential.kind !== "key" && seconds > CHAINED_SECONDS)
    throw validationError(
      "The requested DurationSeconds exceeds the 1 hour session limit for roles assumed by role chaining.",
    );
  if (seconds > role.maxSessionSeconds)
    throw validationError("The requested DurationSeconds exceeds the MaxSessionDuration set for this role.");
  return seconds;
}

/** sts:AssumeRole: the caller's policies and the role's trust both have to say yes. */
function assumeRole(call: ApiCall): XmlNode {
  const { credential, params, state } = call;
  checkParams(params, {
    RoleArn: { required: true, minLength: 20, maxLength: 2048 },
    RoleSessionName: { ...NAME, required: true },
    DurationSeconds: { min: 900, max: 43_200 },
    ExternalId: { pattern: /^[\w+=,.@:/-]*$/, shown: "[\\w+=,.@:\\/-]*", minLength: 2, maxLength: 1224 },
    SerialNumber: SERIAL,
    TokenCode: CODE,
    SourceIdentity: NAME,
    Policy: { minLength: 1, maxLength: 2048 },
  });
  const arn = params.RoleArn ?? "";
  if (!/^arn:aws[\w-]*:iam::\d{12}:role\/.+$/.test(arn)) throw validationError(`${arn} is invalid`);
  const policies = sessionPolicies(params);
  const mfaAtMs = verifyMfa(call, credential.kind === "key" ? credential.user : undefined);
  const role = state.roles.find((entry) => entry.arn === arn);
  authorizeAssumeRole(call, role, mfaAtMs);
  if (!role) throw new Error("unreachable: authorised a role that does not exist");
  const seconds = checkDuration(call, role);
  const inherited = credential.kind === "role" ? credential : undefined;
  const kept = (inherited?.transitiveTagKeys ?? []).map((key) => [key, inherited?.tags[key] ?? ""] as const);
  const sourceIdentity = params.SourceIdentity ?? inherited?.sourceIdentity;
  const session: RoleSession = {
    kind: "role",
    role,
    name: params.RoleSessionName ?? "",
    ...newSecrets(call, seconds),
    tags: {
      ...Object.fromEntries(members(params, "Tags").map((tag) => [tag.Key ?? "", tag.Value ?? ""])),
      ...Object.fromEntries(kept),
    },
    transitiveTagKeys: [
      ...kept.map(([key]) => key),
      ...members(params, "TransitiveTagKeys").map((key) => key.value ?? ""),
    ],
    policies,
    ...(sourceIdentity === undefined ? {} : { sourceIdentity }),
    ...(params.ExternalId === undefined ? {} : { externalId: params.ExternalId }),
  };
  state.credentials.set(session.accessKeyId, session);
  return {
    Credentials: credentialsNode(session),
    AssumedRoleUser: { AssumedRoleId: callerId(session), Arn: callerArn(session) },
    PackedPolicySize: policies.length > 0 || Object.keys(session.tags).length > 0 ? 6 : undefined,
    SourceIdentity: sourceIdentity,
  };
}

/** sts:GetCallerIdentity: never denied. */
function getCallerIdentity(call: ApiCall): XmlNode {
  const { credential } = call;
  return { UserId: callerId(credential), Account: callerAccount(credential), Arn: callerArn(credential) };
}

/** Actions of STS by name. */
export const STS_ACTIONS: Record<string, (call: ApiCall) => XmlNode> = {
  GetSessionToken: getSessionToken,
  AssumeRole: assumeRole,
  GetCallerIdentity: getCallerIdentity,
};
