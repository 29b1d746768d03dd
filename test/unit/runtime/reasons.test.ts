import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { isReason, REASONS } from "../../../src/runtime/reasons.ts";

const SOURCE = new URL("../../../src/", import.meta.url).pathname;
const HOME = join("runtime", "reasons.ts");

describe("the reasons of failures", () => {
  const code = readdirSync(SOURCE, { recursive: true, encoding: "utf8" })
    .filter((name) => name.endsWith(".ts") && name !== HOME)
    .map((name) => readFileSync(join(SOURCE, name), "utf8"))
    .join("\n");

  test.each(REASONS)("%s is the reason of a failure", (reason) => {
    expect(code.includes(`"${reason}"`)).toBe(true);
  });

  test("are each listed once", () => {
    expect(new Set(REASONS).size).toBe(REASONS.length);
  });
});

describe("a reason read from a file", () => {
  test.each(REASONS)("is known: %s", (reason) => {
    expect(isReason(reason)).toBe(true);
  });

  test.each([undefined, null, 0, "", "__proto__", "length", "No-keys", ["no-keys"]])("is not known: %j", (value) => {
    expect(isReason(value)).toBe(false);
  });
});
