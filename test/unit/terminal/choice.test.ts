import { describe, expect, test } from "vitest";
import { chooseOne, parseChoice } from "../../../src/terminal/choice.ts";

const NAMES = ["mia-phone", "mia-tablet", "Work", "work", "2", "prod"];
const choices = NAMES.map((name) => ({ value: name, name, fullName: `arn:aws:iam::123456789012:mfa/${name}` }));

describe("an answer to a choice", () => {
  test.each([
    ["1", "mia-phone"],
    [" 06 ", "prod"],
    ["mia-tablet", "mia-tablet"],
    ["arn:aws:iam::123456789012:mfa/prod", "prod"],
    ["MIA-TABLET", "mia-tablet"],
    ["mia-t", "mia-tablet"],
    ["P", "prod"],
    ["wor", undefined],
  ])("%j means %s: a number, a name, or the only name that begins so", (text, name) => {
    const parsed = parseChoice(text, choices);
    expect("value" in parsed ? parsed.value : undefined).toBe(name);
  });

  test.each([
    ["work", "work"],
    ["Work", "Work"],
    ["2", "2"],
  ])("%j is the name itself before anything else", (text, name) => {
    expect(parseChoice(text, choices)).toEqual({ value: name });
  });

  test("that several names begin with is answered with two of them", () => {
    expect(parseChoice("mia", choices)).toEqual({
      complaint: "mia can mean mia-phone or mia-tablet: type more of it",
    });
    expect(parseChoice("WORK", choices)).toHaveProperty("complaint", "WORK can mean Work or work: type more of it");
  });

  test.each(["", " ", "0", "7", "-1", "1.0", "phone", "mia-phones"])("%j means none", (text) => {
    expect(parseChoice(text, choices)).toEqual({ complaint: "a number from 1 to 6, please, or a name" });
  });
});

test("A choice without an answer fails as what it is, with what to do", () => {
  const asked = { lines: [], message: "Profile", choices, fallback: "work", whatToDo: "name one" };
  const question = chooseOne({ ...asked, what: "profile" });
  expect(question.failure("cancelled").line).toBe("askonce: the choice of the profile was cancelled; name one");
  expect(question.failure("timed-out").line).toBe("askonce: the profile was not chosen in time; name one");
  expect(question.failure("interrupted")).toMatchObject({
    code: "interrupted",
    message: "the choice of the profile was interrupted",
  });
});
