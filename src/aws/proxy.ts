/** The only importer of the proxy agents. Loaded when a proxy applies. */

import type { LookupFunction } from "node:net";
import type { ConnectionOptions } from "node:tls";
import { HttpProxyAgent } from "http-proxy-agent";
import { HttpsProxyAgent } from "https-proxy-agent";
import { AskonceError } from "../runtime/errors.ts";
import type { ProxyServer } from "./proxy-choice.ts";

/** How servers are to be trusted. */
export type Trust = Pick<ConnectionOptions, "ca" | "rejectUnauthorized">;

/** How connections are made. */
export interface SocketOptions {
  readonly keepAlive: boolean;
  readonly lookup?: LookupFunction;
}

/** Agents that go through a proxy: plain http with the whole address in the request, https through CONNECT. */
export function proxyAgents(
  proxy: ProxyServer,
  sockets: SocketOptions,
  trust: Trust,
): { httpAgent: HttpProxyAgent<string>; httpsAgent: Tunnel } {
  const { url, authorization } = proxy;
  // The address has no password any more: the agents would hand it to their debug log.
  const headers = authorization === undefined ? {} : { "Proxy-Authorization": authorization };
  const options = { ...trust, ...sockets, headers };
  return { httpAgent: new HttpProxyAgent(url, options), httpsAgent: new Tunnel(proxy, options) };
}

type Options = Trust & SocketOptions & { headers: Record<string, string> };

class Tunnel extends HttpsProxyAgent<string> {
  readonly #trust: Trust;

  constructor(proxy: ProxyServer, { headers, keepAlive, lookup, ...trust }: Options) {
    super(proxy.url, { headers, keepAlive, ...(lookup === undefined ? {} : { lookup }), ...trust });
    this.#trust = trust;
    // It would hand on the proxy's answer as if it were AWS's.
    this.on("proxyConnect", ({ statusCode }: { statusCode: number }) => {
      if (statusCode !== 200) throw proxyRefused(proxy, statusCode);
    });
  }

  /** The agent keeps its options for the proxy only: the trust in the server behind it is given to each connection. */
  override async connect(...[request, options]: Parameters<HttpsProxyAgent<string>["connect"]>) {
    try {
      return await super.connect(request, { ...options, ...this.#trust });
    } catch (error) {
      // A proxy that hangs up is told without a code.
      throw error instanceof AskonceError
        ? error
        : Object.assign(error as Error, { code: codeOf(error) ?? "ECONNRESET" });
    }
  }
}

function codeOf(error: unknown): string | undefined {
  return (error as NodeJS.ErrnoException).code;
}

/** The error for a proxy that does not let us through. */
export function proxyRefused({ url, setBy }: ProxyServer, status: number): AskonceError {
  if (status === 407) {
    return new AskonceError(
      "unreachable",
      `the proxy ${url.host} wants a user and password, or others than it was given (407)`,
      `write them into ${setBy} as http://USER:PASSWORD@${url.host}, percent-encoded`,
      "proxy-login",
    );
  }
  return new AskonceError(
    "unreachable",
    `the proxy ${url.host} does not connect to AWS (it answered ${status})`,
    `check the proxy of ${setBy}, or name in NO_PROXY what needs none, then try again`,
    "proxy-refused",
  );
}
