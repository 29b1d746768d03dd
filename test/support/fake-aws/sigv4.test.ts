import { GetSessionTokenCommand } from "@aws-sdk/client-sts";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { type Keys, keysOf, refusal, sts } from "./clients.ts";
import { type RawRequest, type SignOptions, send, signed } from "./raw.ts";
import { type FakeAws, startFakeAws } from "./server.ts";

let fake: FakeAws;
let session: Required<Keys>;
beforeAll(async () => {
  fake = await startFakeAws();
});
beforeEach(async () => {
  session = keysOf((await sts(fake.url, fake.fixture.jane).send(new GetSessionTokenCommand({}))).Credentials);
});
afterEach(() => {
  fake.settings.clockOffsetSeconds = 0;
});
afterAll(() => fake.close());

const MISMATCH =
  "The request signature we calculated does not match the signature you provided. Check your AWS Secret Access Key and signing method. Consult the service documentation for details.";
const INVALID = {
  status: 403,
  code: "InvalidClientTokenId",
  message: "The security token included in the request is invalid.",
};

/** Signs, lets the test spoil it, sends, and leaves what the refusal says. */
async function outcome(options: SignOptions, spoil: (request: RawRequest) => void = () => {}) {
  const request = await signed(fake.url, options);
  spoil(request);
  const { status, code, message } = await send(fake.url, request);
  return { status, code, message };
}

const OK = { status: 200, code: "", message: "" };

describe("a good signature", () => {
  it("is accepted in a header, in a GET and in a presigned URL", async () => {
    const { jane } = fake.fixture;
    for (const keys of [jane, session]) {
      expect(await outcome({ keys })).toEqual(OK);
      expect(await outcome({ keys, method: "GET" })).toEqual(OK);
      expect(await outcome({ keys, method: "GET", presign: true })).toEqual(OK);
    }
  });

  it("holds for values that need encoding", async () => {
    const params = { Action: "GetCallerIdentity", Version: "2011-06-15", Odd: "a b+c/d=e&f*~ü'()!" };
    expect(await outcome({ keys: fake.fixture.jane, params })).toEqual(OK);
    expect(await outcome({ keys: fake.fixture.jane, params, method: "GET" })).toEqual(OK);
  });
});

describe("a spoilt request", () => {
  const mismatch = { status: 403, code: "SignatureDoesNotMatch", message: MISMATCH };

  it("is refused when body, query, header or signature changed", async () => {
    const { jane } = fake.fixture;
    const headers = { "x-amz-meta": "one" };
    const spoils: [SignOptions, (request: RawRequest) => void][] = [
      [{ keys: jane }, (request) => (request.body += "&DurationSeconds=900")],
      [{ keys: jane, method: "GET" }, (request) => (request.target += "&More=1")],
      [{ keys: jane, method: "GET", presign: true }, (request) => (request.target += "&More=1")],
      [{ keys: jane, headers }, (request) => (request.headers["x-amz-meta"] = "two")],
      [{ keys: jane }, (request) => (request.headers.authorization = flipLast(request.headers.authorization ?? ""))],
      [{ keys: jane }, (request) => (request.headers["content-type"] = "application/x-www-form-urlencoded")],
    ];
    for (const [options, spoil] of spoils) expect(await outcome(options, spoil)).toEqual(mismatch);
  });

  it("is refused with the wrong secret, for keys and sessions", async () => {
    const secretAccessKey = fake.fixture.mia.secretAccessKey;
    expect(await outcome({ keys: { ...fake.fixture.jane, secretAccessKey } })).toEqual(mismatch);
    expect(await outcome({ keys: { ...session, secretAccessKey } })).toEqual(mismatch);
    expect(await refusal(sts(fake.url, { ...session, secretAccessKey }).send(new GetSessionTokenCommand({})))).toEqual(
      mismatch,
    );
  });

  it("is refused when an x-amz- header or the host is not signed, or the payload hash lies", async () => {
    const keys = fake.fixture.jane;
    expect(await outcome({ keys }, (request) => (request.headers["x-amz-extra"] = "1"))).toMatchObject({
      code: "SignatureDoesNotMatch",
    });
    expect((await outcome({ keys, signHost: false })).message).toMatch(/^'Host' must be a 'SignedHeader'/);
    const headers = { "x-amz-content-sha256": "0".repeat(64) };
    expect(await outcome({ keys, headers })).toMatchObject({ status: 403, code: "SignatureDoesNotMatch" });
    const unsigned = { "x-amz-content-sha256": "UNSIGNED-PAYLOAD" };
    expect(await outcome({ keys, headers: unsigned })).toMatchObject({ status: 403, code: "SignatureDoesNotMatch" });
  });

  it("is refused without, or with half an, Authorization header", async () => {
    const keys = fake.fixture.jane;
    expect(await outcome({ keys }, (request) => delete request.headers.authorization)).toEqual({
      status: 403,
      code: "MissingAuthenticationToken",
      message: "Request is missing Authentication Token",
    });
    const cut = (request: RawRequest) => {
      request.headers.authorization = request.headers.authorization?.split(", Signature")[0] ?? "";
    };
    expect(await outcome({ keys }, cut)).toMatchObject({ status: 400, code: "IncompleteSignature" });
  });

  it("is refused when signed for another service", async () => {
    const keys = fake.fixture.olaf;
    expect(await outcome({ keys, service: "s3" })).toMatchObject({ status: 403, code: "SignatureDoesNotMatch" });
    expect(await outcome({ keys, service: "iam" })).toMatchObject({ status: 400, code: "InvalidAction" });
  });
});

describe("a well signed request", () => {
  it("still has to be one of the query protocol", async () => {
    const keys = fake.fixture.olaf;
    const params = { Action: "GetUser", Version: "2010-05-08" };
    const json = { "content-type": "application/json" };
    expect(await outcome({ keys, path: "/other" })).toMatchObject({ status: 404 });
    expect(await outcome({ keys, method: "PUT" })).toMatchObject({ status: 405 });
    expect(await outcome({ keys, method: "GET", service: "iam", params })).toMatchObject({ status: 405 });
    expect(await outcome({ keys, headers: json })).toMatchObject({ status: 400, code: "MissingAction" });
    expect(await outcome({ keys, params: { Version: "2011-06-15" } })).toMatchObject({ code: "MissingAction" });
    const unversioned = await outcome({ keys, params: { Action: "GetCallerIdentity" } });
    expect(unversioned.message).toBe("Could not find operation GetCallerIdentity for version NO_VERSION_SPECIFIED");
  });
});

describe("the clock", () => {
  it("may be five minutes off and no more", async () => {
    const keys = fake.fixture.jane;
    const off = (seconds: number) => outcome({ keys, at: new Date(Date.now() + seconds * 1000) });
    expect(await off(-290)).toEqual(OK);
    expect(await off(290)).toEqual(OK);
    const late = await off(-310);
    expect(late).toMatchObject({ status: 403, code: "SignatureDoesNotMatch" });
    expect(late.message).toMatch(
      /^Signature expired: \d{8}T\d{6}Z is now earlier than \d{8}T\d{6}Z \(\d{8}T\d{6}Z - 5 min\.\)$/,
    );
    expect((await off(310)).message).toMatch(
      /^Signature not yet current: \w+ is still later than \w+ \(\w+ \+ 5 min\.\)$/,
    );
  });

  it("must be that of the credential scope", async () => {
    const other = (request: RawRequest) => {
      request.headers.authorization = request.headers.authorization?.replace(/\/\d{8}\//, "/20200101/") ?? "";
    };
    expect((await outcome({ keys: fake.fixture.jane }, other)).message).toMatch(/^Date in Credential scope does not/);
  });

  it("is the server's, which its Date header tells", async () => {
    fake.settings.clockOffsetSeconds = 3600;
    const keys = fake.fixture.jane;
    const answer = await send(fake.url, await signed(fake.url, { keys }));
    expect(answer.message).toMatch(/^Signature expired/);
    const date = Date.parse(answer.headers.get("date") ?? "");
    expect(Math.abs(date - Date.now() - 3_600_000)).toBeLessThan(5000);
    expect(await outcome({ keys, at: new Date(date) })).toEqual(OK);
  });

  it("ends a presigned URL after the seconds it names", async () => {
    const request = await signed(fake.url, { keys: fake.fixture.jane, method: "GET", presign: true });
    fake.settings.clockOffsetSeconds = 62;
    expect((await send(fake.url, request)).message).toMatch(/^Signature expired/);
    request.target = request.target.replace("Expires=60", "Expires=NaN");
    expect((await send(fake.url, request)).code).toBe("IncompleteSignature");
    fake.settings.clockOffsetSeconds = 0;
    request.target = request.target.replace("Expires=NaN", "Expires=600");
    expect((await send(fake.url, request)).message).toBe(MISMATCH);
  });
});

describe("keys", () => {
  it("that are unknown, deleted or switched off are refused alike", async () => {
    const { olaf } = fake.fixture;
    expect(await outcome({ keys: { ...olaf, accessKeyId: "AKIAFAKENOBODYNOBODY" } })).toEqual(INVALID);
    const key = fake.state.addKey(fake.state.user("olaf"));
    expect(await outcome({ keys: key })).toEqual(OK);
    fake.state.setKeyActive(key.accessKeyId, false);
    expect(await outcome({ keys: key })).toEqual(INVALID);
    fake.state.setKeyActive(key.accessKeyId, true);
    expect(await outcome({ keys: key })).toEqual(OK);
    fake.state.deleteKey(key.accessKeyId);
    expect(await outcome({ keys: key })).toEqual(INVALID);
  });

  it("of a session need their own token, and long-term ones none", async () => {
    const { accessKeyId, secretAccessKey, sessionToken } = session;
    expect(await outcome({ keys: { accessKeyId, secretAccessKey } })).toEqual(INVALID);
    expect(await outcome({ keys: { ...session, sessionToken: flipLast(sessionToken) } })).toEqual(INVALID);
    expect(await outcome({ keys: { ...fake.fixture.jane, sessionToken } })).toEqual(INVALID);
  });

  it("of a session can be taken back, in either way AWS puts it", async () => {
    fake.state.revoke(session.accessKeyId);
    expect(await outcome({ keys: session })).toEqual({
      status: 403,
      code: "ExpiredToken",
      message: "The security token included in the request is expired",
    });
    fake.state.revoke(session.accessKeyId, "InvalidClientTokenId");
    expect(await outcome({ keys: session })).toEqual(INVALID);
  });
});

function flipLast(text: string): string {
  return text.slice(0, -1) + (text.endsWith("0") ? "1" : "0");
}
