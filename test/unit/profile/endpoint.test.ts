import { describe, expect, test } from "vitest";
import { endpointIdentity, endpointSettings } from "../../../src/profile/endpoint.ts";
import { failureOf } from "../support/failures.ts";

type Keys = Record<string, string>;

function settings(env: Record<string, string>, ...profiles: Keys[]) {
  const levels = profiles.map((keys, index) => ({ name: `profile-${index}`, keys, flags: {} }));
  return endpointSettings(levels, new Map(), env);
}

const REGIONAL = { fips: false, dualStack: false, legacyGlobal: false };

test("without any setting it is the regional one", () => {
  expect(settings({})).toStrictEqual(REGIONAL);
});

describe("the address", () => {
  const profile = { endpoint_url: "https://profile" };

  test.each([
    [
      "the service's own variable",
      { AWS_ENDPOINT_URL_STS: "https://sts", AWS_ENDPOINT_URL: "https://all" },
      "https://sts",
    ],
    ["the variable for all", { AWS_ENDPOINT_URL: "https://all" }, "https://all"],
    ["the profile", {}, "https://profile"],
    ["the profile, a variable being empty", { AWS_ENDPOINT_URL: "", AWS_ENDPOINT_URL_STS: " " }, "https://profile"],
  ])("is that of %s", (_, env, url) => {
    expect(settings(env, profile).stsUrl).toBe(url);
  });

  test("is told for STS and IAM apart", () => {
    const env = { AWS_ENDPOINT_URL_STS: "https://sts", AWS_ENDPOINT_URL_IAM: "https://iam" };
    expect(settings(env)).toMatchObject({ stsUrl: "https://sts", iamUrl: "https://iam" });
    expect(settings({ AWS_ENDPOINT_URL_IAM: "https://iam" })).not.toHaveProperty("stsUrl");
  });

  test("is the nearest profile's", () => {
    expect(settings({}, {}, { endpoint_url: "https://near" }, { endpoint_url: "https://far" }).stsUrl).toBe(
      "https://near",
    );
  });

  test.each(["true", "TRUE"])(
    "is ignored, variables and all, when AWS_IGNORE_CONFIGURED_ENDPOINT_URLS is %s",
    (yes) => {
      const env = {
        AWS_IGNORE_CONFIGURED_ENDPOINT_URLS: yes,
        AWS_ENDPOINT_URL: "https://all",
        AWS_ENDPOINT_URL_STS: "https://sts",
      };
      expect(settings(env, profile)).toStrictEqual(REGIONAL);
    },
  );

  test.each(["false", "", "1"])("is not ignored when AWS_IGNORE_CONFIGURED_ENDPOINT_URLS is %j", (no) => {
    expect(settings({ AWS_IGNORE_CONFIGURED_ENDPOINT_URLS: no }, profile).stsUrl).toBe("https://profile");
  });

  test("is not even read where it is ignored", () => {
    expect(settings({ AWS_IGNORE_CONFIGURED_ENDPOINT_URLS: "true" }, { endpoint_url: "nonsense" })).toStrictEqual(
      REGIONAL,
    );
  });

  test.each([
    ["https://host/", "https://host"],
    ["HTTPS://HOST", "https://host"],
    ["http://127.0.0.1:4566", "http://127.0.0.1:4566"],
    ["https://host/path/", "https://host/path"],
    ["https://host:443", "https://host"],
  ])("is one for all its spellings: %s", (text, url) => {
    expect(settings({ AWS_ENDPOINT_URL: text }).stsUrl).toBe(url);
  });

  test.each([
    "host",
    "localhost:4566",
    "ftp://host",
    "file:///etc/passwd",
    "javascript:alert(1)",
    "https://",
    "//host",
  ])("is refused when it is no http or https address: %s", (text) => {
    expect(failureOf(() => settings({}, { endpoint_url: text })).code).toBe("configuration");
  });
});

describe("a variant", () => {
  test.each([
    ["AWS_USE_FIPS_ENDPOINT", "use_fips_endpoint", "fips"],
    ["AWS_USE_DUALSTACK_ENDPOINT", "use_dualstack_endpoint", "dualStack"],
  ])("of %s stands above %s of the profile", (variable, key, setting) => {
    expect(settings({}, { [key]: "true" })).toHaveProperty(setting, true);
    expect(settings({ [variable]: "true" }, { [key]: "false" })).toHaveProperty(setting, true);
    expect(settings({ [variable]: "false" }, { [key]: "true" })).toHaveProperty(setting, false);
  });

  test("is the nearest profile's, also when that says no", () => {
    expect(settings({}, { use_fips_endpoint: "false" }, { use_fips_endpoint: "true" }).fips).toBe(false);
  });

  test.each([
    [{}, { sts_regional_endpoints: "legacy" }, true],
    [{}, { sts_regional_endpoints: "regional" }, false],
    [{ AWS_STS_REGIONAL_ENDPOINTS: "regional" }, { sts_regional_endpoints: "legacy" }, false],
    [{ AWS_STS_REGIONAL_ENDPOINTS: "legacy" }, {}, true],
  ])("of the global endpoint: %j over %j is %s", (env: Keys, profile: Keys, legacy) => {
    expect(settings(env, profile).legacyGlobal).toBe(legacy);
  });
});

describe("what belongs to a session's identity", () => {
  test.each([
    [REGIONAL, ""],
    [{ ...REGIONAL, dualStack: true }, ""],
    [{ ...REGIONAL, fips: true }, "fips"],
    [{ ...REGIONAL, legacyGlobal: true }, "global"],
    [{ ...REGIONAL, fips: true, legacyGlobal: true }, "fips+global"],
    [{ ...REGIONAL, fips: true, stsUrl: "https://host" }, "https://host"],
    [{ ...REGIONAL, iamUrl: "https://host" }, ""],
  ])("of %j is %j", (its, identity) => {
    expect(endpointIdentity(its)).toBe(identity);
  });
});
