/** Which STS and IAM endpoints a request goes to, in the AWS CLI's order of precedence (docs.aws.amazon.com/sdkref, "Service-specific endpoints"). Pure. */

import type { SharedFiles } from "../aws-files/read.ts";
import { type Environment, isTrue, nonEmpty } from "../runtime/environment.ts";
import { AskonceError } from "../runtime/errors.ts";
import { type Level, nearestLevel, shown, textOf } from "./settings.ts";

export interface EndpointSettings {
  readonly stsUrl?: string;
  readonly iamUrl?: string;
  readonly fips: boolean;
  readonly dualStack: boolean;
  /** sts_regional_endpoints = legacy: the regions of old go through sts.amazonaws.com. */
  readonly legacyGlobal: boolean;
}

/** As the service is called in a `[services NAME]` section. */
type ServiceId = "sts" | "iam";

/**
 * The endpoint settings of these levels, NAME first.
 *
 * An address is the service's own variable's, else AWS_ENDPOINT_URL's, else the nearest profile's that has one: its
 * services section's before its endpoint_url (botocore/configprovider.py, ConfiguredEndpointProvider).
 *
 * Throws `configuration` for an address that is not http or https, a services section that is missing, and a
 * sts_regional_endpoints that is neither legacy nor regional.
 */
export function endpointSettings(
  levels: readonly Level[],
  services: SharedFiles["services"],
  env: Environment,
): EndpointSettings {
  // A variable that is set counts even when it is empty, as in botocore: so a shell can undo what the profile says.
  const setting = (variable: string, key: string): string | undefined =>
    env[variable] ?? nearestLevel(levels, (level) => textOf(level, key));
  const isIgnored = isTrue(setting("AWS_IGNORE_CONFIGURED_ENDPOINT_URLS", "ignore_configured_endpoint_urls"));
  const urlOf = (service: ServiceId): string | undefined =>
    isIgnored ? undefined : (urlOfVariable(service, env) ?? nearestLevel(levels, urlOfProfile(service, services)));
  const stsUrl = urlOf("sts");
  const iamUrl = urlOf("iam");
  return {
    ...(stsUrl === undefined ? {} : { stsUrl }),
    ...(iamUrl === undefined ? {} : { iamUrl }),
    fips: isTrue(setting("AWS_USE_FIPS_ENDPOINT", "use_fips_endpoint")),
    dualStack: isTrue(setting("AWS_USE_DUALSTACK_ENDPOINT", "use_dualstack_endpoint")),
    legacyGlobal: isLegacy(setting("AWS_STS_REGIONAL_ENDPOINTS", "sts_regional_endpoints")),
  };
}

/** What of the endpoint belongs to a session's identity: nothing for a regional one, whose tokens are good everywhere. */
export function endpointIdentity(settings: EndpointSettings): string {
  if (settings.stsUrl !== undefined) return settings.stsUrl;
  return [settings.fips ? "fips" : "", settings.legacyGlobal ? "global" : ""].filter((part) => part !== "").join("+");
}

function urlOfVariable(service: ServiceId, env: Environment): string | undefined {
  for (const variable of [`AWS_ENDPOINT_URL_${service.toUpperCase()}`, "AWS_ENDPOINT_URL"]) {
    const text = nonEmpty(env[variable]);
    if (text !== undefined) return httpAddress(text, variable);
  }
  return undefined;
}

function urlOfProfile(service: ServiceId, services: SharedFiles["services"]): (level: Level) => string | undefined {
  return (level) => {
    const name = textOf(level, "services");
    if (name !== undefined) {
      const own = servicesSection(name, level, services).get(service)?.endpoint_url;
      if (own) return httpAddress(own, `endpoint_url of ${service} in [services ${name}]`);
    }
    const text = textOf(level, "endpoint_url");
    return text === undefined ? undefined : httpAddress(text, `endpoint_url of profile ${level.name}`);
  };
}

function servicesSection(name: string, level: Level, services: SharedFiles["services"]) {
  const section = services.get(name);
  if (section !== undefined && section.size > 0) return section;
  throw new AskonceError(
    "configuration",
    `profile ${level.name} has services = ${shown(name)}, and there is no section [services ${shown(name)}] with a service in it`,
    `add it to the config file, or remove services from profile ${level.name}`,
    "invalid-setting",
  );
}

/**
 * The address in one spelling, without the user and password it may hold: no client of AWS's sends them.
 * The error names where it stands and not the text, which may hold them too.
 */
function httpAddress(text: string, source: string): string {
  const url = /^https?:\/\/[^/\\]/i.test(text) && URL.canParse(text) ? new URL(text) : undefined;
  if (url === undefined)
    throw new AskonceError(
      "configuration",
      `${source} is no http or https address`,
      "it looks like https://host",
      "invalid-setting",
    );
  if (url.username !== "") url.username = "";
  if (url.password !== "") url.password = "";
  return url.href.replace(/\/$/, "");
}

function isLegacy(text: string | undefined): boolean {
  if (text === "legacy") return true;
  // The SDKs and the AWS CLI ask the regional endpoint unless told (docs.aws.amazon.com/sdkref, "AWS STS Regional endpoints").
  if (text === undefined || text === "" || text === "regional") return false;
  throw new AskonceError(
    "configuration",
    `${JSON.stringify(shown(text))} is no value of sts_regional_endpoints or AWS_STS_REGIONAL_ENDPOINTS`,
    "use regional or legacy",
    "invalid-setting",
  );
}
