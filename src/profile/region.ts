/** Which region a request is asked in, where one is set. Pure. */

import type { Environment } from "../runtime/environment.ts";
import { AskonceError } from "../runtime/errors.ts";
import { type Level, nearest, shown, textOf } from "./settings.ts";

export interface RegionChoice {
  /** undefined leaves the choice to the partition. */
  readonly region: string | undefined;
  readonly isFips: boolean;
}

/**
 * Region: flag, profile, AWS_REGION, AWS_DEFAULT_REGION. A name of old such as `fips-us-east-1` or `us-gov-west-1-fips`
 * is that region by FIPS (botocore/client.py, _normalize_fips_region). Throws `configuration` for what is no region.
 */
export function regionOf(levels: readonly Level[], env: Environment): RegionChoice {
  const name =
    nearest(
      levels,
      (given) => given.region,
      (level) => textOf(level, "region"),
    ) ||
    env.AWS_REGION ||
    env.AWS_DEFAULT_REGION ||
    undefined;
  if (name === undefined) return { region: undefined, isFips: false };
  const region = name.replace(/^fips-|-fips$/g, "");
  // It becomes part of a host name: anything else in it would send the request to somebody else's.
  if (!/^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$/i.test(region)) {
    throw new AskonceError(
      "configuration",
      `${JSON.stringify(shown(name))} is not a region`,
      "a region looks like eu-west-1",
      "invalid-setting",
    );
  }
  return { region, isFips: region !== name };
}
