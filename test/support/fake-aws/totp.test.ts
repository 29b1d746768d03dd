import { expect, it } from "vitest";
import { type CodeSource, codeFor, consumeCode, counterAt, usableCounter } from "./totp.ts";

/** The seed of RFC 6238's appendix B, "12345678901234567890". */
const SECRET = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ";
const NOW = 1_700_000_010_000;
const STEP = 30_000;

const source = (): CodeSource => ({ secret: SECRET, lastCounter: -1, stepsAhead: 0 });
const shown = (ms: number) => codeFor(SECRET, counterAt(ms));

it.each([
  [59, "287082"],
  [1_111_111_109, "081804"],
  [1_234_567_890, "005924"],
  [2_000_000_000, "279037"],
])("shows RFC 6238's code at second %i", (second, code) => {
  expect(shown(second * 1000)).toBe(code);
});

it("takes the current code, one step behind and one ahead, and no further", () => {
  for (const steps of [-1, 0, 1]) expect(consumeCode(source(), shown(NOW + steps * STEP), NOW)).toBe(true);
  for (const steps of [-2, 2]) expect(consumeCode(source(), shown(NOW + steps * STEP), NOW)).toBe(false);
});

it("takes a code once only", () => {
  const codes = source();
  expect(consumeCode(codes, shown(NOW), NOW)).toBe(true);
  expect(consumeCode(codes, shown(NOW), NOW)).toBe(false);
  expect(consumeCode(codes, shown(NOW), NOW + STEP)).toBe(false);
});

it("takes no earlier code after a later one", () => {
  const codes = source();
  expect(consumeCode(codes, shown(NOW + STEP), NOW)).toBe(true);
  expect(consumeCode(codes, shown(NOW), NOW)).toBe(false);
  expect(consumeCode(codes, shown(NOW - STEP), NOW)).toBe(false);
});

it("spends nothing on a wrong code", () => {
  const codes = source();
  const wrong = String((Number(shown(NOW)) + 1) % 1_000_000).padStart(6, "0");
  expect(consumeCode(codes, wrong, NOW)).toBe(false);
  expect(codes.lastCounter).toBe(-1);
});

it("names the next usable step, until both are spent", () => {
  const codes = source();
  const now = counterAt(NOW);
  expect(usableCounter(codes, NOW)).toBe(now);
  codes.lastCounter = now;
  expect(usableCounter(codes, NOW)).toBe(now + 1);
  codes.lastCounter = now + 1;
  expect(usableCounter(codes, NOW)).toBeUndefined();
});
