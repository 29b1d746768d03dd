/** What one refresh works with, and what is wanted of it. */

import { readCaBundle } from "../aws/ca-bundle.ts";
import type { Place as AwsPlace } from "../aws/connection.ts";
import { endpointWithClock } from "../aws/endpoint-clock.ts";
import { lookupBy } from "../aws/host-names.ts";
import type { StoredSession } from "../cache/session-file.ts";
import { isStatic } from "../keys/long-term-keys.ts";
import type { SessionRequest } from "../profile/request.ts";
import type { Context } from "../runtime/context.ts";
import type { AskonceError } from "../runtime/errors.ts";
import { type Identity, keySourceId, userIdOf } from "../session/identity.ts";
import type { Announcements } from "./asking/announcements.ts";
import type { Places } from "./asking/places.ts";
import type { RefreshInput } from "./input.ts";
import type { SigningKeys } from "./signing-keys.ts";
import type { Store } from "./store/store.ts";

export interface Refresh extends RefreshInput {
  readonly identity: Identity;
  readonly keys: SigningKeys;
  readonly announcements: Announcements;
  /** The IAM user's name, where it is known. */
  readonly userName: string | undefined;
  readonly places: Places;
  /** A code that was typed for a device that is no more: it may be the new one's. */
  readonly typed?: string;
}

/** What is wanted of one renewal. */
export interface Attempt {
  isEnough(session: StoredSession): boolean;
  /** The last moment for an answer, in local time; Infinity for as long as the run lasts. */
  readonly answerUntilMs: number;
}

/** Where AWS is called for this refresh. Throws `request-configuration` for a CA bundle that cannot be used. */
export function placeOf(refresh: Refresh): AwsPlace {
  return placeFor(refresh, refresh.identity.region);
}

/** The same for a request whose device, and so identity, is not known yet. */
export function placeFor(
  {
    request,
    store,
    context,
  }: {
    readonly request: SessionRequest;
    readonly store: Pick<Store, "clocks">;
    readonly context: Pick<Context, "deadline" | "childEnvironment">;
  },
  region: string,
): AwsPlace {
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

/** The time of the endpoint that codes are sent to, as far as it is known: that is a device's time too. */
export function serverNowMs({ request, store }: Pick<Refresh, "request" | "store">): number {
  return Date.now() + store.clocks.offsetMs(endpointWithClock(request.endpoint.stsUrl));
}

/** The MFA session in the store, if it is enough. */
export function enough({ store, identity }: Refresh, attempt: Attempt): StoredSession | undefined {
  const session = store.sessions.read(identity.sessionId);
  return session !== undefined && attempt.isEnough(session) ? session : undefined;
}

/** The key or the device is another one by now: everything is looked up once more, with the code that was typed already. */
export class StartOver extends Error {
  /** What to fail with where a new start leads to the same place. */
  readonly otherwise: AskonceError;
  readonly typed: string | undefined;

  constructor(otherwise: AskonceError, typed?: string) {
    super("start over");
    this.otherwise = otherwise;
    this.typed = typed;
  }
}

/** True when another process has learnt of another key or device since this refresh began. */
export function isStale({ request, identity, store }: Refresh): boolean {
  const { accessKeyId } = isStatic(request.keys) ? {} : store.users.read(keySourceId(request.keys));
  if (accessKeyId !== undefined && accessKeyId !== identity.accessKeyId) return true;
  if (request.mfaSerial !== undefined) return false;
  const { serial, choices } = store.users.read(userIdOf(request, identity.accessKeyId));
  // The device may be remembered as gone, and which of the others it is not yet.
  if (choices !== undefined && !choices.serials.includes(identity.device)) return true;
  return serial !== undefined && serial !== identity.device;
}
