/** What the policy of `askonce policy` does to whom, by AWS's rules as the fake AWS evaluates them. */
import { describe, expect, test } from "vitest";
import { partitionNames } from "../../../../src/aws-names/partition.ts";
import { signInPolicy } from "../../../../src/commands/policy/policy-document.ts";
import { ALLOW_ALL } from "../../../support/fake-aws/policies.ts";
import { evaluate, type PolicyDocument, type RequestContext } from "../../../support/fake-aws/policy.ts";

const WITH_MFA = { "aws:multifactorauthpresent": "true" };
/** A long-term key has no such key, a session without a code has it as false. */
const WITHOUT_MFA: Record<string, RequestContext> = {
  "a long-term key": {},
  "a session without MFA": { "aws:multifactorauthpresent": "false" },
};

interface Who {
  readonly partition?: string;
  readonly selfEnroll?: boolean;
  readonly name?: string;
  /** Nothing but this policy, or everything allowed beside it. */
  readonly others?: PolicyDocument[];
}

function asker({ partition = "aws", selfEnroll = false, name = "jane", others = [ALLOW_ALL] }: Who = {}) {
  const documents = [...others, signInPolicy(partition, selfEnroll) as PolicyDocument];
  return (action: string, resource: string, context: RequestContext) =>
    evaluate(documents, { action, resource, context: { ...context, "aws:username": name } });
}

const USER = "arn:aws:iam::123456789012:user/jane";
const DEVICE = "arn:aws:iam::123456789012:mfa/jane";

const ATTACKS: readonly (readonly [string, string])[] = [
  ["s3:ListAllMyBuckets", "*"],
  ["s3:GetObject", "arn:aws:s3:::bucket/key"],
  ["ec2:RunInstances", "*"],
  ["iam:CreateAccessKey", USER],
  ["iam:UpdateAccessKey", USER],
  ["iam:DeleteAccessKey", USER],
  ["iam:CreateLoginProfile", USER],
  ["iam:UpdateLoginProfile", USER],
  ["iam:AttachUserPolicy", USER],
  ["iam:PutUserPolicy", USER],
  ["iam:DetachGroupPolicy", "arn:aws:iam::123456789012:group/people"],
  ["iam:RemoveUserFromGroup", "arn:aws:iam::123456789012:group/people"],
  ["iam:CreatePolicyVersion", "arn:aws:iam::123456789012:policy/require-mfa"],
  ["iam:DeactivateMFADevice", USER],
  ["iam:DeleteVirtualMFADevice", DEVICE],
  ["iam:ListUsers", "arn:aws:iam::123456789012:user/"],
  ["sts:AssumeRole", "arn:aws:iam::210987654321:role/admin"],
  ["sts:GetFederationToken", "arn:aws:sts::123456789012:federated-user/x"],
  ["sts:AssumeRoot", "arn:aws:iam::210987654321:root"],
];
const ENROLLING: readonly (readonly [string, string])[] = [
  ["iam:CreateVirtualMFADevice", DEVICE],
  ["iam:EnableMFADevice", USER],
];
const SIGNING_IN: readonly (readonly [string, string])[] = [
  ["iam:GetUser", USER],
  ["iam:ListMFADevices", USER],
  ["iam:ListVirtualMFADevices", "arn:aws:iam::123456789012:mfa/"],
  ["iam:ResyncMFADevice", USER],
  ["iam:ChangePassword", USER],
  ["iam:GetAccountPasswordPolicy", "*"],
];

describe.each(Object.entries(WITHOUT_MFA))("with %s", (_, context) => {
  test.each([...ATTACKS, ...ENROLLING])("%s is denied, whatever else is allowed", (action, resource) => {
    expect(asker()(action, resource, context)).toBe("explicit-deny");
    expect(asker()(action, resource, { ...context, ...WITH_MFA })).toBe("allow");
  });

  test.each(ATTACKS)("%s is denied with --self-enroll too", (action, resource) => {
    expect(asker({ selfEnroll: true })(action, resource, context)).toBe("explicit-deny");
    expect(asker({ selfEnroll: true })(action, resource, { ...context, ...WITH_MFA })).toBe("allow");
  });

  test.each(SIGNING_IN)("%s is there for whoever has no other policy", (action, resource) => {
    for (const selfEnroll of [false, true])
      expect(asker({ selfEnroll, others: [] })(action, resource, context)).toBe("allow");
  });

  test.each(ENROLLING)("%s is there with --self-enroll alone", (action, resource) => {
    expect(asker({ selfEnroll: true, others: [] })(action, resource, context)).toBe("allow");
    expect(asker({ others: [] })(action, resource, context)).toBe("explicit-deny");
  });

  test("nothing is allowed about somebody else", () => {
    const ask = asker({ selfEnroll: true, others: [] });
    for (const [action] of [...SIGNING_IN, ...ENROLLING].filter(([, resource]) => resource === USER))
      for (const other of ["bob", "janet", "jane/bob", "team/janet"])
        expect([action, other, ask(action, `arn:aws:iam::123456789012:user/${other}`, context)]).toEqual([
          action,
          other,
          "explicit-deny",
        ]);
    for (const name of ["bob", "janet", "jane_phone", "bob-jane"])
      expect([name, ask("iam:CreateVirtualMFADevice", `arn:aws:iam::123456789012:mfa/${name}`, context)]).toEqual([
        name,
        "explicit-deny",
      ]);
  });

  test("about somebody else an administrator can do as little", () => {
    for (const selfEnroll of [false, true]) {
      const ask = asker({ selfEnroll });
      for (const [action, resource] of [...SIGNING_IN, ...ENROLLING]) {
        if (action === "iam:ListVirtualMFADevices" || action === "iam:GetAccountPasswordPolicy") continue;
        for (const other of ["bob", "janet", "team/janet", "jane/bob"]) {
          const theirs = resource.replace(/jane$/, other);
          expect([action, theirs, ask(action, theirs, context)]).toEqual([action, theirs, "explicit-deny"]);
          expect([action, theirs, ask(action, theirs, { ...context, ...WITH_MFA })]).toEqual([action, theirs, "allow"]);
        }
      }
    }
  });

  test("users with a path have the same", () => {
    const ask = asker({ selfEnroll: true, others: [] });
    for (const path of ["team/", "a/b/c/"])
      for (const [action] of [...SIGNING_IN, ...ENROLLING].filter(([, resource]) => resource === USER))
        expect(ask(action, `arn:aws:iam::123456789012:user/${path}jane`, context)).toBe("allow");
  });

  test("a device may be named after its place too", () => {
    const ask = asker({ selfEnroll: true, others: [] });
    expect(ask("iam:CreateVirtualMFADevice", `${DEVICE}-phone`, context)).toBe("allow");
  });
});

test("with MFA it grants nothing that other policies do not", () => {
  const ask = asker({ selfEnroll: true, others: [] });
  for (const [action, resource] of ATTACKS)
    expect([action, ask(action, resource, WITH_MFA)]).toEqual([action, "implicit-deny"]);
});

describe("in every partition", () => {
  test.each(partitionNames())("%s: its own ARNs, and no others", (partition) => {
    const ask = asker({ partition, selfEnroll: true, others: [] });
    const elsewhere = partition === "aws" ? "aws-cn" : "aws";
    for (const [action, resource] of [...SIGNING_IN, ...ENROLLING]) {
      if (!resource.startsWith("arn:") || action === "iam:ListVirtualMFADevices") continue;
      expect([action, ask(action, resource.replace("arn:aws:", `arn:${partition}:`), {})]).toEqual([action, "allow"]);
      expect([action, ask(action, resource.replace("arn:aws:", `arn:${elsewhere}:`), {})]).toEqual([
        action,
        "explicit-deny",
      ]);
    }
    for (const [action, resource] of ATTACKS)
      expect(asker({ partition })(action, resource.replace("arn:aws:", `arn:${partition}:`), {})).toBe("explicit-deny");
  });
});

test("IAM takes it: its size, its Sids and its actions' names", () => {
  for (const partition of partitionNames()) {
    const policy = signInPolicy(partition, true);
    expect(JSON.stringify(policy, undefined, 2).length).toBeLessThan(6_144);
    const sids = policy.Statement.map(({ Sid }) => Sid);
    expect(new Set(sids).size).toBe(sids.length);
    for (const sid of sids) expect(sid).toMatch(/^[A-Za-z0-9]+$/);
    expect(JSON.stringify(policy)).not.toMatch(/Deactivate|Delete|"Bool":/);
  }
});
