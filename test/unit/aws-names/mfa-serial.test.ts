import { expect, test } from "vitest";
import { isSecurityKey, refuseSecurityKey } from "../../../src/aws-names/mfa-serial.ts";
import { failureOf } from "../support/failures.ts";

test.each([
  "arn:aws:iam::123456789012:u2f/user/jane/key-1",
  "arn:aws:iam::123456789012:fido/user/jane",
  "arn:aws-cn:iam::123456789012:u2f/jane",
])("%s is a security key and refused, with what to do instead", (serial) => {
  expect(isSecurityKey(serial)).toBe(true);
  const failure = failureOf(() => refuseSecurityKey(serial, "work"));
  expect(failure.status).toBe(3);
  expect(failure.hint).toMatch(/authenticator app.*askonce mfa enroll work/);
});

test.each([
  "arn:aws:iam::123456789012:mfa/jane",
  "arn:aws:iam::123456789012:mfa/fido/jane",
  "arn:aws:iam::123456789012:sms-mfa/jane",
  "GAHT12345678",
  "fido/jane",
  "",
])("%j makes codes", (serial) => {
  expect(isSecurityKey(serial)).toBe(false);
  expect(() => refuseSecurityKey(serial, "work")).not.toThrow();
});
