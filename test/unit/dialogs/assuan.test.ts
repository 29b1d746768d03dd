import fc from "fast-check";
import { expect, test } from "vitest";
import { assuanLine, assuanReader } from "../../../src/dialogs/assuan.ts";

const ANSWER =
  "OK Pleased to meet you\r\nS KEEPALIVE\n# D no data\nD 12%2534%0D%0a\nD 56\nOK\nERR 83886179 cancelled\nDATA\nOKAY\nOK\n";
const REPLIES = [
  { data: "", error: undefined },
  { data: "12%34\r\n56", error: undefined },
  { data: "", error: 83886179 },
  { data: "", error: undefined },
];

test("replies are read in whatever pieces they come", () => {
  fc.assert(
    fc.property(fc.array(fc.nat(ANSWER.length), { maxLength: 20 }), (cuts) => {
      const read = assuanReader();
      const places = [0, ...cuts.toSorted((a, b) => a - b), ANSWER.length];
      const pieces = places.slice(1).map((end, index) => ANSWER.slice(places[index], end));
      expect(pieces.flatMap(read)).toEqual(REPLIES);
    }),
  );
});

test("garbage is no reply, and does not pile up", () => {
  const read = assuanReader();
  expect(read("x".repeat(1_000_000))).toEqual([]);
  expect(read("\nERR\nOK\n")).toEqual([
    { data: "", error: 0 },
    { data: "", error: undefined },
  ]);
});

test("a request is one line, whatever its text holds", () => {
  expect(assuanLine("GETPIN")).toBe("GETPIN\n");
  expect(assuanLine("SETDESC", 'a<b>&\\n"x" 100%\r\n✗')).toBe('SETDESC a<b>&\\n"x" 100%25%0D%0A✗\n');
});

test("a text that is too long is cut between two signs", () => {
  const line = assuanLine("SETDESC", "%é".repeat(400));
  expect(Buffer.byteLength(line)).toBeLessThanOrEqual(1_001);
  expect(line).toMatch(/^SETDESC (%25é)+(%25)?\n$/);
});
