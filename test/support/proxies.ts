/** What stands between a program and a server: forwarders, which may speak TLS or listen on another address, and HTTP proxies. */

import { readFileSync } from "node:fs";
import {
  createServer as createHttpServer,
  request as httpRequest,
  type IncomingMessage,
  type ServerResponse,
} from "node:http";
import { createServer as createHttpsServer } from "node:https";
import { type AddressInfo, connect, createServer as createTcpServer, type Server, type Socket } from "node:net";
import type { Duplex } from "node:stream";
import { createServer as createTlsServer } from "node:tls";
import { fileURLToPath } from "node:url";
import { onTestFinished } from "vitest";

type CertificateName = "ca" | "other-ca" | "server" | "server-key" | "expired" | "elsewhere";

/** The path of a test certificate; see the README beside them. */
export function certificate(name: CertificateName): string {
  return fileURLToPath(new URL(`certificates/${name}.pem`, import.meta.url));
}

interface Listening {
  readonly url: string;
  readonly port: number;
  /** Connections so far. */
  connections: number;
  close(): Promise<void>;
}

export interface ListenOptions {
  /** 127.0.0.1 unless told. */
  readonly host?: "127.0.0.1" | "::1";
  /** With the server certificate of the tests, or another. */
  readonly tls?: boolean | "expired" | "elsewhere";
}

/** Starts a server that forwards every connection to a port of 127.0.0.1. */
export async function startForwarder(port: number, { host, tls = false }: ListenOptions): Promise<Listening> {
  const pass = (client: Socket): void => join(client, connect(port, "127.0.0.1"));
  return listen(tls ? createTlsServer(identity(tls), pass) : createTcpServer(pass), host, tls !== false);
}

export interface ProxyOptions extends ListenOptions {
  /** `user:password` it asks for. */
  readonly login?: string;
  /** Takes connections and never says a word; or hangs up when it is asked; or answers everything with this status. */
  readonly fault?: "silent" | "hangs up" | number;
}

/** A running HTTP proxy. */
export interface TestProxy extends Listening {
  /** `host:port` of each CONNECT. */
  readonly connects: string[];
  /** Whole address of each plain request. */
  readonly requests: string[];
}

/** Starts a proxy that serves CONNECT and plain requests. Whatever host is asked for is looked for on this machine. */
export async function startProxy({ host, tls = false, login, fault }: ProxyOptions = {}): Promise<TestProxy> {
  const connects: string[] = [];
  const requests: string[] = [];
  const refusal = (request: IncomingMessage): number | undefined => {
    if (typeof fault === "number") return fault;
    const wanted = login === undefined ? undefined : `Basic ${Buffer.from(login).toString("base64")}`;
    return wanted === undefined || request.headers["proxy-authorization"] === wanted ? undefined : 407;
  };
  const onRequest = (request: IncomingMessage, response: ServerResponse): void => {
    requests.push(request.url ?? "");
    if (fault === "silent") return;
    if (fault === "hangs up") return void request.socket.destroy();
    const status = refusal(request);
    if (status !== undefined) return void response.writeHead(status).end("<html>the proxy's own words</html>");
    const { port, pathname } = new URL(request.url ?? "");
    const { "proxy-authorization": _, ...headers } = request.headers;
    const onward = httpRequest({ port, path: pathname, method: request.method ?? "GET", headers }, (answer) => {
      response.writeHead(answer.statusCode ?? 502, answer.headers);
      answer.pipe(response);
    });
    onward.on("error", () => response.destroy());
    request.pipe(onward);
  };
  const server = tls ? createHttpsServer(identity(tls), onRequest) : createHttpServer(onRequest);
  server.on("connect", (request: IncomingMessage, client: Duplex) => {
    connects.push(request.url ?? "");
    client.on("error", () => {});
    if (fault === "silent") return;
    if (fault === "hangs up") return void client.destroy();
    const status = refusal(request);
    if (status !== undefined) return void client.end(`HTTP/1.1 ${status} No\r\nContent-Length: 2\r\n\r\nNo`);
    client.write("HTTP/1.1 200 Connection established\r\n\r\n");
    const { hostname, port } = new URL(`http://${request.url}`);
    join(client, connect(Number(port), hostname === "[::1]" ? "::1" : "127.0.0.1"));
  });
  return Object.assign(await listen(server, host, tls !== false), { connects, requests });
}

/** Closes a forwarder or a proxy when the test ends. */
export function closeAfterTest<T extends Listening>(server: T): T {
  onTestFinished(() => server.close());
  return server;
}

function identity(tls: true | "expired" | "elsewhere"): { cert: Buffer; key: Buffer } {
  return {
    cert: readFileSync(certificate(tls === true ? "server" : tls)),
    key: readFileSync(certificate("server-key")),
  };
}

function join(one: Duplex, other: Duplex): void {
  one.on("error", () => other.destroy()).on("close", () => other.destroy());
  other.on("error", () => one.destroy()).on("close", () => one.destroy());
  one.pipe(other).pipe(one);
}

async function listen(server: Server, host: string | undefined, tls: boolean): Promise<Listening> {
  const sockets = new Set<Socket>();
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(0, host ?? "127.0.0.1", resolve);
  });
  const { port } = server.address() as AddressInfo;
  const listening: Listening = {
    url: `${tls ? "https" : "http"}://${host === "::1" ? "[::1]" : "127.0.0.1"}:${port}`,
    port,
    connections: 0,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        for (const socket of sockets) socket.destroy();
      }),
  };
  server.on("connection", (socket: Socket) => {
    listening.connections++;
    sockets.add(socket.on("error", () => {}).on("close", () => sockets.delete(socket)));
  });
  // A client may refuse our certificate; the test does not fail for that.
  server.on("tlsClientError", () => {});
  return listening;
}
