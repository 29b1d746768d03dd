import { expect, test } from "vitest";
import { narrowHelp } from "../../../../src/commands/help/narrow.ts";

const HELP = `askonce x NAME [--flag VALUE] [flags]
askonce x --all

A sentence that is longer than the terminal
is wide goes on where it ends.

Flags
  --flag VALUE   what it does,
                 and what it does not do
  --other        nothing

Examples
  askonce x work
  a command that is too long for the terminal
`;

test("a sentence that comes first is filled too", () => {
  expect(narrowHelp("askonce gives you\nwhat you need\n", 22)).toBe("askonce gives you what\nyou need\n");
});

test("fills sentences anew, makes one column of two, and keeps what is indented", () => {
  expect(narrowHelp(HELP, 30)).toBe(`askonce x NAME [--flag VALUE]
  [flags]
askonce x --all

A sentence that is longer than
the terminal is wide goes on
where it ends.

Flags
  --flag VALUE
      what it does, and what
      it does not do
  --other
      nothing

Examples
  askonce x work
  a command that is too long
    for the terminal
`);
});
