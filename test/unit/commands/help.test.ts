import { describe, expect, test } from "vitest";
import { helpText, personCommand } from "../../../src/commands/help.ts";
import { PERSON_COMMANDS } from "../../../src/commands/person-command.ts";
import { failureOfPromise } from "../support/failures.ts";

describe("a command that is not there", () => {
  test.each(["frobnicate", "__proto__", "constructor", "GET", ""])("%j is a usage error", async (name) => {
    for (const failure of [await failureOfPromise(personCommand(name)), await failureOfPromise(helpText(name))]) {
      expect(failure.status).toBe(2);
      expect(failure.message).toBe(`there is no command ${JSON.stringify(name)}`);
      expect(failure.hint).toMatch(/askonce --help/);
    }
  });

  test("is shown on one short line, whatever was typed", async () => {
    const { line } = await failureOfPromise(personCommand(`\u001b[2J${"x".repeat(5_000)}`));
    expect(line).toMatch(/^askonce: \P{Cc}{1,300}$/u);
  });
});

test("every command has a help with its usage first, as wide as a terminal", async () => {
  for (const name of ["get", "login", "logout", ...PERSON_COMMANDS.keys()]) {
    const text = await helpText(name);
    expect(text).toMatch(new RegExp(`^askonce ${name}\\b`));
    expect(Math.max(...text.split("\n").map((line) => line.length))).toBeLessThanOrEqual(120);
  }
});
