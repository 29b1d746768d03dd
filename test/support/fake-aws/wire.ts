import type { IncomingMessage } from "node:http";

/** A request as it came over the wire. */
export interface WireRequest {
  method: string;
  path: string;
  query: Record<string, string | string[]>;
  /** Names in lower case. */
  headers: Record<string, string>;
  body: Buffer;
}

/** Far more than a query-protocol request needs. */
const MAX_BODY = 64 * 1024;

/** Reads a request to its end. */
export async function readRequest(req: IncomingMessage): Promise<WireRequest> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of req as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > MAX_BODY) throw new Error("request too large");
    chunks.push(chunk);
  }
  const url = new URL(req.url ?? "/", "http://127.0.0.1");
  const query: Record<string, string | string[]> = {};
  for (const name of new Set(url.searchParams.keys())) {
    const all = url.searchParams.getAll(name);
    query[name] = all.length === 1 ? (all[0] ?? "") : all;
  }
  const headers: Record<string, string> = {};
  for (const [name, value] of Object.entries(req.headers))
    headers[name] = Array.isArray(value) ? value.join(",") : (value ?? "");
  return { method: req.method ?? "GET", path: url.pathname, query, headers, body: Buffer.concat(chunks) };
}

/** Parameters of the query protocol: the query string's, and a form body's when it says that it is one. */
export function paramsOf(request: WireRequest): Record<string, string> {
  const fromQuery = Object.entries(request.query).map(([name, value]) => [name, String(value)] as const);
  const isForm = /^application\/x-www-form-urlencoded\b/i.test(request.headers["content-type"] ?? "");
  const form = request.method === "POST" && isForm ? [...new URLSearchParams(request.body.toString("utf8"))] : [];
  return Object.fromEntries([...fromQuery, ...form]);
}

/** The credential scope a request claims, believed for the record only. */
export function claimedScope(request: WireRequest): { accessKeyId: string; service: string; region: string } {
  const credential =
    /Credential=([^,\s]+)/.exec(request.headers.authorization ?? "")?.[1] ??
    String(request.query["X-Amz-Credential"] ?? "");
  const [accessKeyId = "", , region = "", service = ""] = credential.split("/");
  return { accessKeyId, service, region };
}
