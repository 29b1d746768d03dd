import { describe, expect, test } from "vitest";
import { AskonceError } from "../../../src/runtime/errors.ts";
import { asMeant } from "../../../src/runtime/meant.ts";
import { nearWords } from "../../../src/text/near-words.ts";

const VERBS = ["get", "login", "logout", "status", "policy", "completion"];

describe("near words", () => {
  test.each([
    ["logn", ["login"]],
    ["lgoin", ["login"]],
    ["logot", ["logout"]],
    ["logi", ["login"]],
    ["log", ["login", "logout"]],
    ["Comp", ["completion"]],
    ["GET", ["get"]],
    ["Status", ["status"]],
    ["completeon", ["completion"]],
    ["compleshun", ["completion"]],
    ["gte", ["get"]],
    ["oget", ["get"]],
    ["agent", []],
    ["frobnicate", []],
    ["x", []],
    ["st", []],
    ["", []],
    ["xyz", []],
  ])("%j could be %j", (word, near) => {
    expect(nearWords(word, VERBS)).toEqual(near);
  });

  test("are the nearest, three at most", () => {
    expect(nearWords("prd", ["prod", "prd1", "prd2", "prd3", "prod2"])).toEqual(["prod", "prd1", "prd2"]);
    expect(nearWords("prod", ["prod-2", "prod1"])).toEqual(["prod-2", "prod1"]);
    expect(nearWords("aws-us", ["aws", "aws-cn", "aws-iso", "aws-us-gov"])).toEqual(["aws-us-gov"]);
  });

  test("of a word as long as a file are not looked for", () => {
    expect(nearWords("a".repeat(100_000), ["a".repeat(99_999)])).toEqual([]);
  });
});

describe("a failure", () => {
  const hintOf = (word: string, among: string[]) =>
    asMeant(new AskonceError("usage", "no", "the hint", undefined, { meant: { word, among } }), { word, among }).hint;

  test("says what may have been meant in place of its hint", () => {
    expect(hintOf("wrok", ["work", "home"])).toBe("did you mean work?");
    expect(hintOf("wor", ["work", "word"])).toBe("did you mean work or word?");
    expect(hintOf("wor", ["work", "word", "worm", "worn"])).toBe("did you mean work, word or worm?");
  });

  test("keeps its hint where nothing is near, and its code always", () => {
    expect(hintOf("wrok", ["elsewhere"])).toBe("the hint");
    const near = asMeant(new AskonceError("configuration", "no"), { word: "wrok", among: ["work"] });
    expect([near.code, near.status, near.message]).toEqual(["configuration", 3, "no"]);
  });

  test("keeps its reason", () => {
    const missing = new AskonceError("configuration", "no", "the hint", "no-such-profile");
    expect(asMeant(missing, { word: "wrok", among: ["work"] })).toMatchObject({
      hint: "did you mean work?",
      reason: "no-such-profile",
    });
  });

  test("shows an odd name as it has to be typed, and a flag as it is", () => {
    expect(hintOf("my profil", ["my profile"])).toMatch(/^did you mean 'my profile'\?$/);
    expect(hintOf("$(touch y)", ["$(touch x)"])).toBe("did you mean '$(touch x)'?");
    expect(hintOf("--no-promt", ["--no-prompt"])).toBe("did you mean --no-prompt?");
  });
});
