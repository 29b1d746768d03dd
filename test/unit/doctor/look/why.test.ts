import { describe, expect, test } from "vitest";
import { whyRegion, whyUrl } from "../../../../src/doctor/look/why.ts";
import { walk } from "../../../../src/profile/walk.ts";
import type { Environment } from "../../../../src/runtime/environment.ts";
import { DEVICE, KEYS, resolve, sharedFiles } from "../../support/profiles.ts";

function why(work: Record<string, string>, env: Environment = {}): string {
  const profiles = { work: { ...KEYS, ...work } };
  const { levels } = walk("work", {}, sharedFiles(Object.entries(profiles)));
  return whyRegion(levels, resolve("work", profiles, {}, env), env);
}

describe("why a region is asked", () => {
  test.each<[Record<string, string>, Environment, string]>([
    [{ region: "eu-west-1" }, { AWS_REGION: "x-1" }, "by region of profile work"],
    [{}, { AWS_REGION: "eu-west-1", AWS_DEFAULT_REGION: "eu-west-2" }, "by AWS_REGION"],
    [{}, { AWS_DEFAULT_REGION: "eu-west-2" }, "by AWS_DEFAULT_REGION"],
    [{ mfa_serial: DEVICE }, {}, "the first region of aws"],
    [{}, {}, "no region is set"],
  ])("%j, %j", (work, env, text) => {
    expect(why(work, env)).toBe(text);
  });

  test("by a flag of the command that is followed", () => {
    const profiles = { work: { credential_process: "askonce get keys --region eu-west-3" }, keys: KEYS };
    const { levels } = walk("work", {}, sharedFiles(Object.entries(profiles)));
    expect(whyRegion(levels, resolve("work", profiles), {})).toBe("by --region in credential_process");
  });
});

test("why an address is asked: the service's variable, any service's, the nearest profile's", () => {
  const of = (work: Record<string, string>, env: Environment) =>
    whyUrl(walk("work", {}, sharedFiles([["work", { ...KEYS, ...work }]])).levels, env);
  const both = { AWS_ENDPOINT_URL_STS: "http://a", AWS_ENDPOINT_URL: "http://b" };
  expect(of({}, both)).toBe("by AWS_ENDPOINT_URL_STS");
  expect(of({ endpoint_url: "http://c" }, { AWS_ENDPOINT_URL: "http://b" })).toBe("by AWS_ENDPOINT_URL");
  expect(of({ endpoint_url: "http://c" }, {})).toBe("by endpoint_url of profile work");
  expect(of({ services: "s", endpoint_url: "http://c" }, {})).toBe("by services of profile work");
});
