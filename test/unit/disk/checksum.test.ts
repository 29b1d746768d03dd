import fc from "fast-check";
import { expect, test } from "vitest";
import { checksum } from "../../../src/disk/checksum.ts";

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
