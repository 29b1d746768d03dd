/** What every client of ours is built with: nothing of it comes from the environment or the shared files behind our back. */

import { NodeHttpHandler } from "@smithy/node-http-handler";
import type { EndpointSettings } from "../profile/endpoint.ts";

/** Where to call, and until when. */
export interface Place {
  readonly region: string;
  readonly endpoint: EndpointSettings;
  /** Ends every call: the deadline, or the user's Ctrl-C. */
  readonly signal: AbortSignal;
}

/** Keys to sign with; a session's have a token. */
export interface SigningKeys {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken?: string;
}

/** What the last exchange told besides its answer. */
export interface Exchange {
  /** Host that was called, for error texts. */
  host: string;
  /** Server clock minus local clock, from the Date header; 0 until an answer came. */
  clockOffsetMs: number;
}

const CONNECT_MS = 5_000;
const ANSWER_MS = 10_000;

/**
 * Options common to the STS and the IAM client. `url` overrides the endpoint the SDK would resolve, variants and all:
 * the SDK refuses an address with FIPS or dual-stack, where the AWS CLI takes the address (botocore/args.py, SDK_ENDPOINT).
 */
export function clientOptions(place: Place, keys: SigningKeys, url: string | undefined, maxAttempts: number) {
  return {
    region: place.region,
    credentials: { ...keys },
    useFipsEndpoint: place.endpoint.fips && url === undefined,
    useDualstackEndpoint: place.endpoint.dualStack && url === undefined,
    maxAttempts,
    retryMode: "standard",
    ignoreConfiguredEndpointUrls: true,
    ...(url === undefined ? {} : { endpoint: url }),
    requestHandler: new NodeHttpHandler({
      connectionTimeout: CONNECT_MS,
      requestTimeout: ANSWER_MS,
      socketTimeout: ANSWER_MS,
      // Without it the handler only warns, on our stderr.
      throwOnRequestTimeout: true,
      httpAgent: { keepAlive: false },
      httpsAgent: { keepAlive: false, rejectUnauthorized: true },
    }),
    logger: SILENT,
  };
}

const silent = (): void => {};
/** The SDK's own log could hold what it sent. */
const SILENT = { trace: silent, debug: silent, info: silent, warn: silent, error: silent };

interface Stack {
  add(
    middleware: (
      next: (args: never) => Promise<{ response: unknown }>,
    ) => (args: never) => Promise<{ response: unknown }>,
    options: object,
  ): void;
}

/** Has the client note host and clock of each exchange, failed ones too. */
export function watchExchange(stack: unknown, exchange: Exchange): void {
  (stack as Stack).add(
    (next) => async (args: { request: { hostname?: string } }) => {
      exchange.host = args.request.hostname ?? exchange.host;
      const sentAtMs = Date.now();
      const result = await next(args as never);
      const header = (result.response as { headers?: Record<string, string> } | undefined)?.headers?.date;
      const serverMs = header === undefined ? Number.NaN : Date.parse(header);
      if (Number.isFinite(serverMs)) exchange.clockOffsetMs = offset(serverMs, sentAtMs, Date.now());
      return result;
    },
    { step: "finalizeRequest", name: "askonceExchange", priority: "low" },
  );
}

/** The header has whole seconds: an offset within that and the way there and back is no offset. */
function offset(serverMs: number, sentAtMs: number, receivedAtMs: number): number {
  if (serverMs + 1_000 < sentAtMs) return serverMs + 1_000 - sentAtMs;
  if (serverMs > receivedAtMs) return serverMs - receivedAtMs;
  return 0;
}
