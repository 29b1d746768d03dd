import { createHash, createHmac } from "node:crypto";
import { SignatureV4 } from "@smithy/signature-v4";
import type { Keys } from "./clients.ts";

/** A request that tests may spoil between signing and sending. */
export interface RawRequest {
  method: string;
  /** Path and query. */
  target: string;
  headers: Record<string, string>;
  body: string;
}

class Sha256 {
  private readonly hash;
  constructor(secret?: unknown) {
    this.hash = secret === undefined ? createHash("sha256") : createHmac("sha256", Buffer.from(secret as Uint8Array));
  }
  update(data: unknown): void {
    this.hash.update(data as Uint8Array);
  }
  digest(): Promise<Uint8Array> {
    return Promise.resolve(new Uint8Array(this.hash.digest()));
  }
  reset(): void {}
}

/** What to sign, and how. */
export interface SignOptions {
  keys: Keys;
  service?: string;
  at?: Date;
  method?: "GET" | "POST" | "PUT";
  path?: string;
  presign?: boolean;
  /** False leaves the Host header out of what is signed. */
  signHost?: boolean;
  params?: Record<string, string>;
  headers?: Record<string, string>;
}

/** Signs a query-protocol request; GetCallerIdentity unless told otherwise. */
export async function signed(url: string, options: SignOptions): Promise<RawRequest> {
  const { keys, service = "sts", at = new Date(), method = "POST", path = "/", presign = false } = options;
  const params = options.params ?? { Action: "GetCallerIdentity", Version: "2011-06-15" };
  const signer = new SignatureV4({
    service,
    region: "eu-west-1",
    credentials: keys,
    sha256: Sha256,
    applyChecksum: false,
  });
  const host = new URL(url).host;
  const body = method !== "GET" ? new URLSearchParams(params).toString() : "";
  const type = method !== "GET" ? { "content-type": "application/x-www-form-urlencoded; charset=utf-8" } : {};
  const plain = {
    method,
    protocol: "http:",
    hostname: "127.0.0.1",
    path,
    query: method === "GET" ? params : {},
    headers: { ...(options.signHost === false ? {} : { host }), ...type, ...options.headers },
    body,
  };
  const result = presign
    ? await signer.presign(plain, { signingDate: at, expiresIn: 60 })
    : await signer.sign(plain, { signingDate: at });
  const query = new URLSearchParams(result.query as Record<string, string>).toString();
  return { method, target: query === "" ? path : `${path}?${query}`, headers: result.headers, body };
}

/** Sends it; the code and message are those of AWS's error document, or empty. */
export async function send(
  url: string,
  request: RawRequest,
): Promise<{ status: number; code: string; message: string; text: string; headers: Headers }> {
  const { host: _, ...headers } = request.headers;
  const { method } = request;
  const init = method !== "GET" ? { method, headers, body: request.body } : { method, headers };
  const response = await fetch(url + request.target, init);
  const text = await response.text();
  const part = (name: string) => new RegExp(`<${name}>([^]*?)</${name}>`).exec(text)?.[1] ?? "";
  const message = part("Message").replaceAll("&apos;", "'");
  return { status: response.status, code: part("Code"), message, text, headers: response.headers };
}
