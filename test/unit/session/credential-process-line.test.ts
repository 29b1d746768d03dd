import { expect, test } from "vitest";
import { credentialProcessLine } from "../../../src/session/credential-process-line.ts";
import type { Session } from "../../../src/session/session.ts";
import type { Credentials } from "../../../src/session/stored-session.ts";

const CREDENTIALS: Credentials = {
  accessKeyId: "ASIAEXAMPLE",
  secretAccessKey: "se/cr+et==",
  sessionToken: "tok/en+==",
};
const SESSION: Session = {
  issuedAtMs: 0,
  expiresAtMs: Date.parse("2030-01-02T03:04:05Z"),
  clockOffsetMs: 0,
};

test("the answer is one compact line with the keys in AWS's spelling", () => {
  expect(credentialProcessLine(SESSION, CREDENTIALS)).toBe(
    '{"Version":1,"AccessKeyId":"ASIAEXAMPLE","SecretAccessKey":"se/cr+et==","SessionToken":"tok/en+==","Expiration":"2030-01-02T03:04:05Z"}\n',
  );
});

test("the account is added when it is known", () => {
  expect(JSON.parse(credentialProcessLine({ ...SESSION, accountId: "123456789012" }, CREDENTIALS)).AccountId).toBe(
    "123456789012",
  );
});

test.each([0, 1, 500, 999, 0.5])("the expiration has whole seconds and is never late: + %d ms", (ms) => {
  const line = credentialProcessLine({ ...SESSION, expiresAtMs: SESSION.expiresAtMs + ms }, CREDENTIALS);
  expect(JSON.parse(line).Expiration).toBe("2030-01-02T03:04:05Z");
});

test("nothing else of a stored session gets out", () => {
  const stored = { ...SESSION, id: "x", profile: "work", device: "arn:aws:iam::1:mfa/jane", clockOffsetMs: 5 };
  expect(Object.keys(JSON.parse(credentialProcessLine(stored, CREDENTIALS)))).toEqual([
    "Version",
    "AccessKeyId",
    "SecretAccessKey",
    "SessionToken",
    "Expiration",
  ]);
});

test("a token with line ends and quotes stays one line of JSON", () => {
  const line = credentialProcessLine(SESSION, { ...CREDENTIALS, sessionToken: 'a\n"b\\\u0000' });
  expect(line.indexOf("\n")).toBe(line.length - 1);
  expect(JSON.parse(line).SessionToken).toBe('a\n"b\\\u0000');
});
