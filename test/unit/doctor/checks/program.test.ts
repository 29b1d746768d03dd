import { describe, expect, test } from "vitest";
import { checkProgram } from "../../../../src/doctor/checks/program.ts";
import type { Facts, ProgramFacts } from "../../../../src/doctor/facts.ts";
import { factsOf, said, states } from "../../support/doctor-facts.ts";

describe("the program", () => {
  const judge = (program: Partial<ProgramFacts>, more: Partial<Facts> = {}) => {
    const facts = factsOf(more);
    return checkProgram({ ...facts, program: { ...facts.program, ...program } });
  };

  test("on a Node that is kept, with its launcher, is fine", () => {
    expect(said(judge({}))).toEqual(["ok askonce 1.2.3 on Node 24.1.0, with its launcher"]);
    expect(states(judge({ launcher: undefined }, { platform: "win32" }))).toEqual(["ok"]);
    expect(states(judge({ nodeVersion: "99.0.0" }))).toEqual(["ok"]);
  });

  test("on a Node whose line has ended, without its launcher, or with one that remembers what is gone", () => {
    expect(said(judge({ nodeVersion: "20.11.0" }))).toEqual([
      "warn Node 20.11.0 gets no security fixes since 2026-04-30 -> install Node 24 or newer",
    ]);
    expect(states(judge({ nodeVersion: "20.11.0" }, { nowMs: Date.UTC(2026, 0, 1) }))).toEqual(["ok"]);
    expect(states(judge({ launcher: undefined }))).toEqual(["warn"]);
    expect(states(judge({ remembered: { node: "/gone", isThere: false } }))).toEqual(["warn"]);
  });
});
