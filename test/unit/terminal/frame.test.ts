import { describe, expect, test } from "vitest";
import { colourLine, composeFrame, type FrameContent } from "../../../src/terminal/frame.ts";
import { widthOf } from "../../../src/text/terminal-text.ts";

const CONTENT: FrameContent = {
  title: ["askonce · aws s3 needs an MFA session for work", "  account 123456789012 · user jane · device jane-phone"],
  message: "Code",
  typed: "",
  cursor: 0,
  places: 6,
  complaint: undefined,
  hint: "answers for 12 h",
  secondsLeft: 48,
};

describe("the picture", () => {
  test("at 80 columns", () => {
    expect(composeFrame(CONTENT, 80, 24, false)).toEqual({
      lines: [
        "askonce · aws s3 needs an MFA session for work",
        "  account 123456789012 · user jane · device jane-phone",
        `? Code  ______${" ".repeat(37)}answers for 12 h · 48 s left`,
      ],
      row: 2,
      column: 8,
    });
  });

  test("at 40 columns", () => {
    expect(composeFrame({ ...CONTENT, complaint: "six digits, please: those were 5" }, 40, 24, false).lines).toEqual([
      "askonce · aws s3 needs an MFA session",
      "  for work",
      "  account 123456789012 · user jane ·",
      "    device jane-phone",
      `? Code ______${" ".repeat(17)}48 s left`,
      "✗ six digits, please: those were 5",
    ]);
  });

  test.each([12, 15, 20, 21, 39, 40, 41, 80, 200])("never reaches the last of %i columns", (columns) => {
    for (const typed of ["", "1", "123456", "123 456", "9".repeat(64), "漢字漢字漢字漢字漢字漢字"]) {
      for (const cursor of [0, typed.length >> 1, typed.length]) {
        const title = [...(CONTENT.title as string[]), "x".repeat(100), `${" ".repeat(60)}y`, "漢字".repeat(30)];
        const frame = composeFrame(
          { ...CONTENT, title, typed, cursor, complaint: "z ".repeat(60) },
          columns,
          50,
          false,
        );
        for (const line of frame.lines) expect(widthOf(line)).toBeLessThan(columns);
        expect(frame.column).toBeLessThan(columns);
      }
    }
  });

  test("keeps what is typed in sight and the room for the rest", () => {
    const promptLine = (typed: string, cursor = typed.length) =>
      composeFrame({ ...CONTENT, hint: undefined, secondsLeft: undefined, typed, cursor }, 80, 24, false).lines.at(-1);
    expect(promptLine("12")).toBe("? Code  12____");
    expect(promptLine("123 456")).toBe("? Code  123 456");
    expect(promptLine("1234567")).toBe("? Code  1234567");
  });

  test("shows what an Enter alone means until something is typed, and dots for a secret", () => {
    const line = (more: object) =>
      composeFrame({ ...CONTENT, hint: undefined, secondsLeft: undefined, places: 0, ...more }, 80, 24, false).lines.at(
        -1,
      );
    expect(line({ typed: "", cursor: 0, fallback: "work\x1b[2J" })).toBe("? Code  [work[2J]");
    expect(line({ typed: "x", cursor: 1, fallback: "work" })).toBe("? Code  x");
    expect(line({ typed: "s3cret", cursor: 6, isSecret: true })).toBe("? Code  ••••••");
  });

  test("fits on the screen, with the prompt on it", () => {
    const { lines, row } = composeFrame({ ...CONTENT, complaint: "no" }, 20, 4, false);
    expect(lines).toHaveLength(4);
    expect(lines[row]).toMatch(/^\? Code/);
  });

  test("drops notes that have no room, the hint first", () => {
    const noteAt = (columns: number) => composeFrame(CONTENT, columns, 24, false).lines.at(-1)?.slice(14).trim();
    expect([60, 30, 24, 18].map(noteAt)).toEqual(["answers for 12 h · 48 s left", "48 s left", "48 s", ""]);
  });

  test("has colours only when told so, and the same text with them", () => {
    const plain = composeFrame(CONTENT, 80, 24, false);
    const coloured = composeFrame(CONTENT, 80, 24, true);
    expect(plain.lines.join("")).not.toContain("\x1b");
    expect(coloured.lines.join("")).toContain("\x1b[");
    // biome-ignore lint/suspicious/noControlCharactersInRegex: colours begin with one
    expect(coloured.lines.map((line) => line.replace(/\x1b\[\d+m/g, ""))).toEqual(plain.lines);
  });
});

describe("text that is shown", () => {
  test("begins with a mark in its colour", () => {
    expect(colourLine("✓ done\x1b[2J", true)).toBe("\x1b[32m✓\x1b[0m done[2J");
    expect(colourLine("✗ no", true)).toBe("\x1b[31m✗\x1b[0m no");
    expect(colourLine("✓ done", false)).toBe("✓ done");
    expect(colourLine("plain", true)).toBe("plain");
  });
});
