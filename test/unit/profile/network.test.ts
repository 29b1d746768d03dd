import { describe, expect, test } from "vitest";
import { networkSettings } from "../../../src/profile/network.ts";

type Keys = Record<string, string>;

function settings(env: Keys, ...profiles: Keys[]) {
  const levels = profiles.map((keys, index) => ({ name: `profile-${index}`, keys, flags: {} }));
  return networkSettings(levels, env);
}

test("without any setting there is none", () => {
  expect(settings({}, {})).toStrictEqual({});
});

describe("the CA bundle", () => {
  test.each([
    ["the variable's", { AWS_CA_BUNDLE: "/env.pem" }, "/env.pem", "AWS_CA_BUNDLE"],
    ["the nearest profile's", {}, "/near.pem", "ca_bundle of profile profile-1"],
    [
      "the nearest profile's, the variable being empty",
      { AWS_CA_BUNDLE: "" },
      "/near.pem",
      "ca_bundle of profile profile-1",
    ],
  ])("is %s", (_, env: Keys, value, setBy) => {
    const profiles = [{ ca_bundle: "" }, { ca_bundle: "/near.pem" }, { ca_bundle: "/far.pem" }];
    expect(settings(env, ...profiles).caBundle).toEqual({ value, setBy });
  });
});

describe("a proxy", () => {
  test.each(["http", "https"])("of the upper or lower case is kept with its variable: %s", (scheme) => {
    for (const setBy of [`${scheme}_proxy`, `${scheme}_proxy`.toUpperCase()])
      expect(settings({ [setBy]: "http://a" })).toStrictEqual({ [`${scheme}Proxy`]: { value: "http://a", setBy } });
  });

  test("is not judged: a hit needs none", () => {
    expect(settings({ HTTPS_PROXY: "nonsense://" }).httpsProxy?.value).toBe("nonsense://");
  });
});
