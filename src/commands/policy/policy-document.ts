/** The IAM policy that leaves a user without MFA nothing but signing in. Pure. */

/** A statement of an IAM policy document, as far as it is used here. */
interface Statement {
  readonly Sid: string;
  readonly Effect: "Allow" | "Deny";
  readonly Action?: readonly string[];
  readonly NotAction?: readonly string[];
  readonly Resource?: string | readonly string[];
  readonly NotResource?: readonly string[];
  readonly Condition?: Readonly<Record<string, Readonly<Record<string, string>>>>;
}

/** An IAM policy document, ready for JSON.stringify. */
export interface PolicyDocument {
  readonly Version: "2012-10-17";
  readonly Statement: readonly Statement[];
}

/** No resource can be named for them. */
const RULES_ACTIONS = ["iam:GetAccountPasswordPolicy", "iam:ListVirtualMFADevices"];
/** About the user's own name. ChangePassword asks for the old password, ResyncMFADevice for two codes of the device. */
const OWN_ACTIONS = ["iam:ChangePassword", "iam:GetUser", "iam:ListMFADevices", "iam:ResyncMFADevice"];
/** IAM itself asks for an existing device before a further one is enabled (AWS security bulletin AWS-2023-001). */
const ENROL_ACTION = "iam:EnableMFADevice";
const CREATE_ACTION = "iam:CreateVirtualMFADevice";
/** Nobody needs a permission for it, nor can a policy deny it: it stands here for those who read the policy. */
const SIGN_IN_ACTION = "sts:GetSessionToken";

/** IAM puts the caller's own name here. */
// biome-ignore lint/suspicious/noTemplateCurlyInString: a policy variable, not a template
const USER = "${aws:username}";

/** Bool alone would never meet long-term keys, which have no such key at all; BoolIfExists does. */
const WITHOUT_MFA = { BoolIfExists: { "aws:MultiFactorAuthPresent": "false" } };

/**
 * The policy for a partition (`aws`, `aws-cn`, …). It denies everything without MFA but what signing in needs, and allows
 * that for the user's own name, with a path or without. With `selfEnroll` a user without a device can add a first one;
 * taking a device away is never among it.
 */
export function signInPolicy(partition: string, selfEnroll: boolean): PolicyDocument {
  const iam = (resource: string): string => `arn:${partition}:iam::*:${resource}`;
  const oneself = [iam(`user/${USER}`), iam(`user/*/${USER}`)];
  // A device that was created belongs to nobody until it is enabled, which is about the user.
  const ownDevices = selfEnroll ? [iam(`mfa/${USER}`), iam(`mfa/${USER}-*`)] : [];
  const about = [...OWN_ACTIONS, ...(selfEnroll ? [ENROL_ACTION] : [])].sort();
  const own = [...about, ...(selfEnroll ? [CREATE_ACTION] : [])].sort();
  return {
    Version: "2012-10-17",
    Statement: [
      { Sid: "SeeRulesAndDevices", Effect: "Allow", Action: RULES_ACTIONS, Resource: "*" },
      { Sid: "SignInAsOneself", Effect: "Allow", Action: about, Resource: oneself },
      ...(selfEnroll
        ? [
            {
              Sid: "CreateDeviceNamedAsOneself",
              Effect: "Allow",
              Action: [CREATE_ACTION],
              Resource: ownDevices,
            } as const,
          ]
        : []),
      {
        Sid: "NothingElseWithoutMFA",
        Effect: "Deny",
        NotAction: [...[...RULES_ACTIONS, ...own].sort(), SIGN_IN_ACTION],
        Resource: "*",
        Condition: WITHOUT_MFA,
      },
      // An administrator's other policies allow the same for everybody.
      {
        Sid: "NobodyElseWithoutMFA",
        Effect: "Deny",
        Action: own,
        NotResource: [...oneself, ...ownDevices],
        Condition: WITHOUT_MFA,
      },
    ],
  };
}
