/** How AWS is called for a request. */

import { readCaBundle } from "../aws/ca-bundle.ts";
import type { Connection } from "../aws/connection.ts";
import { endpointWithClock } from "../aws/endpoint-clock.ts";
import { lookupBy } from "../aws/host-names.ts";
import type { SessionRequest } from "../profile/request.ts";
import type { Context } from "../runtime/context.ts";
import type { Store } from "./store/store.ts";

interface Work {
  readonly request: SessionRequest;
  readonly store: Pick<Store, "clocks">;
  readonly context: Pick<Context, "deadline" | "childEnvironment">;
}

/** The settings of every client for this request. Throws `request-configuration` for an unusable CA bundle. */
export function connectionFor({ request, store, context }: Work, region: string): Connection {
  const { childEnvironment, deadline } = context;
  const { signal } = deadline;
  const ca = readCaBundle(request.network.caBundle);
  return {
    region,
    endpoint: request.endpoint,
    network: {
      ...request.network,
      ...(ca === undefined ? {} : { ca }),
      lookup: lookupBy(childEnvironment, signal),
    },
    clocks: store.clocks,
    signal,
  };
}

/** The clock of STS at this request's endpoint, as far as it is known. MFA devices are expected to agree with it. */
export function serverNowMs({ request, store }: Pick<Work, "request" | "store">): number {
  return Date.now() + store.clocks.offsetMs(endpointWithClock(request.endpoint.stsUrl));
}
