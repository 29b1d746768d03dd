import { describe, expect, test } from "vitest";
import { endpointIdentity, endpointSettings } from "../../../src/profile/endpoint.ts";
import { failureOf } from "../support/failures.ts";

type Keys = Record<string, string>;

const levelsOf = (profiles: Keys[]) => profiles.map((keys, index) => ({ name: `profile-${index}`, keys, flags: {} }));

function settings(env: Record<string, string>, ...profiles: Keys[]) {
  return endpointSettings(levelsOf(profiles), new Map(), env);
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
    ["https://user:pass@host", "https://host"],
    ["https://user@host/path", "https://host/path"],
    ["http://[::1]:8080", "http://[::1]:8080"],
    ["http://[0:0:0:0:0:0:0:1]/", "http://[::1]"],
  ])("is taken without what is not sent: %s", (text, url) => {
    expect(settings({ AWS_ENDPOINT_URL: text }).stsUrl).toBe(url);
  });

  test.each([
    [{ AWS_ENDPOINT_URL: "ftp://jane:hunter2@host" }, {}, "AWS_ENDPOINT_URL is no"],
    [{ AWS_ENDPOINT_URL_IAM: "https://jane:hunter2@ho st" }, {}, "AWS_ENDPOINT_URL_IAM is no"],
    [{}, { endpoint_url: "jane:hunter2@host" }, "endpoint_url of profile profile-0 is no"],
  ])("that is refused is named, and nothing of it is shown: %j", (env: Keys, profile: Keys, named) => {
    const failure = failureOf(() => settings(env, profile));
    expect(failure.line).toContain(named);
    expect(failure.line).not.toMatch(/jane|hunter2/);
  });

  test.each([
    "host",
    "localhost:4566",
    "https:host",
    "https:///host",
    "https://[::1",
    "ftp://host",
    "file:///etc/passwd",
    "javascript:alert(1)",
    "https://",
    "//host",
  ])("is refused when it is no http or https address: %s", (text) => {
    expect(failureOf(() => settings({}, { endpoint_url: text })).code).toBe("configuration");
  });
});

describe("a services section", () => {
  const SERVICES = new Map([
    [
      "local",
      new Map([
        ["sts", { endpoint_url: "http://sts.local" }],
        ["iam", { endpoint_url: "http://iam.local" }],
      ]),
    ],
    ["half", new Map([["iam", { endpoint_url: "http://iam.half" }]])],
    ["without", new Map([["sts", { region: "x" }]])],
    ["wrong", new Map([["sts", { endpoint_url: "jane:hunter2@host" }]])],
    ["empty", new Map()],
  ]);
  const of = (env: Keys, ...profiles: Keys[]) => endpointSettings(levelsOf(profiles), SERVICES, env);

  test("stands above the endpoint_url of its profile, service by service", () => {
    const both = { endpoint_url: "http://all" };
    expect(of({}, { services: "local", ...both })).toMatchObject({
      stsUrl: "http://sts.local",
      iamUrl: "http://iam.local",
    });
    expect(of({}, { services: "half", ...both })).toMatchObject({ stsUrl: "http://all", iamUrl: "http://iam.half" });
    expect(of({}, { services: "without", ...both }).stsUrl).toBe("http://all");
  });

  test("of a farther profile stands below all of a nearer one", () => {
    expect(of({}, { endpoint_url: "http://near" }, { services: "local" })).toMatchObject({
      stsUrl: "http://near",
      iamUrl: "http://near",
    });
    expect(of({}, { services: "half" }, { services: "local" })).toMatchObject({
      stsUrl: "http://sts.local",
      iamUrl: "http://iam.half",
    });
  });

  test("stands below the variables", () => {
    expect(of({ AWS_ENDPOINT_URL: "http://all" }, { services: "local" }).stsUrl).toBe("http://all");
    expect(of({ AWS_ENDPOINT_URL_IAM: "http://iam" }, { services: "local" })).toMatchObject({
      stsUrl: "http://sts.local",
      iamUrl: "http://iam",
    });
  });

  test.each(["nowhere", "empty", "__proto__"])("that is not there is named: %s", (name) => {
    const failure = failureOf(() => of({}, { services: name, endpoint_url: "http://all" }));
    expect(failure.code).toBe("configuration");
    expect(failure.message).toContain(`[services ${name}]`);
    expect(failure.message).toContain("profile profile-0");
  });

  test.each([{ AWS_ENDPOINT_URL: "http://all" }, { AWS_IGNORE_CONFIGURED_ENDPOINT_URLS: "true" }])(
    "is not looked for where nobody needs it: %j",
    (env) => {
      expect(() => of(env, { services: "nowhere" })).not.toThrow();
    },
  );

  test("is named where its address is wrong, which is not shown", () => {
    const failure = failureOf(() => of({}, { services: "wrong" }));
    expect(failure.line).toContain("endpoint_url of sts in [services wrong] is no");
    expect(failure.line).not.toContain("hunter2");
  });
});

describe("ignore_configured_endpoint_urls", () => {
  const IGNORE = { ignore_configured_endpoint_urls: "true" };

  test("ignores what is below it, beside it and above it", () => {
    expect(settings({ AWS_ENDPOINT_URL: "http://all" }, IGNORE)).toStrictEqual(REGIONAL);
    expect(settings({}, { ...IGNORE, endpoint_url: "http://beside" })).toStrictEqual(REGIONAL);
    expect(settings({}, {}, IGNORE, { endpoint_url: "http://below" })).toStrictEqual(REGIONAL);
    expect(settings({}, { endpoint_url: "http://above" }, IGNORE)).toStrictEqual(REGIONAL);
  });

  test("is the nearest profile's, and the variable stands above it", () => {
    const profile = { endpoint_url: "http://profile" };
    expect(settings({}, { ignore_configured_endpoint_urls: "false", ...profile }, IGNORE).stsUrl).toBe(
      "http://profile",
    );
    for (const no of ["false", ""]) {
      expect(settings({ AWS_IGNORE_CONFIGURED_ENDPOINT_URLS: no }, { ...IGNORE, ...profile }).stsUrl).toBe(
        "http://profile",
      );
    }
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
    expect(settings({ [variable]: "" }, { [key]: "true" })).toHaveProperty(setting, false);
  });

  test("is the nearest profile's, also when that says no", () => {
    expect(settings({}, { use_fips_endpoint: "false" }, { use_fips_endpoint: "true" }).fips).toBe(false);
  });

  test.each([
    [{}, { sts_regional_endpoints: "legacy" }, true],
    [{}, { sts_regional_endpoints: "regional" }, false],
    [{ AWS_STS_REGIONAL_ENDPOINTS: "regional" }, { sts_regional_endpoints: "legacy" }, false],
    [{ AWS_STS_REGIONAL_ENDPOINTS: "" }, { sts_regional_endpoints: "legacy" }, false],
    [{ AWS_STS_REGIONAL_ENDPOINTS: "legacy" }, {}, true],
  ])("of the global endpoint: %j over %j is %s", (env: Keys, profile: Keys, legacy) => {
    expect(settings(env, profile).legacyGlobal).toBe(legacy);
  });

  test.each(["LEGACY", "global", "true"])("of the global endpoint that is none is refused: %s", (text) => {
    for (const act of [
      () => settings({ AWS_STS_REGIONAL_ENDPOINTS: text }),
      () => settings({}, { sts_regional_endpoints: text }),
    ]) {
      const failure = failureOf(act);
      expect(failure.code).toBe("configuration");
      expect(failure.message).toContain(text);
    }
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
