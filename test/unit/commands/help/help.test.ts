import { describe, expect, test } from "vitest";
import { commandNamed } from "../../../../src/commands/find.ts";
import { helpFor, helpText } from "../../../../src/commands/help/help.ts";
import { COMMANDS } from "../../../../src/commands/registry.ts";
import { failureOfPromise } from "../../support/failures.ts";

describe("a command that is not there", () => {
  test.each(["frobnicate", "__proto__", "constructor", "GET", ""])("%j is a usage error", async (name) => {
    for (const asked of [commandNamed(name, COMMANDS), helpText(name, COMMANDS)]) {
      const failure = await failureOfPromise(asked);
      expect(failure.status).toBe(2);
      expect(failure.message).toBe(`there is no command ${JSON.stringify(name)}`);
      expect(failure.hint).toMatch(/askonce --help/);
    }
  });

  test("is shown on one short line, whatever was typed", async () => {
    const { line } = await failureOfPromise(commandNamed(`\u001b[2J${"x".repeat(5_000)}`, COMMANDS));
    expect(line).toMatch(/^askonce: \P{Cc}{1,300}$/u);
  });
});

const VERBS = COMMANDS.map(({ verb }) => verb);

test.each(VERBS)("%s has a help: its usage first, examples last, within 80 columns", async (name) => {
  const text = await helpText(name, COMMANDS);
  expect(text).toMatch(new RegExp(`^askonce ${name}\\b`));
  expect(text).toMatch(/^Examples\n( {2,}\S.*\n)+$/m);
  expect(text.split("\n").filter((line) => line.length > 80)).toEqual([]);
});

test("the overview has every command in one of two groups, within 80 columns", async () => {
  const text = await helpText(undefined, COMMANDS);
  const groups = text.slice(text.indexOf("Every day\n"), text.indexOf("\n  askonce help"));
  expect(groups).toMatch(/^First day$/m);
  const verbs = [...groups.matchAll(/^ {2}askonce ([a-z]+)/gm)].map(([, verb]) => verb);
  expect(verbs.sort()).toEqual([...VERBS].sort());
  expect(text.split("\n").filter((line) => line.length > 80)).toEqual([]);
});

test("on a narrow terminal no line is broken within a word", async () => {
  for (const name of [undefined, ...VERBS]) {
    const [whole, narrow] = [await helpText(name, COMMANDS), await helpFor(name, COMMANDS, 40)];
    const words = (text: string) => text.split(/\s+/).filter((word) => word.length <= 36);
    expect(Math.max(...narrow.split("\n").map((line) => line.length))).toBeLessThanOrEqual(40);
    expect(words(narrow)).toEqual(expect.arrayContaining(words(whole)));
    expect(await helpFor(name, COMMANDS, 120)).toBe(whole);
  }
});
