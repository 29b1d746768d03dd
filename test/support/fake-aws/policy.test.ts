import { describe, expect, it } from "vitest";
import { ALLOW_ALL, REQUIRE_MFA, trust } from "./policies.ts";
import { evaluate, type PolicyDocument, type RequestContext, type Statement, wildcard } from "./policy.ts";

function document(...statements: Statement[]): PolicyDocument {
  return { Version: "2012-10-17", Statement: statements };
}

function decide(documents: PolicyDocument[], action: string, context: RequestContext = {}, resource = "*") {
  return evaluate(documents, { action, resource, context });
}

// biome-ignore lint/suspicious/noTemplateCurlyInString: a policy variable, not a template
const USER_NAME = "${aws:username}";
const WITH_MFA = { "aws:multifactorauthpresent": "true", "aws:multifactorauthage": "100" };
const WITHOUT_MFA = { "aws:multifactorauthpresent": "false" };

describe("evaluation", () => {
  const allow: Statement = { Effect: "Allow", Action: "s3:*", Resource: "*" };

  it("denies what nobody allows, and lets an explicit deny win in any order", () => {
    const deny: Statement = { Effect: "Deny", Action: "s3:Delete*", Resource: "*" };
    expect(decide([], "s3:GetObject")).toBe("implicit-deny");
    expect(decide([document(allow)], "s3:GetObject")).toBe("allow");
    for (const documents of [[document(allow, deny)], [document(deny, allow)], [document(deny), document(allow)]])
      expect(decide(documents, "s3:DeleteObject")).toBe("explicit-deny");
  });

  it("matches actions without case, resources with it, by star and question mark", () => {
    expect(decide([document(allow)], "S3:getobject")).toBe("allow");
    const one = document({
      Effect: "Allow",
      Action: "iam:*MFADevice?",
      Resource: `arn:aws:iam::*:mfa/${USER_NAME}`,
    });
    const context = { "aws:username": "jane" };
    expect(decide([one], "iam:ListMFADevices", context, "arn:aws:iam::1:mfa/jane")).toBe("allow");
    expect(decide([one], "iam:ListMFADevices", context, "arn:aws:iam::1:mfa/Jane")).toBe("implicit-deny");
    expect(decide([one], "iam:EnableMFADevice", context, "arn:aws:iam::1:mfa/jane")).toBe("implicit-deny");
    expect(decide([one], "iam:ListMFADevices", {}, "arn:aws:iam::1:mfa/jane")).toBe("implicit-deny");
    expect(wildcard("a.c", "abc")).toBe(false);
  });

  it("matches ARNs part by part, a path with its slashes in the last", () => {
    const own = document({ Effect: "Allow", Action: "*", Resource: `arn:aws:iam::*:user/*/${USER_NAME}` });
    const context = { "aws:username": "jane" };
    const asked = (resource: string) => decide([own], "iam:GetUser", context, resource);
    expect(asked("arn:aws:iam::1:user/a/b/jane")).toBe("allow");
    for (const other of ["1:user/jane", "1:user/a/janet", "1:mfa/x:user/a/jane", "1:user/jane/bob"])
      expect([other, asked(`arn:aws:iam::${other}`)]).toEqual([other, "implicit-deny"]);
    expect(asked("arn:aws-cn:iam::1:user/a/jane")).toBe("implicit-deny");
  });

  it("takes the value of a variable by its letters, and knows defaults and escapes", () => {
    const allowed = (Resource: string, resource: string, context: RequestContext) =>
      decide([document({ Effect: "Allow", Action: "*", Resource })], "a:b", context, resource) === "allow";
    const home = `home/${USER_NAME}/?`;
    expect(allowed(home, "home/jane/1", { "aws:username": "jane" })).toBe(true);
    expect(allowed(home, "home/jane/1", { "aws:username": "*" })).toBe(false);
    expect(allowed(home, home.replace("?", "1"), {})).toBe(false);
    const defaulted = USER_NAME.replace("}", ", 'nobody'}");
    expect(allowed(defaulted, "nobody", {})).toBe(true);
    expect(allowed(defaulted, "nobody", { "aws:username": "jane" })).toBe(false);
    const escaped = (character: string) => `$\{${character}}`;
    expect(allowed(escaped("*"), "*", {})).toBe(true);
    expect(allowed(escaped("*"), "x", {})).toBe(false);
    expect(allowed(`${escaped("?")}${escaped("$")}`, "?$", {})).toBe(true);
  });

  it("reads NotAction and NotResource as everything else", () => {
    const rest = document({ Effect: "Allow", NotAction: ["iam:*", "sts:GetSessionToken"], Resource: "*" });
    expect(decide([rest], "s3:GetObject")).toBe("allow");
    expect(decide([rest], "iam:GetUser")).toBe("implicit-deny");
    const others = document({ Effect: "Allow", Action: "*", NotResource: "arn:own" });
    expect(decide([others], "s3:GetObject", {}, "arn:other")).toBe("allow");
    expect(decide([others], "s3:GetObject", {}, "arn:own")).toBe("implicit-deny");
  });
});

describe("the policy that requires MFA", () => {
  const documents = [ALLOW_ALL, REQUIRE_MFA];

  it("denies without MFA, whether the key is false or absent", () => {
    for (const context of [WITHOUT_MFA, {}]) {
      expect(decide(documents, "iam:CreateAccessKey", context)).toBe("explicit-deny");
      expect(decide(documents, "iam:DeactivateMFADevice", context)).toBe("explicit-deny");
      expect(decide(documents, "sts:AssumeRole", context)).toBe("explicit-deny");
    }
    expect(decide(documents, "iam:CreateAccessKey", WITH_MFA)).toBe("allow");
  });

  it.each([
    "iam:GetUser",
    "iam:ListMFADevices",
    "iam:ListVirtualMFADevices",
    "iam:ResyncMFADevice",
    "iam:ChangePassword",
    "iam:GetAccountPasswordPolicy",
    "sts:GetSessionToken",
  ])("leaves %s", (action) => {
    expect(decide(documents, action)).toBe("allow");
  });

  it("would be worthless with Bool in place of BoolIfExists, because a long-term key has no such key", () => {
    const careless = document({
      Effect: "Deny",
      Action: "*",
      Resource: "*",
      Condition: { Bool: { "aws:MultiFactorAuthPresent": "false" } },
    });
    expect(decide([ALLOW_ALL, careless], "iam:CreateAccessKey", {})).toBe("allow");
    expect(decide([ALLOW_ALL, careless], "iam:CreateAccessKey", WITHOUT_MFA)).toBe("explicit-deny");
  });
});

describe("conditions", () => {
  const when = (Condition: NonNullable<Statement["Condition"]>, context: RequestContext) =>
    decide([document({ Effect: "Allow", Action: "*", Resource: "*", Condition })], "a:b", context) === "allow";

  it("compare the age of MFA, with and without IfExists", () => {
    const young = { NumericLessThan: { "aws:MultiFactorAuthAge": "3600" } };
    expect(when(young, { "aws:multifactorauthage": "3599" })).toBe(true);
    expect(when(young, { "aws:multifactorauthage": "3600" })).toBe(false);
    expect(when(young, {})).toBe(false);
    expect(when({ NumericLessThanIfExists: { "aws:MultiFactorAuthAge": 3600 } }, {})).toBe(true);
  });

  it("must all hold, and any one value of each", () => {
    const both = { Bool: { "aws:MultiFactorAuthPresent": "true" }, StringEquals: { "sts:ExternalId": ["a", "b"] } };
    expect(when(both, { ...WITH_MFA, "sts:externalid": "b" })).toBe(true);
    expect(when(both, { ...WITH_MFA, "sts:externalid": "c" })).toBe(false);
    expect(when(both, { ...WITHOUT_MFA, "sts:externalid": "b" })).toBe(false);
  });

  it("treat an absent key as AWS does", () => {
    expect(when({ StringEquals: { "a:k": "x" } }, {})).toBe(false);
    expect(when({ StringNotEquals: { "a:k": "x" } }, {})).toBe(true);
    expect(when({ StringNotEquals: { "a:k": ["x", "y"] } }, { "a:k": "y" })).toBe(false);
    expect(when({ Null: { "aws:MultiFactorAuthAge": "true" } }, {})).toBe(true);
    expect(when({ Null: { "aws:MultiFactorAuthAge": "false" } }, WITH_MFA)).toBe(true);
    expect(when({ "ForAllValues:StringEquals": { "aws:TagKeys": ["x"] } }, {})).toBe(true);
    expect(when({ "ForAnyValue:StringEquals": { "aws:TagKeys": ["x"] } }, { "aws:tagkeys": ["y", "x"] })).toBe(true);
    expect(when({ "ForAllValues:StringEquals": { "aws:TagKeys": ["x"] } }, { "aws:tagkeys": ["y", "x"] })).toBe(false);
    expect(when({ StringLike: { "a:k": `${USER_NAME}-*` } }, { "a:k": "jane-1", "aws:username": "jane" })).toBe(true);
  });

  it("take a wildcard for one only where AWS does", () => {
    expect(when({ StringEquals: { "a:k": "x*" } }, { "a:k": "xy" })).toBe(false);
    expect(when({ StringEquals: { "a:k": "x*" } }, { "a:k": "x*" })).toBe(true);
    expect(when({ StringLike: { "a:k": "x*" } }, { "a:k": "xy" })).toBe(true);
    expect(when({ StringEquals: { "a:k": USER_NAME } }, { "a:k": "j", "aws:username": "j" })).toBe(true);
    expect(when({ ArnLike: { "a:k": "arn:aws:iam::*:role/x" } }, { "a:k": "arn:aws:iam::1:user/a:role/x" })).toBe(
      false,
    );
  });

  it("refuse to guess at an operator they do not know", () => {
    expect(() => when({ IpAddress: { "aws:SourceIp": "10.0.0.0/8" } }, {})).toThrow(/IpAddress/);
  });
});

describe("a trust policy", () => {
  const ask = (policy: PolicyDocument, principals: string[], context: RequestContext, action = "sts:AssumeRole") =>
    evaluate([policy], { action, resource: "arn:aws:iam::2:role/r", context, principals });

  it("lets in whom it names, under its conditions, for its actions", () => {
    const policy = trust({ principals: ["arn:aws:iam::1:root"], requireMfa: true, externalId: "id" });
    const good = { ...WITH_MFA, "sts:externalid": "id" };
    expect(ask(policy, ["arn:aws:iam::1:user/jane", "arn:aws:iam::1:root"], good)).toBe("allow");
    expect(ask(policy, ["arn:aws:iam::3:root"], good)).toBe("implicit-deny");
    expect(ask(policy, ["arn:aws:iam::1:root"], { "sts:externalid": "id" })).toBe("implicit-deny");
    expect(ask(policy, ["arn:aws:iam::1:root"], WITH_MFA)).toBe("implicit-deny");
    expect(ask(policy, ["arn:aws:iam::1:root"], good, "sts:TagSession")).toBe("implicit-deny");
  });

  it("grants nothing as an identity policy, nor the other way round", () => {
    expect(decide([trust({ principals: ["*"] })], "sts:AssumeRole")).toBe("implicit-deny");
    expect(ask(ALLOW_ALL, ["arn:aws:iam::1:root"], {})).toBe("implicit-deny");
  });
});
