import { expect, test } from "vitest";
import type { ExplainedFlag } from "../../../../src/commands/command.ts";
import { flagTable, optional, table } from "../../../../src/commands/help/layout.ts";

const FLAGS: readonly ExplainedFlag[] = [
  { name: "region", value: "REGION", profileKey: "region", about: "whose STS\nto ask" },
  { name: "yes", short: "y", about: "ask nothing" },
];

test("a flag stands beside the profile key that it overrides and what it does", () => {
  expect(flagTable(FLAGS)).toBe(`  --region REGION           region: whose STS
                            to ask
  -y, --yes                 ask nothing
`);
});

test("a left column that is too long, or has several lines, has its text below it", () => {
  const left = "a left column of many words";
  expect(table([[left, "text"]])).toBe(`  ${left}\n${" ".repeat(28)}text\n`);
  expect(table([["one,\n  two", "text"]])).toBe(`  one,\n  two\n${" ".repeat(28)}text\n`);
});

test("the longest left column that fits leaves two blanks", () => {
  expect(table([["a".repeat(24), "text"]])).toBe(`  ${"a".repeat(24)}  text\n`);
});

test("a line of usage has each flag in brackets, with the name of its value", () => {
  expect(optional(FLAGS)).toBe("[--region REGION] [--yes]");
});
