import { createHash, createHmac, timingSafeEqual } from "node:crypto";
import { SignatureV4 } from "@smithy/signature-v4";
import type { Credential, State } from "./accounts.ts";
import { AwsError, expiredToken, invalidToken } from "./aws-error.ts";
import type { WireRequest } from "./wire.ts";
import { SERVICES, type ServiceName } from "./xml.ts";

/** Who signed a request, for which service and region. */
export interface Signer {
  credential: Credential;
  service: ServiceName;
  region: string;
}

/** Greatest distance between the client's and the server's clock. */
const SKEW_MS = 5 * 60_000;

class Sha256 {
  private readonly hash;
  constructor(secret?: unknown) {
    this.hash =
      secret === undefined ? createHash("sha256") : createHmac("sha256", Buffer.from(secret as Uint8Array | string));
  }
  update(data: unknown): void {
    this.hash.update(data as Uint8Array);
  }
  digest(): Promise<Uint8Array> {
    return Promise.resolve(new Uint8Array(this.hash.digest()));
  }
  reset(): void {
    throw new Error("not used by the signer");
  }
}

function mismatch(message: string): AwsError {
  return new AwsError(403, "SignatureDoesNotMatch", message);
}

function incomplete(message: string): AwsError {
  return new AwsError(400, "IncompleteSignature", message);
}

interface Claim {
  accessKeyId: string;
  date: string;
  region: string;
  service: string;
  signedHeaders: string[];
  signature: string;
  amzDate: string;
  token: string | undefined;
  /** Seconds a presigned URL is good for; absent when a header signs. */
  expires?: number;
}

function text(value: string | string[] | undefined): string {
  return typeof value === "string" ? value : "";
}

function scope(credential: string): Pick<Claim, "accessKeyId" | "date" | "region" | "service"> {
  const parts = credential.split("/");
  const [accessKeyId = "", date = "", region = "", service = "", terminator] = parts;
  if (parts.length !== 5 || terminator !== "aws4_request")
    throw incomplete(
      `Credential must have exactly 5 slash-delimited elements, e.g. keyid/date/region/service/term, got '${credential}'`,
    );
  return { accessKeyId, date, region, service };
}

function claimOf(request: WireRequest): Claim {
  const header = request.headers.authorization;
  if (header === undefined && request.query["X-Amz-Signature"] !== undefined) {
    const { query } = request;
    const expires = Number(text(query["X-Amz-Expires"]));
    if (text(query["X-Amz-Algorithm"]) !== "AWS4-HMAC-SHA256") throw incomplete("Unsupported AWS 'algorithm'.");
    if (!Number.isInteger(expires) || expires < 1 || expires > 604_800)
      throw incomplete("X-Amz-Expires must be a number of seconds up to a week.");
    return {
      ...scope(text(query["X-Amz-Credential"])),
      signedHeaders: text(query["X-Amz-SignedHeaders"]).split(";"),
      signature: text(query["X-Amz-Signature"]),
      amzDate: text(query["X-Amz-Date"]),
      token: text(query["X-Amz-Security-Token"]) || undefined,
      expires,
    };
  }
  if (header === undefined)
    throw new AwsError(403, "MissingAuthenticationToken", "Request is missing Authentication Token");
  const match = /^AWS4-HMAC-SHA256 Credential=([^,\s]+), ?SignedHeaders=([^,\s]+), ?Signature=([^,\s]+)$/.exec(header);
  if (!match?.[1] || !match[2] || !match[3]) throw incomplete("Authorization header does not have the parts it needs.");
  return {
    ...scope(match[1]),
    signedHeaders: match[2].split(";"),
    signature: match[3],
    amzDate: request.headers["x-amz-date"] ?? "",
    token: request.headers["x-amz-security-token"],
  };
}

function compact(ms: number): string {
  return `${new Date(ms).toISOString().slice(0, 19).replace(/[-:]/g, "")}Z`;
}

function checkDate(claim: Claim, nowMs: number): Date {
  const [, y, mo, d, h, mi, s] = /^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/.exec(claim.amzDate) ?? [];
  if (!y) throw incomplete("Date must be in ISO-8601 'basic format'.");
  const at = Date.UTC(Number(y), Number(mo) - 1, Number(d), Number(h), Number(mi), Number(s));
  if (!claim.amzDate.startsWith(claim.date))
    throw mismatch(
      `Date in Credential scope does not match YYYYMMDD from ISO-8601 version of date from HTTP: '${claim.date}' != '${claim.amzDate.slice(0, 8)}', from '${claim.amzDate}'.`,
    );
  const wholeNow = Math.floor(nowMs / 1000) * 1000;
  const lifeMs = claim.expires === undefined ? SKEW_MS : claim.expires * 1000;
  if (at < wholeNow - lifeMs)
    throw mismatch(
      `Signature expired: ${claim.amzDate} is now earlier than ${compact(wholeNow - lifeMs)} (${compact(wholeNow)} - ${Math.ceil(lifeMs / 60_000)} min.)`,
    );
  if (at > wholeNow + SKEW_MS)
    throw mismatch(
      `Signature not yet current: ${claim.amzDate} is still later than ${compact(wholeNow + SKEW_MS)} (${compact(wholeNow)} + 5 min.)`,
    );
  return new Date(at);
}

function checkHeaders(request: WireRequest, claim: Claim): void {
  const signed = new Set(claim.signedHeaders);
  if (!signed.has("host")) throw mismatch("'Host' must be a 'SignedHeader' in the AWS Authorization.");
  // What is not signed could be swapped on the way; AWS asks for every x-amz- header.
  const loose = Object.keys(request.headers).find((name) => name.startsWith("x-amz-") && !signed.has(name));
  if (loose) throw mismatch(`'${loose}' must be a 'SignedHeader' in the AWS Authorization.`);
  const hash = request.headers["x-amz-content-sha256"];
  if (hash !== undefined && hash !== createHash("sha256").update(request.body).digest("hex"))
    throw mismatch("The x-amz-content-sha256 header does not fit the payload.");
}

async function expectedSignature(
  request: WireRequest,
  claim: Claim,
  credential: Credential,
  at: Date,
): Promise<string> {
  const names = claim.signedHeaders;
  const headers = Object.fromEntries(names.map((name) => [name, request.headers[name] ?? ""]));
  const signer = new SignatureV4({
    service: claim.service,
    region: claim.region,
    credentials: {
      accessKeyId: credential.accessKeyId,
      secretAccessKey: credential.secretAccessKey,
      ...(claim.expires !== undefined && claim.token !== undefined ? { sessionToken: claim.token } : {}),
    },
    sha256: Sha256,
    applyChecksum: false,
  });
  const presigned = /^X-Amz-(Algorithm|Credential|Date|Expires|SignedHeaders|Signature|Security-Token)$/;
  const query = Object.fromEntries(
    Object.entries(request.query).filter(([name]) => claim.expires === undefined || !presigned.test(name)),
  );
  const { method, path, body } = request;
  const plain = { method, path, protocol: "http:", hostname: "127.0.0.1", headers, query, body };
  const signableHeaders = new Set(names);
  if (claim.expires !== undefined) {
    const result = await signer.presign(plain, {
      signingDate: at,
      expiresIn: claim.expires,
      signableHeaders,
      unhoistableHeaders: signableHeaders,
    });
    return text(result.query?.["X-Amz-Signature"] ?? undefined);
  }
  const result = await signer.sign(plain, { signingDate: at, signableHeaders });
  return /Signature=([0-9a-f]+)$/.exec(result.headers.authorization ?? "")?.[1] ?? "";
}

function same(a: string, b: string): boolean {
  const digest = (value: string) => createHash("sha256").update(value).digest();
  return timingSafeEqual(digest(a), digest(b));
}

function checkToken(credential: Credential, token: string | undefined): void {
  if (credential.kind === "key") {
    if (token !== undefined || !credential.active) throw invalidToken();
  } else if (token === undefined || !same(token, credential.sessionToken)) throw invalidToken();
}

/** Finds out who signed a request, or refuses it as AWS would. */
export async function authenticate(request: WireRequest, state: State, nowMs: number): Promise<Signer> {
  const claim = claimOf(request);
  if (!(claim.service in SERVICES)) throw mismatch("Credential should be scoped to correct service: 'sts'.");
  const credential = state.credentials.get(claim.accessKeyId);
  if (!credential) throw invalidToken();
  checkToken(credential, claim.token);
  const at = checkDate(claim, nowMs);
  checkHeaders(request, claim);
  if (!same(await expectedSignature(request, claim, credential, at), claim.signature))
    throw mismatch(
      "The request signature we calculated does not match the signature you provided. Check your AWS Secret Access Key and signing method. Consult the service documentation for details.",
    );
  if (credential.kind !== "key") {
    if (credential.revokedAs === "InvalidClientTokenId") throw invalidToken();
    if (credential.revokedAs === "ExpiredToken" || credential.expiresAtMs <= nowMs) throw expiredToken();
  }
  return { credential, service: claim.service as ServiceName, region: claim.region };
}
