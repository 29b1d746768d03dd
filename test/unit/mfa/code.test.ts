import { describe, expect, test } from "vitest";
import { parseTokenCode } from "../../../src/mfa/code.ts";

describe("a token code", () => {
  test.each([
    "123456",
    "123 456",
    " 123456 ",
    "\t123456\r\n",
    "12 34 56",
    "1 2 3 4 5 6",
    "123\u00a0456",
    "123\u202f456",
    "\ufeff123\u200b456",
    "123-456",
    "123\u2013456",
  ])("is six digits, however they are set: %j", (text) => {
    expect(parseTokenCode(text)).toEqual({ code: "123456" });
  });

  test("keeps its leading zeros", () => {
    expect(parseTokenCode("000 042")).toEqual({ code: "000042" });
  });

  test.each([
    ["", "six digits, please"],
    [" \t\r\n", "six digits, please"],
    ["12345", "six digits, please: those were 5"],
    ["1234567", "six digits, please: those were 7"],
    ["7", "six digits, please: that was 1"],
    ["12345a", "digits only, please: six of them"],
    ["aws s3 ls", "digits only, please: six of them"],
    ["12345.6", "digits only, please: six of them"],
    ["+123456", "digits only, please: six of them"],
  ])("is nothing else: %j", (text, complaint) => {
    expect(parseTokenCode(text)).toEqual({ complaint });
  });

  test.each(["１２３４５６", "١٢٣٤٥٦", "१२३४५६"])("is no other script's digits: %s", (text) => {
    expect(parseTokenCode(text)).toEqual({ complaint: "digits only, please: six of them" });
  });

  test("is not repeated in a complaint", () => {
    expect(JSON.stringify(parseTokenCode("98765"))).not.toContain("98765");
    expect(JSON.stringify(parseTokenCode("secret"))).not.toContain("secret");
  });
});
