/** Our small table against the SDK's own, which the hot path does not load. */
import { partition } from "@aws-sdk/core/client";
import { describe, expect, test } from "vitest";
import { firstRegion, partitionOfRegion } from "../../../src/aws-names/partition.ts";
import { SDK_PARTITIONS as PARTITIONS } from "../support/sdk-partitions.ts";

test("the SDK knows the partitions this test is about", () => {
  expect(PARTITIONS.map(({ id }) => id)).toEqual(expect.arrayContaining(["aws", "aws-cn", "aws-us-gov", "aws-eusc"]));
});

describe.each(PARTITIONS)("partition $id", ({ id, outputs, regions, regionRegex }) => {
  test("is first asked where the SDK asks it", () => {
    expect(firstRegion(id)).toBe(outputs.implicitGlobalRegion);
  });

  test.each(Object.keys(regions))("holds %s, as for the SDK", (region) => {
    expect(partition(region).name).toBe(id);
    expect(partitionOfRegion(region)).toBe(id);
  });

  test("holds regions that are still to come, as for the SDK", () => {
    // `^us\-isob\-\w+\-\d+$` or `^(us|eu)\-\w+\-\d+$`, made into names that it matches.
    const name = regionRegex.slice(1, -1).replace("\\w+", "nowhere").replace("\\d+", "9").replaceAll("\\", "");
    const [group = "", choices = ""] = /\(([^)]*)\)/.exec(name) ?? [];
    for (const choice of choices.split("|")) {
      const region = name.replace(group, choice);
      expect(region).toMatch(new RegExp(regionRegex));
      expect(partitionOfRegion(region)).toBe(id);
    }
  });
});

test.each(["", "nowhere", "mars-north-1", "__proto__", "xcn-north-1", "us-isoX-east-1", "us-governor-1"])(
  "a region nobody knows is where the SDK puts it: %j",
  (region) => {
    expect(partitionOfRegion(region)).toBe(partition(region).name);
  },
);

test.each(["", "nowhere", "__proto__", "constructor"])(
  "a partition nobody knows is first asked as aws is: %j",
  (id) => {
    expect(firstRegion(id)).toBe("us-east-1");
  },
);
