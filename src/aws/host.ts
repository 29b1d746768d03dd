/** Which host is called, in the words for the user. */

import type { EndpointSettings } from "../profile/endpoint.ts";

/** The host of an endpoint of its own, or the service and region that the SDK finds a host for. */
export function stsHost({ stsUrl }: EndpointSettings, region: string): string {
  return stsUrl === undefined ? `sts.${region}` : new URL(stsUrl).hostname;
}

/** The same for IAM, which has one host a partition. */
export function iamHost({ iamUrl }: EndpointSettings): string {
  return iamUrl === undefined ? "iam.amazonaws.com" : new URL(iamUrl).hostname;
}
