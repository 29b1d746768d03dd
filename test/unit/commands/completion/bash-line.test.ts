import { execFileSync } from "node:child_process";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { completed, readLine } from "../../../../src/commands/completion/bash-line.ts";
import { needsTool } from "../../../support/tools.ts";

/** As bash has them from the start. */
const BREAKS = " \t\n\"'@><=;|&(:";

describe("a line", () => {
  test.each([
    ["askonce ", ["askonce"], ""],
    ["askonce get wo", ["askonce", "get"], "wo"],
    ["askonce  get   ", ["askonce", "get"], ""],
    [`askonce get "my pro`, ["askonce", "get"], "my pro"],
    [`askonce get 'it'\\''s`, ["askonce", "get"], "it's"],
    ["askonce get my\\ pro", ["askonce", "get"], "my pro"],
    [`askonce "a \\"b\\" \\n" '' x`, ["askonce", 'a "b" \\n', ""], "x"],
    ["askonce get a\\", ["askonce", "get"], "a\\"],
    ["", [], ""],
  ])("%j", (line, before, current) => {
    expect(readLine(line, BREAKS)).toMatchObject({ before, current, isRedirected: false });
  });

  test("knows the open quote, and what bash keeps of the word", () => {
    expect(readLine("a get user@co", BREAKS)).toMatchObject({ quote: "", kept: 5 });
    expect(readLine("a get user\\@co", BREAKS)).toMatchObject({ quote: "", kept: 0 });
    expect(readLine("a get 'user@co", BREAKS)).toMatchObject({ quote: "'", kept: 0 });
    expect(readLine('a get u"ser@co', BREAKS)).toMatchObject({ quote: '"', kept: 1 });
    expect(readLine("a get a:b c", BREAKS)).toMatchObject({ kept: 0 });
  });

  test("knows where its output goes", () => {
    expect(readLine("askonce policy > fi", BREAKS).isRedirected).toBe(true);
    expect(readLine("askonce policy >fi", BREAKS).isRedirected).toBe(true);
    expect(readLine("askonce policy > file --", BREAKS)).toMatchObject({
      before: ["askonce", "policy"],
      isRedirected: false,
    });
  });
});

test("a word that begins otherwise is not offered", () => {
  expect(completed("work", readLine("askonce get x", BREAKS))).toBeUndefined();
});

test("whatever the word and however it was begun, bash reads that word and runs nothing", (context) => {
  needsTool(context, "bash");
  const name = fc.stringMatching(/^[a-z @:=$`"'\\!()*;&|~#\u00fc\u{1f511}-]{1,12}$/u);
  const begun = fc.constantFrom("", "'", '"');
  const cases = fc.sample(fc.tuple(name, begun), 300).filter(([word]) => word.trim() !== "");
  const texts = cases.map(([word, quote]) => {
    const put = completed(word, readLine(`askonce get ${quote}`, BREAKS));
    return `printf '%s\\0' ${quote}${put}${quote}\n`;
  });
  const read = execFileSync("bash", ["--norc", "-c", texts.join("")], { encoding: "utf8" });
  expect(read.split("\0").slice(0, -1)).toEqual(cases.map(([word]) => word));
});
