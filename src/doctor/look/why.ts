/** Which setting has a call go where it goes, in the order in which they count. Pure. */

import type { SessionRequest } from "../../profile/request.ts";
import { type Level, textOf } from "../../profile/settings.ts";
import { type Environment, nonEmpty } from "../../runtime/environment.ts";

/** Of an STS endpoint's own address. */
export function whyUrl(levels: readonly Level[], env: Environment): string {
  const variable = ["AWS_ENDPOINT_URL_STS", "AWS_ENDPOINT_URL"].find((name) => nonEmpty(env[name]) !== undefined);
  if (variable !== undefined) return `by ${variable}`;
  const level = levels.find((one) => textOf(one, "services") ?? textOf(one, "endpoint_url"));
  return `by ${textOf(level as Level, "services") === undefined ? "endpoint_url" : "services"} of profile ${level?.name}`;
}

export function whyRegion(levels: readonly Level[], request: SessionRequest, env: Environment): string {
  if (levels.some(({ flags }) => flags.region !== undefined)) return "by --region in credential_process";
  const level = levels.find((one) => textOf(one, "region") !== undefined);
  if (level !== undefined) return `by region of profile ${level.name}`;
  const variable = ["AWS_REGION", "AWS_DEFAULT_REGION"].find((name) => env[name]);
  if (variable !== undefined) return `by ${variable}`;
  return request.partition === undefined ? "no region is set" : `the first region of ${request.partition}`;
}
