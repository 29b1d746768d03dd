import { describe, expect, test } from "vitest";
import { regionOf } from "../../../src/profile/region.ts";
import { failureOf } from "../support/failures.ts";
import { KEYS, resolve } from "../support/profiles.ts";

const inProfile = (region: string) => regionOf([{ name: "p", keys: { region }, flags: {} }], {});

describe("a region of old that says FIPS by its name", () => {
  test.each([
    ["fips-us-east-1", "us-east-1"],
    ["us-gov-west-1-fips", "us-gov-west-1"],
  ])("%s is %s by FIPS", (name, region) => {
    expect(inProfile(name)).toStrictEqual({ region, isFips: true });
  });

  test("has the session of FIPS", () => {
    const request = resolve("p", { p: { ...KEYS, region: "fips-us-east-1" } });
    expect(request).toMatchObject({ region: "us-east-1", endpoint: { fips: true } });
  });

  test.each(["us-east-1", "fipsland-1"])("is not %s", (name) => {
    expect(inProfile(name)).toStrictEqual({ region: name, isFips: false });
  });
});

test.each(["fips-", "-fips", "a.b", "us-east-1/", "x@evil", " ", "-a", `${"a".repeat(64)}`])(
  "what would be another host is no region: %j",
  (name) => {
    expect(failureOf(() => inProfile(name)).code).toBe("configuration");
  },
);
