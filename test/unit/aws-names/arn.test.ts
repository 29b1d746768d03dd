import { describe, expect, test } from "vitest";
import { accountOfArn, isAwsArn, partitionOfArn, shortName } from "../../../src/aws-names/arn.ts";

describe("an ARN", () => {
  test.each([
    ["arn:aws:iam::123456789012:mfa/jane", "aws", "123456789012", "jane"],
    ["arn:aws-cn:iam::123456789012:role/path/to/admin", "aws-cn", "123456789012", "admin"],
    ["arn:aws-us-gov:sts::123456789012:assumed-role/admin/jane", "aws-us-gov", "123456789012", "jane"],
    ["arn:aws:iam::123456789012:root", "aws", "123456789012", "root"],
    ["arn:aws:iam::12345:mfa/jane", "aws", undefined, "jane"],
    ["arn:aws:iam:::mfa/jane", "aws", undefined, "jane"],
    ["arn:aws:iam::1234567890123:mfa/jane", "aws", undefined, "jane"],
  ])("%s is in %s, account %s, called %s", (arn, partition, account, name) => {
    expect(isAwsArn(arn)).toBe(true);
    expect(partitionOfArn(arn)).toBe(partition);
    expect(accountOfArn(arn)).toBe(account);
    expect(shortName(arn)).toBe(name);
  });
});

test.each([
  "",
  "GAHT12345678",
  "arn",
  "arn:aws:iam::123456789012:",
  "arn:aws:iam::123456789012",
  "arn::iam::123456789012:mfa/jane",
  "arn:aws:iam::12345678901a:mfa/jane",
  "arn:a/../b:iam::123456789012:mfa/jane",
  " arn:aws:iam::123456789012:mfa/jane",
])("%j is no ARN: it has no account and is its own name", (text) => {
  expect(isAwsArn(text)).toBe(false);
  expect(accountOfArn(text)).toBeUndefined();
  expect(shortName(text)).toBe(text);
});

test("a name that ends in a slash is not shown as nothing", () => {
  expect(shortName("arn:aws:iam::123456789012:mfa/")).toBe("arn:aws:iam::123456789012:mfa/");
});
