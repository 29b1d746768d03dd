import type { Credential, State } from "./accounts.ts";
import { accessDenied } from "./aws-error.ts";
import { type Decision, evaluate, type RequestContext } from "./policy.ts";
import type { ServiceName } from "./xml.ts";

/** A signed, parsed request on its way to an action. */
export interface ApiCall {
  state: State;
  settings: Settings;
  credential: Credential;
  service: ServiceName;
  region: string;
  action: string;
  params: Record<string, string>;
  nowMs: number;
  requestId: string;
}

/** What tests may turn while the server runs. */
export interface Settings {
  /** How far the server's clock is ahead of this machine's. */
  clockOffsetSeconds: number;
  /** Real lifetime of what is handed out, whatever was asked for; undefined obeys the request. */
  sessionLifetimeSeconds: number | undefined;
  /** Characters of a session token. */
  tokenLength: number;
  /** Entries of a list answer when the request has no MaxItems; AWS's is 100. */
  pageSize: number;
}

/** A caller's ARN as AWS names it in messages and GetCallerIdentity. */
export function callerArn(credential: Credential): string {
  if (credential.kind !== "role") return credential.user.arn;
  const { role, name } = credential;
  return `arn:aws:sts::${role.accountId}:assumed-role/${role.name}/${name}`;
}

/** A caller's account. */
export function callerAccount(credential: Credential): string {
  return credential.kind === "role" ? credential.role.accountId : credential.user.accountId;
}

/** A caller's unique id: the user's, or the role's with the session's name. */
export function callerId(credential: Credential): string {
  return credential.kind === "role" ? `${credential.role.id}:${credential.name}` : credential.user.id;
}

/** ARNs under which a trust policy may mean this caller. */
export function callerPrincipals(credential: Credential): string[] {
  const account = callerAccount(credential);
  const own = credential.kind === "role" ? [credential.role.arn] : [];
  return [callerArn(credential), ...own, `arn:aws:iam::${account}:root`, account];
}

/**
 * Condition keys of a request. The MFA keys are absent for long-term keys; a session without MFA has them as false,
 * and so has every role session, because AssumeRole does not carry the MFA context on.
 */
export function contextOf(call: ApiCall, mfaAtMs?: number): RequestContext {
  const { credential, nowMs } = call;
  const context: RequestContext = {
    "aws:principalarn": credential.kind === "role" ? credential.role.arn : credential.user.arn,
    "aws:principalaccount": callerAccount(credential),
    "aws:principaltype": credential.kind === "role" ? "AssumedRole" : "User",
    "aws:userid": callerId(credential),
    "aws:sourceip": "127.0.0.1",
    "aws:securetransport": "true",
    "aws:requestedregion": call.region,
    "aws:currenttime": new Date(nowMs).toISOString(),
  };
  if (credential.kind !== "role") context["aws:username"] = credential.user.name;
  else {
    for (const [key, value] of Object.entries(credential.tags))
      context[`aws:principaltag/${key.toLowerCase()}`] = value;
    if (credential.sourceIdentity !== undefined) context["aws:sourceidentity"] = credential.sourceIdentity;
  }
  const mfa = mfaAtMs ?? (credential.kind === "session" ? credential.mfaAtMs : undefined);
  if (mfa !== undefined) {
    context["aws:multifactorauthpresent"] = "true";
    context["aws:multifactorauthage"] = String(Math.floor((nowMs - mfa) / 1000));
  } else if (credential.kind !== "key") context["aws:multifactorauthpresent"] = "false";
  return context;
}

/** What the caller's own policies say about an action. */
export function identityDecision(call: ApiCall, action: string, resource: string, context: RequestContext): Decision {
  const { credential } = call;
  const own = credential.kind === "role" ? credential.role.policies : credential.user.policies;
  const decision = evaluate(own, { action, resource, context });
  if (credential.kind !== "role" || credential.policies.length === 0 || decision !== "allow") return decision;
  return evaluate(credential.policies, { action, resource, context });
}

/** Refuses an action the caller's own policies do not allow. `shown` is the resource as AWS words it. */
export function authorize(call: ApiCall, resource: string, shown = resource): void {
  const action = `${call.service}:${call.action}`;
  const decision = identityDecision(call, action, resource, contextOf(call));
  if (decision === "allow") return;
  const reason =
    decision === "explicit-deny"
      ? "with an explicit deny in an identity-based policy"
      : `because no identity-based policy allows the ${action} action`;
  throw accessDenied(
    `User: ${callerArn(call.credential)} is not authorized to perform: ${action} on resource: ${shown} ${reason}`,
  );
}
