import { describe, expect, test } from "vitest";
import { digest } from "../../../src/disk/digest.ts";

describe("a digest", () => {
  test("is a plain name of one length", () => {
    for (const parts of [[], [""], ["../../etc/passwd\0"], ["x".repeat(100_000)], ["🔑", "\ud800"]])
      expect(digest(...parts)).toMatch(/^[0-9a-f]{40}$/);
  });

  test("tells apart what only looks alike once it is joined", () => {
    const all = [["ab", "c"], ["a", "bc"], ["abc"], ["abc", ""], ['a","bc'], ["a", '"', "bc"]].map((parts) =>
      digest(...parts),
    );
    expect(new Set(all).size).toBe(all.length);
  });
});
