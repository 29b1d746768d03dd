import { describe, expect, test } from "vitest";
import { checkKeys } from "../../../../src/doctor/checks/keys.ts";
import { checkWay } from "../../../../src/doctor/checks/resolves.ts";
import type { CallingProfile } from "../../../../src/doctor/facts.ts";
import { AskonceError } from "../../../../src/runtime/errors.ts";
import { CONFIG, callerOf, factsOf, said, states, subjectOf } from "../../support/doctor-facts.ts";

describe("the way to the keys", () => {
  test("that is in order is not worth a word, nor is what is said of keys", () => {
    const facts = factsOf();
    expect(checkWay(facts, subjectOf(facts))).toEqual([]);
    const empty = factsOf({}, CONFIG, {});
    expect(checkWay(empty, subjectOf(empty))).toEqual([]);
    expect(states(checkKeys(empty, subjectOf(empty)))).toEqual(["fail"]);
  });

  test("that goes in a circle, or to a setting that is none, is a failure in the words of every command", () => {
    const facts = factsOf({}, { a: { source_profile: "b" }, b: { source_profile: "a" } }, {});
    expect(said(checkWay(facts, subjectOf(facts, {}, "a")))[0]).toMatch(/^fail .*circle: a -> b -> a/);
    expect(checkKeys(facts, subjectOf(facts, {}, "a"))).toEqual([]);
  });

  test("that a caller's line, or a variable, spoils is told with that", () => {
    const facts = factsOf({}, { work: { credential_process: "askonce get work-keys --x" } });
    const complaint = new AskonceError("usage", "unknown option '--x'", "see help");
    const of = (changes: Partial<CallingProfile>, what = complaint) =>
      said(checkWay(facts, subjectOf(facts, { complaint: what, callers: [callerOf(changes)] }, "work")));
    expect(of({ complaint })).toEqual([]);
    expect(of({})).toEqual(["fail unknown option '--x' -> see help"]);
    const text = "there is no profile work-kyes, which work refers to";
    const meant = { word: "work-kyes", among: [] };
    const missing = new AskonceError("configuration", text, undefined, "no-such-profile", { meant });
    expect(of({ name: "work-kyes" }, missing)).toEqual([]);
    expect(of({ name: "work-keys" }, missing)).toHaveLength(1);
    const env = { ASKONCE_PROMPT: "tmx" };
    const unknown = new AskonceError("configuration", "no way", "use another", "unknown-prompt");
    expect(checkWay({ ...facts, env }, subjectOf(facts, { complaint: unknown }, "work"))).toEqual([]);
    expect(checkWay(facts, subjectOf(facts, { complaint: unknown }, "work"))).toHaveLength(1);
  });

  test("that a profile's own way to ask spoils is told, though a variable names another that is none", () => {
    const of = (own: Record<string, string>) => {
      const facts = factsOf({ env: { ASKONCE_PROMPT: "tmx" } }, { ...CONFIG, "work-keys": own });
      return said(checkWay(facts, subjectOf(facts)));
    };
    expect(of({})).toEqual([]);
    expect(of({ mfa_prompt: "zentiy" })).toEqual([expect.stringMatching(/^fail .* named zentiy /)]);
  });

  test("of a profile that is not there: the nearest", () => {
    const facts = factsOf();
    const of = (near: string | undefined) =>
      said(checkWay(facts, subjectOf(facts, { missing: { near } }, "work-kyes")));
    expect(of("work-keys")).toEqual([
      "fail there is no profile work-kyes; did you mean work-keys? -> askonce doctor work-keys",
    ]);
    expect(of(undefined)).toEqual(["fail there is no profile work-kyes -> aws configure list-profiles"]);
    const empty = factsOf({ verbs: new Set(["setup"]) }, {}, {});
    expect(said(checkWay(empty, subjectOf(empty, { missing: { near: undefined } }, "work")))).toEqual([
      "fail there is no profile work -> askonce setup",
    ]);
    const named = factsOf({ asked: undefined, env: { AWS_PROFILE: "wrk" } });
    expect(said(checkWay(named, subjectOf(named, { missing: { near: "work" } }, "wrk")))).toEqual([
      "fail AWS_PROFILE is wrk, and there is no such profile; did you mean work? -> export AWS_PROFILE=work",
    ]);
  });
});
