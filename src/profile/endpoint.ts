/** Which STS and IAM endpoints a request goes to, as the AWS CLI reads it (docs.aws.amazon.com/sdkref, "Service-specific endpoints"). Pure. */

import { type Environment, isTrue, nonEmpty } from "../environment.ts";
import { AskonceError } from "../errors.ts";
import { type Level, textOf } from "./settings.ts";

export interface EndpointSettings {
  readonly stsUrl?: string;
  readonly iamUrl?: string;
  readonly fips: boolean;
  readonly dualStack: boolean;
  /** sts_regional_endpoints = legacy: the regions of old go through sts.amazonaws.com. */
  readonly legacyGlobal: boolean;
}

/** Throws `configuration` for an endpoint that is no http or https address. */
export function endpointSettings(levels: readonly Level[], env: Environment): EndpointSettings {
  const key = (name: string): string | undefined => {
    for (const level of levels) {
      const value = textOf(level, name);
      if (value !== undefined) return value;
    }
    return undefined;
  };
  const ignored = isTrue(env.AWS_IGNORE_CONFIGURED_ENDPOINT_URLS);
  const urlFor = (service: "STS" | "IAM"): string | undefined => {
    if (ignored) return undefined;
    const url = nonEmpty(env[`AWS_ENDPOINT_URL_${service}`]) ?? nonEmpty(env.AWS_ENDPOINT_URL) ?? key("endpoint_url");
    return url === undefined ? undefined : httpAddress(url);
  };
  const stsUrl = urlFor("STS");
  const iamUrl = urlFor("IAM");
  return {
    ...(stsUrl === undefined ? {} : { stsUrl }),
    ...(iamUrl === undefined ? {} : { iamUrl }),
    fips: isTrue(nonEmpty(env.AWS_USE_FIPS_ENDPOINT) ?? key("use_fips_endpoint")),
    dualStack: isTrue(nonEmpty(env.AWS_USE_DUALSTACK_ENDPOINT) ?? key("use_dualstack_endpoint")),
    legacyGlobal: (nonEmpty(env.AWS_STS_REGIONAL_ENDPOINTS) ?? key("sts_regional_endpoints")) === "legacy",
  };
}

/** What of the endpoint belongs to a session's identity: nothing for a regional one, whose tokens are good everywhere. */
export function endpointIdentity(settings: EndpointSettings): string {
  if (settings.stsUrl !== undefined) return settings.stsUrl;
  return [settings.fips ? "fips" : "", settings.legacyGlobal ? "global" : ""].filter((part) => part !== "").join("+");
}

function httpAddress(text: string): string {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url?.protocol === "http:" || url?.protocol === "https:") return url.href.replace(/\/$/, "");
  throw new AskonceError(
    "configuration",
    `the endpoint ${JSON.stringify(text)} is no http or https address`,
    "it looks like https://host",
  );
}
