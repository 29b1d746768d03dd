/** Sends the requests of one client, straight or through a proxy, and notes host and clock of each exchange. */

import type { LookupFunction } from "node:net";
import { NodeHttpHandler } from "@smithy/node-http-handler";
import type { NetworkSettings } from "../profile/network.ts";
import { steadyMs } from "../runtime/clock.ts";
import { readBody } from "./answer-body.ts";
import { offsetByDate } from "./endpoint-clock.ts";
import { type ProxyServer, proxyFor } from "./proxy-choice.ts";

/** How the place of a call is reached. */
export interface Network extends NetworkSettings {
  /** Certificates in PEM that are trusted in place of the system's. */
  readonly ca?: readonly string[];
  /** Finds a host's addresses; Node's own way unless told. */
  readonly lookup?: LookupFunction;
}

/** What the last exchange told besides its answer. */
export interface Exchange {
  /** Host that was called, and the proxy if one was used; for error texts. */
  host: string;
  /** Server clock minus local clock, from the Date header of the last answer. */
  clockOffsetMs?: number;
}

const CONNECT_MS = 5_000;
const ANSWER_MS = 10_000;
/** For one exchange from its first byte to its last: a server can go on sending a little now and then. */
const EXCHANGE_MS = 15_000;

type Handle = NodeHttpHandler["handle"];
type Request = Parameters<Handle>[0];

interface Route {
  readonly handler: NodeHttpHandler;
  /** The error for an answer that is the proxy's own; undefined where it is the server's. */
  refusal(status: number): Error | undefined;
  readonly proxy?: ProxyServer;
}

/** The SDK's handler, made with the first request: a client calls one host, and only then is it known which. */
export class RequestHandler {
  readonly metadata = { handlerProtocol: "http/1.1" };
  readonly #network: Network;
  readonly #exchange: Exchange;
  #route: Promise<Route> | undefined;

  constructor(network: Network, exchange: Exchange) {
    this.#network = network;
    this.#exchange = exchange;
  }

  /** Throws `request-configuration` or `unreachable` for what the proxy is to blame for; else as Node does. */
  async handle(request: Request, options?: Parameters<Handle>[1]): ReturnType<Handle> {
    const exchange = this.#exchange;
    exchange.host = request.hostname;
    this.#route ??= routeTo(addressOf(request), this.#network);
    const { handler, proxy, refusal } = await this.#route;
    if (proxy !== undefined) exchange.host += ` through the proxy ${proxy.url.host}`;
    const startedMs = steadyMs();
    const sentAtMs = Date.now();
    const result = await handler.handle(request, options);
    const refused = refusal(result.response.statusCode);
    if (refused !== undefined) throw refused;
    const { response } = result;
    const offsetMs = offsetByDate(response.headers.date, sentAtMs, Date.now());
    if (offsetMs !== undefined) exchange.clockOffsetMs = offsetMs;
    const restMs = EXCHANGE_MS - (steadyMs() - startedMs);
    response.body = await readBody(response.body, response.statusCode, Math.max(0, restMs));
    return result;
  }

  destroy(): void {
    this.#route?.then(
      ({ handler }) => handler.destroy(),
      () => {},
    );
  }

  /** The SDK may wish for other settings: ours stand. */
  updateHttpClientConfig(): void {}

  httpHandlerConfigs(): object {
    return {};
  }
}

async function routeTo(address: URL, network: Network): Promise<Route> {
  const proxy = proxyFor(network, address);
  const { ca, lookup } = network;
  const sockets = { keepAlive: false, ...(lookup === undefined ? {} : { lookup }) };
  // NODE_TLS_REJECT_UNAUTHORIZED=0 has no say here.
  const trust = { rejectUnauthorized: true, ...(ca === undefined ? {} : { ca: [...ca] }) };
  if (proxy === undefined) {
    const agents = { httpAgent: sockets, httpsAgent: { ...sockets, ...trust } };
    return { handler: handlerWith(agents), refusal: () => undefined };
  }
  const { proxyAgents, proxyRefused } = await import("./proxy.ts");
  return {
    handler: handlerWith(proxyAgents(proxy, sockets, trust)),
    proxy,
    refusal: (status) => (status === 407 ? proxyRefused(proxy, status) : undefined),
  };
}

function handlerWith(agents: object): NodeHttpHandler {
  return new NodeHttpHandler({
    connectionTimeout: CONNECT_MS,
    requestTimeout: ANSWER_MS,
    socketTimeout: ANSWER_MS,
    // Without it the handler only warns, on our stderr.
    throwOnRequestTimeout: true,
    ...agents,
  });
}

function addressOf({ protocol, hostname, port }: Request): URL {
  return new URL(`${protocol}//${hostname}${port === undefined ? "" : `:${port}`}`);
}
