/** What every client of ours is built with: nothing of it comes from the environment or the shared files behind our back. */

import type { EndpointSettings } from "../profile/endpoint.ts";
import { type Clocks, endpointWithClock } from "./endpoint-clock.ts";
import { type Exchange, type Network, RequestHandler } from "./request-handler.ts";
import { attempts } from "./retry.ts";

/** Where to call, how to get there, and until when. */
export interface Connection {
  readonly region: string;
  readonly endpoint: EndpointSettings;
  readonly network: Network;
  readonly clocks: Clocks;
  /** Ends every call: the deadline, or the user's Ctrl-C. */
  readonly signal: AbortSignal;
}

/** Keys to sign with; a session's have a token. */
export interface SigningKeys {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken?: string;
}

/** Which client it is for. */
export interface ClientNeeds {
  /** Overrides the endpoint the SDK would resolve. */
  readonly url: string | undefined;
  /** Where host and clock of its calls are noted. */
  readonly exchange: Exchange;
}

/**
 * Options common to the STS and the IAM client. An address of its own stands above the endpoint's variants: the SDK refuses
 * both together, where the AWS CLI takes the address (botocore/args.py, SDK_ENDPOINT).
 */
export function clientOptions(connection: Connection, keys: SigningKeys, { url, exchange }: ClientNeeds) {
  return {
    region: connection.region,
    credentials: { ...keys },
    useFipsEndpoint: connection.endpoint.fips && url === undefined,
    useDualstackEndpoint: connection.endpoint.dualStack && url === undefined,
    // It would make a call again that is refused, wherever our clock is off.
    maxAttempts: 1,
    // What the SDK is not told it looks for, in files that a client then waits for.
    retryMode: "standard" as const,
    defaultsMode: "standard" as const,
    authSchemePreference: [],
    sigv4aSigningRegionSet: [],
    userAgentAppId: "",
    disableClockSkewCorrection: false,
    systemClockOffset: connection.clocks.offsetMs(endpointWithClock(url)),
    ignoreConfiguredEndpointUrls: true,
    ...(url === undefined ? {} : { endpoint: url }),
    requestHandler: new RequestHandler(connection.network, exchange),
    logger: SILENT,
  };
}

/** Calls with a client, again after what may be repeated, remembers the clock of its endpoint and closes it. Throws as attempts does. */
export async function callAndClose<Client extends { destroy(): void }, T>(
  client: Client,
  { connection, url, exchange }: Pick<ClientNeeds, "url" | "exchange"> & { readonly connection: Connection },
  mayRepeat: (error: unknown) => boolean,
  call: (client: Client, options: { readonly abortSignal: AbortSignal }) => Promise<T>,
): Promise<T> {
  try {
    return await attempts(() => call(client, { abortSignal: connection.signal }), mayRepeat, connection.signal);
  } finally {
    if (exchange.clockOffsetMs !== undefined) connection.clocks.keep(endpointWithClock(url), exchange.clockOffsetMs);
    client.destroy();
  }
}

const silent = (): void => {};
/** The SDK's own log could hold what it sent. */
const SILENT = { trace: silent, debug: silent, info: silent, warn: silent, error: silent };
