import { GetCallerIdentityCommand, STSClient } from "@aws-sdk/client-sts";
import { describe, expect, test } from "vitest";
import { awsFailure, codeRejection, isDeadCredentials, mayPass, wasSurelyNotSeen } from "../../../src/aws/failure.ts";
import { AskonceError } from "../../../src/runtime/errors.ts";

const HOST = "sts.eu-west-1.amazonaws.com";

/** What the SDK throws for an answer of AWS. */
function answer(name: string, message = "", status = 403): Error {
  return Object.assign(new Error(message), {
    name,
    $fault: status < 500 ? "client" : "server",
    $metadata: { httpStatusCode: status },
  });
}

/** What Node throws for a connection. */
function network(code: string): Error {
  return Object.assign(new Error(`connect ${code} 10.0.0.1:443`), { code });
}

/** What Node throws for a host with several addresses: an error for each, and the first one's code. */
function each(...errors: { code: string; syscall: string }[]): Error {
  return Object.assign(new AggregateError(errors), errors[0] === undefined ? {} : { code: errors[0].code });
}

function told(error: unknown, whose: { keysOf: string; role?: string } = { keysOf: "work" }): AskonceError {
  return awsFailure(error, "GetSessionToken", whose, HOST);
}

describe("a code that STS rejects", () => {
  test.each(["AccessDenied", "AccessDeniedException"])("is told by its text, with %s", (name) => {
    expect(codeRejection(answer(name, "MultiFactorAuthentication failed with invalid MFA one time pass code. "))).toBe(
      "wrong",
    );
    expect(
      codeRejection(
        answer(name, "MultiFactorAuthentication failed, unable to validate MFA code.  Please verify your MFA serial"),
      ),
    ).toBe("not-this-users-device");
  });

  test.each([
    answer("AccessDenied", "User: arn:aws:iam::1:user/jane is not authorized to perform: sts:GetSessionToken"),
    answer("AccessDenied"),
    answer("ValidationError", "invalid MFA one time pass code"),
    network("ECONNRESET"),
    new Error("invalid MFA one time pass code"),
    {},
    "text",
  ])("is not taken for something else: %s", (error) => {
    expect(codeRejection(error)).toBeUndefined();
  });
});

describe("credentials", () => {
  test.each(["ExpiredToken", "ExpiredTokenException", "InvalidClientTokenId"])("are dead with %s", (name) => {
    expect(isDeadCredentials(answer(name))).toBe(true);
  });

  test.each(["AccessDenied", "SignatureDoesNotMatch", "Throttling", "RequestExpired"])(
    "are not dead with %s",
    (name) => {
      expect(isDeadCredentials(answer(name))).toBe(false);
    },
  );
});

describe("a code is as good as before", () => {
  test.each([
    network("DEPTH_ZERO_SELF_SIGNED_CERT"),
    network("CERT_HAS_EXPIRED"),
    network("ERR_TLS_CERT_ALTNAME_INVALID"),
    network("UNABLE_TO_VERIFY_LEAF_SIGNATURE"),
    Object.assign(network("ETIMEDOUT"), { syscall: "connect" }),
    Object.assign(new Error("the request socket did not establish a connection with the server within"), {
      name: "TimeoutError",
    }),
    each({ code: "ENETUNREACH", syscall: "connect" }, { code: "ECONNREFUSED", syscall: "connect" }),
    each({ code: "ETIMEDOUT", syscall: "connect" }),
    new AskonceError("unreachable", "the proxy does not let us through"),
    answer("InvalidClientTokenId"),
    answer("SignatureDoesNotMatch", "The request signature we calculated does not match"),
    answer("RegionDisabledException"),
    network("ECONNREFUSED"),
    network("ENOTFOUND"),
    network("EAI_AGAIN"),
    network("EHOSTUNREACH"),
    network("ENETUNREACH"),
    answer("Throttling", "Rate exceeded", 400),
    answer("ThrottlingException", "", 400),
    answer("RequestLimitExceeded", "", 503),
    answer("RequestTimeTooSkewed"),
    answer("RequestExpired"),
    answer("SignatureDoesNotMatch", "Signature expired: 20300101T000000Z is now earlier than"),
    answer("SignatureDoesNotMatch", "Signature not yet current: 20300101T000000Z"),
  ])("where it was surely not looked at: $name $message $code", (error) => {
    expect(wasSurelyNotSeen(error)).toBe(true);
  });

  test.each([
    network("ECONNRESET"),
    network("ETIMEDOUT"),
    network("EPIPE"),
    network("EPROTO"),
    Object.assign(network("EHOSTUNREACH"), { syscall: "read" }),
    each({ code: "ETIMEDOUT", syscall: "connect" }, { code: "ECONNRESET", syscall: "read" }),
    each(),
    Object.assign(new Error("timed out"), { name: "TimeoutError" }),
    Object.assign(new Error("aborted"), { name: "AbortError" }),
    answer("InternalFailure", "", 500),
    answer("ServiceUnavailable", "", 503),
    answer("AccessDenied"),
    answer("ValidationError"),
    new Error("Signature expired"),
    {},
  ])("and else may be spent: $name $message $code", (error) => {
    expect(wasSurelyNotSeen(error)).toBe(false);
  });
});

describe("a call", () => {
  test.each([
    network("ECONNRESET"),
    network("ECONNREFUSED"),
    network("ENOTFOUND"),
    network("EAI_AGAIN"),
    Object.assign(new Error("timed out"), { name: "TimeoutError" }),
    answer("InternalFailure", "", 500),
    answer("ServiceUnavailable", "", 503),
    answer("Throttling", "Rate exceeded", 400),
    answer("Whatever", "", 429),
    answer("RequestTimeTooSkewed"),
    answer("SignatureDoesNotMatch", "Signature expired: 20300101T000000Z is now earlier than"),
    Object.assign(new SyntaxError("<html>"), { $metadata: { httpStatusCode: 503 } }),
  ])("is made again after what may pass: $name $message $code", (error) => {
    expect(mayPass(error)).toBe(true);
  });

  test.each([
    answer("AccessDenied"),
    answer("InvalidClientTokenId"),
    answer("SignatureDoesNotMatch", "The request signature we calculated does not match"),
    answer("NotImplemented", "", 501),
    network("CERT_HAS_EXPIRED"),
    Object.assign(new Error("aborted"), { name: "AbortError" }),
    Object.assign(new SyntaxError("<html>"), { $metadata: { httpStatusCode: 200 } }),
    new AskonceError("unreachable", "the proxy does not let us through"),
    {},
  ])("is not made again after what stays: $name $message $code", (error) => {
    expect(mayPass(error)).toBe(false);
  });
});

describe("what AWS refuses", () => {
  test.each([
    [
      "InvalidClientTokenId",
      "The security token included in the request is invalid.",
      /AWS refused the keys of work/,
      /deleted or deactivated/,
    ],
    [
      "SignatureDoesNotMatch",
      "The request signature we calculated does not match",
      /AWS refused the keys of work/,
      /secret does not belong/,
    ],
    ["SignatureDoesNotMatch", "Signature expired: 2030", /clock is off/, /set the clock/],
    ["RequestTimeTooSkewed", "", /clock is off/, /set the clock/],
    [
      "AccessDenied",
      "User is not authorized.",
      /AWS refused GetSessionToken with the keys of work \(AccessDenied\)/,
      /^User is not authorized$/,
    ],
    ["ValidationError", "", /\(ValidationError\)/, /AWS gave no reason/],
  ])("%s (%s) is told with what to do", (name, message, what, hint) => {
    const failure = told(answer(name, message));
    expect(failure.status).toBe(5);
    expect(failure.message).toMatch(what);
    expect(failure.hint).toMatch(hint);
  });

  test.each([
    ["InvalidClientTokenId", "x", "refused"],
    ["SignatureDoesNotMatch", "The request signature we calculated does not match", "refused"],
    ["AccessDenied", "x", "refused"],
    ["SignatureDoesNotMatch", "Signature expired: 2030", "request-refused"],
    ["ValidationError", "x", "request-refused"],
    ["RegionDisabledException", "x", "request-refused"],
  ])("%s (%s) is about %s", (name, message, code) => {
    expect(told(answer(name, message)).code).toBe(code);
  });

  test("of a role is about everybody who asks for it", () => {
    expect(told(answer("ValidationError", "x"), { keysOf: "work", role: "arn:aws:iam::1:role/r" }).code).toBe(
      "refused",
    );
  });

  test("of a role is told with both policies to check", () => {
    const failure = told(answer("AccessDenied", "x"), { keysOf: "work", role: "arn:aws:iam::1:role/r" });
    expect(failure.message).toBe("AWS refused role arn:aws:iam::1:role/r (AccessDenied)");
    expect(failure.hint).toMatch(/trust policy.*work/);
  });

  test("of a role for another reason names the role", () => {
    const failure = told(answer("PackedPolicyTooLarge", "Too large.", 400), { keysOf: "work", role: "arn:r" });
    expect(failure.message).toBe("AWS refused GetSessionToken with role arn:r (PackedPolicyTooLarge)");
    expect(failure.hint).toBe("Too large");
  });

  test("is told in AWS's own words only as far as they are short", () => {
    const { line } = told(answer("AccessDenied", `a\n\u001b[2J${"long ".repeat(500)}`));
    expect(line.length).toBeLessThan(400);
    expect(line).not.toMatch(/\p{Cc}/u);
  });

  test("keeps the original for the log", () => {
    const error = answer("AccessDenied");
    expect(told(error).cause).toBe(error);
  });
});

describe("what cannot be reached", () => {
  test.each([
    [network("ECONNREFUSED"), `cannot reach ${HOST} (ECONNREFUSED)`],
    [new Error("x", { cause: network("ENOTFOUND") }), `cannot reach ${HOST} (ENOTFOUND)`],
    [Object.assign(new Error("slow"), { name: "TimeoutError" }), `cannot reach ${HOST} (TimeoutError)`],
    [answer("InternalFailure", "", 500), `${HOST} answered 500 (InternalFailure)`],
    [answer("Throttling", "", 400), `${HOST} answered 400 (Throttling)`],
    [answer("ThrottlingException", "", 429), `${HOST} answered 429 (ThrottlingException)`],
    [
      Object.assign(new SyntaxError("<html>"), { $metadata: { httpStatusCode: 200 } }),
      `${HOST} sent something that is no answer of AWS`,
    ],
    [
      Object.assign(new SyntaxError("<html>"), { $metadata: { httpStatusCode: 403 } }),
      `${HOST} sent something that is no answer of AWS`,
    ],
    [{}, `cannot reach ${HOST} (no answer)`],
  ])("is told by host: %s", (error, message) => {
    const failure = told(error);
    expect(failure.status).toBe(5);
    expect(failure.code).toBe("unreachable");
    expect(failure.message).toBe(message);
  });

  test.each(["SELF_SIGNED_CERT_IN_CHAIN", "UNABLE_TO_GET_ISSUER_CERT_LOCALLY", "UNABLE_TO_VERIFY_LEAF_SIGNATURE"])(
    "for its certificate is told with where to name the CA: %s",
    (code) => {
      expect(told(network(code)).hint).toMatch(/AWS_CA_BUNDLE or ca_bundle/);
      expect(told(network("CERT_HAS_EXPIRED")).hint).not.toMatch(/AWS_CA_BUNDLE/);
    },
  );

  test("has no text of the request or the page in it", () => {
    const error = Object.assign(new Error("<html>TokenCode=123456&secret"), { $metadata: { httpStatusCode: 200 } });
    expect(told(error).line).not.toMatch(/123456|secret|html/);
  });
});

test("a failure of ours stays what it is", () => {
  const error = new AskonceError("locked", "x");
  expect(told(error)).toBe(error);
});

test("what the SDK has no endpoint for is the user's configuration", async () => {
  const client = new STSClient({
    region: "eu-west-1",
    endpoint: "http://127.0.0.1:1",
    useFipsEndpoint: true,
    credentials: { accessKeyId: "AKIAEXAMPLE", secretAccessKey: "secret" },
  });
  const error = await client.send(new GetCallerIdentityCommand({})).catch((thrown: unknown) => thrown);
  client.destroy();
  const failure = told(error);
  expect(failure.code).toBe("configuration");
  expect(failure.line).toMatch(/^askonce: there is no endpoint for what is set: .*FIPS.*; check the region/);
  expect(failure.cause).toBe(error);
});

test("an endpoint cannot claim that there is none", () => {
  expect(told(answer("EndpointError")).code).toBe("request-refused");
});

describe("the reason of a failed call", () => {
  const inRole = { keysOf: "work", role: "admin" };

  test.each([
    [answer("InvalidClientTokenId"), undefined, "keys-rejected"],
    [answer("SignatureDoesNotMatch", "The signature does not match"), undefined, "keys-rejected"],
    [answer("SignatureDoesNotMatch", "Signature expired: 1 is now earlier than 2"), undefined, "clock-skew"],
    [answer("RequestExpired"), inRole, "clock-skew"],
    [answer("AccessDenied"), undefined, "aws-denied"],
    [answer("AccessDeniedException"), undefined, "aws-denied"],
    [answer("AccessDenied"), inRole, "role-denied"],
    [answer("ValidationError", "DurationSeconds exceeds the MaxSessionDuration"), inRole, "role-too-long"],
    [answer("RegionDisabledException"), undefined, "aws-refused"],
    [answer("Throttling", "Rate exceeded", 400), undefined, "throttled"],
    [answer("RequestLimitExceeded", "", 503), undefined, "throttled"],
    [answer("InternalFailure", "", 500), undefined, "aws-unavailable"],
    [answer("RequestTimeout", "", 408), undefined, "aws-unavailable"],
    [Object.assign(new Error("a page"), { $metadata: { httpStatusCode: 200 } }), undefined, "not-aws"],
    [network("ENOTFOUND"), undefined, "unreachable-host"],
    [Object.assign(new Error("late"), { name: "TimeoutError" }), undefined, "unreachable-host"],
    [network("CERT_HAS_EXPIRED"), undefined, "untrusted-certificate"],
    [network("SELF_SIGNED_CERT_IN_CHAIN"), undefined, "untrusted-certificate"],
  ])("%s, %j: %s", (error, whose, reason) => {
    expect(told(error, whose).reason).toBe(reason);
  });
});
