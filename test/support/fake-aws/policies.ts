import type { PolicyDocument, Statement } from "./policy.ts";

function document(...statements: Statement[]): PolicyDocument {
  return { Version: "2012-10-17", Statement: statements };
}

/** Everything allowed: what a denying policy has to hold against. */
export const ALLOW_ALL = document({ Sid: "AllowAll", Effect: "Allow", Action: "*", Resource: "*" });

/** In the manner of AWS's sample: nothing without MFA but looking at oneself and signing in. */
export const REQUIRE_MFA = document({
  Sid: "DenyAllExceptListedIfNoMFA",
  Effect: "Deny",
  NotAction: [
    "iam:GetUser",
    "iam:ListMFADevices",
    "iam:ListVirtualMFADevices",
    "iam:ResyncMFADevice",
    "iam:ChangePassword",
    "iam:GetAccountPasswordPolicy",
    "sts:GetSessionToken",
  ],
  Resource: "*",
  Condition: { BoolIfExists: { "aws:MultiFactorAuthPresent": "false" } },
});

/** In the manner of AWS's sample for users who enrol themselves: their first device without MFA, everything else with it. */
export const REQUIRE_MFA_BUT_ENROL = document({
  Sid: "DenyAllExceptListedIfNoMFA",
  Effect: "Deny",
  NotAction: [
    "iam:CreateVirtualMFADevice",
    "iam:EnableMFADevice",
    "iam:DeleteVirtualMFADevice",
    "iam:GetUser",
    "iam:ListMFADevices",
    "iam:ListVirtualMFADevices",
    "iam:ResyncMFADevice",
    "sts:GetSessionToken",
  ],
  Resource: "*",
  Condition: { BoolIfExists: { "aws:MultiFactorAuthPresent": "false" } },
});

/** Denies these actions, with MFA or without. */
export function denying(...actions: string[]): PolicyDocument {
  return document({ Sid: "Denied", Effect: "Deny", Action: actions, Resource: "*" });
}

/** Hides a user's own devices from them, with MFA or without. */
export const DENY_LISTING = document({
  Sid: "DenyListing",
  Effect: "Deny",
  Action: ["iam:ListMFADevices", "iam:ListVirtualMFADevices"],
  Resource: "*",
});

/** What a role asks of those who take it. */
export interface TrustOptions {
  /** ARNs of users, roles, role sessions or `arn:aws:iam::ACCOUNT:root`. */
  principals: string[];
  requireMfa?: boolean;
  /** Greatest age of the MFA authentication, in seconds. */
  maxMfaAgeSeconds?: number;
  externalId?: string;
  /** Whether session tags and a source identity may be set too. */
  tagging?: boolean;
}

/** A role's trust policy. */
export function trust(options: TrustOptions): PolicyDocument {
  const condition: NonNullable<Statement["Condition"]> = {};
  if (options.requireMfa) condition.Bool = { "aws:MultiFactorAuthPresent": "true" };
  if (options.maxMfaAgeSeconds !== undefined)
    condition.NumericLessThan = { "aws:MultiFactorAuthAge": options.maxMfaAgeSeconds };
  if (options.externalId !== undefined) condition.StringEquals = { "sts:ExternalId": options.externalId };
  return document({
    Effect: "Allow",
    Principal: { AWS: options.principals },
    Action: options.tagging ? ["sts:AssumeRole", "sts:TagSession", "sts:SetSourceIdentity"] : "sts:AssumeRole",
    ...(Object.keys(condition).length > 0 ? { Condition: condition } : {}),
  });
}
