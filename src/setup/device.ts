/** The MFA device of the keys, as IAM lists it, and what to do where there is none. */

import { iamHost } from "../aws/failure.ts";
import { isDenied } from "../aws/iam-denial.ts";
import { shortName } from "../aws-names/arn.ts";
import { isSecurityKey } from "../aws-names/mfa-serial.ts";
import { firstRegion } from "../aws-names/partition.ts";
import type { SessionRequest } from "../profile/request.ts";
import { connectionFor } from "../refresh/connection.ts";
import { lazyKeys } from "../refresh/source/lazy-keys.ts";
import type { Store } from "../refresh/store/store.ts";
import type { Context } from "../runtime/context.ts";
import { partitionOfRequest } from "../session/identity.ts";
import { userIdOf } from "../session/mfa-identity.ts";
import { shellWord } from "../text/shell-words.ts";
import type { Interview } from "./interview.ts";
import { serialComplaint } from "./options.ts";

export interface Device {
  /** To be written; undefined where askonce finds the only one by itself. */
  readonly serial?: string;
  /** What to say of it, without its mark. */
  readonly said: string;
  /** There is none yet: what to do first. */
  readonly missing?: string;
}

export interface Search {
  readonly request: SessionRequest;
  readonly store: Pick<Store, "users" | "failures" | "locks" | "clocks">;
  readonly context: Context;
  readonly interview: Interview;
  /** Whose keys they are, in the user's words. */
  readonly keysOf: string;
  /** Tells that work goes on. */
  progress<T>(text: string, work: () => Promise<T>): Promise<T>;
}

/** The serials of the user's devices, unless a policy denies telling them. */
type Listed = { readonly kind: "listed"; readonly serials: readonly string[] } | { readonly kind: "denied" };

/**
 * Asks IAM, and the user where IAM lists several or may not be asked. Throws `refused`, `unreachable`, as a program with
 * keys fails, and as the interview does.
 *
 * @param keysAs the profile that will have the keys, for the commands that are named
 */
export async function findSetupDevice(search: Search, keysAs: string): Promise<Device> {
  const listed = await search.progress("looking for your MFA devices at AWS", () => list(search));
  if (listed.kind === "denied") {
    const lines = [
      "The keys may not list their MFA devices.",
      "  its ARN stands in the IAM console, under Security credentials",
    ];
    const serial = await search.interview.line(
      { lines, message: "ARN", open: "the keys may not list their MFA devices", flag: "--mfa-serial ARN" },
      undefined,
      serialComplaint,
    );
    return { serial, said: shortName(serial) };
  }
  const serials = listed.serials.filter((serial) => !isSecurityKey(serial));
  const [only] = serials;
  const enroll = `askonce mfa enroll ${shellWord(keysAs)}`;
  if (only === undefined)
    return {
      said: listed.serials.length === 0 ? "none yet" : "only a security key, and STS takes six-digit codes only",
      missing: enroll,
    };
  if (serials.length === 1) return { said: shortName(only) };
  const index = await search.interview.choice(
    {
      lines: [`${serials.length} MFA devices: which one do you use?`],
      ...{ message: "Device", open: `there are ${serials.join(", ")}`, flag: "--mfa-serial ARN" },
    },
    serials.map(shortName),
    undefined,
  );
  const serial = serials[index] ?? only;
  return { serial, said: shortName(serial) };
}

async function list({ request, store, context, keysOf }: Search): Promise<Listed> {
  const keys = await lazyKeys(request.source, store, context).get(context);
  context.waiting.for = { host: iamHost(request.endpoint) };
  const { listMfaDevices } = await import("../aws/iam.ts");
  const region = request.region ?? firstRegion(partitionOfRequest(request));
  try {
    const devices = await listMfaDevices(connectionFor({ request, store, context }, region), keys, keysOf);
    const serials = devices.map(({ serial }) => serial);
    const [only, ...others] = serials.filter((serial) => !isSecurityKey(serial));
    const userName = devices.find(({ serial }) => serial === only)?.userName;
    // The first sign-in need not ask once more.
    if (only !== undefined && others.length === 0)
      store.users.keep(userIdOf(request, keys.accessKeyId), {
        ...(userName === undefined ? {} : { userName }),
        ...{ serial: only, choices: undefined },
      });
    return { kind: "listed", serials };
  } catch (error) {
    if (isDenied(error)) return { kind: "denied" };
    throw error;
  }
}
