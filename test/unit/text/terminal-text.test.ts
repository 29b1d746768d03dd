import { describe, expect, test } from "vitest";
import { cut, printable, widthOf, wrap } from "../../../src/text/terminal-text.ts";

describe("text that is shown", () => {
  test("has nothing in it that could drive a terminal", () => {
    expect(printable("a\x1b[2Jb\x07c\x9b1md\ne\tf\u202eg\u2028h\u0000")).toBe("a[2Jbc1md e fg h");
  });

  test("keeps every language, and blanks in front", () => {
    expect(printable("  café · 漢字 · ✓ 🙂")).toBe("  café · 漢字 · ✓ 🙂");
  });

  test("takes two columns for wide characters and none for joining marks", () => {
    expect([widthOf("abc"), widthOf("漢字"), widthOf("e\u0301"), widthOf("✓✗·…")]).toEqual([3, 4, 1, 4]);
  });
});

describe("a line that is too long", () => {
  test("is broken between words, indented below", () => {
    expect(wrap("  account 123456789012 · user jane · device jane-phone", 36)).toEqual([
      "  account 123456789012 · user jane ·",
      "    device jane-phone",
    ]);
  });

  test("is broken anywhere where a word is too long, or cut", () => {
    expect(wrap("x".repeat(20), 12)).toEqual(["x".repeat(12), `  ${"x".repeat(8)}`]);
    expect(cut("漢字漢字", 5)).toBe("漢字");
  });
});
