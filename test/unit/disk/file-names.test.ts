import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { checksum, digest } from "../../../src/disk/file-names.ts";

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

test("a checksum is 16 digits, and the same for the same text", () => {
  fc.assert(
    fc.property(fc.string({ unit: "binary" }), (text) => {
      expect(checksum(text)).toMatch(/^[0-9a-f]{16}$/);
      expect(checksum(`${text}`)).toBe(checksum(text));
    }),
  );
});

test("any one character that is another one changes it, and so does one more or less", () => {
  const texts = fc.string({ minLength: 1, maxLength: 2_000 });
  fc.assert(
    fc.property(texts, fc.nat(), fc.integer({ min: 1, max: 0xffff }), (text, place, change) => {
      const at = place % text.length;
      const other = String.fromCharCode(text.charCodeAt(at) ^ change);
      const sums = [text, `${text.slice(0, at)}${other}${text.slice(at + 1)}`, text.slice(1), `${text}\0`].map(
        checksum,
      );
      expect(new Set(sums).size).toBe(sums.length);
    }),
  );
});
