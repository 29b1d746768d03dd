import { describe, expect, test } from "vitest";
import { parseIni } from "../../../src/aws-files/ini.ts";
import { failureOf } from "../support/failures.ts";

/** The keys of the section `[a]`, nested ones as an object. */
function keysOf(lines: string): unknown {
  const section = parseIni(`[a]\n${lines}`, "f").get("a");
  return Object.fromEntries([...(section ?? [])].map(([key, value]) => [key, plain(value)]));
}

function plain(value: string | ReadonlyMap<string, string>): unknown {
  return typeof value === "string" ? value : Object.fromEntries(value);
}

describe("a line", () => {
  test.each<[string, string, unknown]>([
    ["Windows line ends", "x = 1\r\ny = 2\r\n", { x: "1", y: "2" }],
    ["old Macintosh line ends", "x = 1\ry = 2\r", { x: "1", y: "2" }],
    ["no line end at the end", "x = 1", { x: "1" }],
    ["tabs", "x\t=\t1\t\n", { x: "1" }],
    ["no blanks", "x=1", { x: "1" }],
    ["blank lines and comments", "\n# x = 0\n;x = 0\n  # x = 0\nx = 1\n \t\ny = 2", { x: "1", y: "2" }],
    ["a colon", "x: 1\ny : 2\nz = a:b\nw: a=b", { x: "1", y: "2", z: "a:b", w: "a=b" }],
    ["more of =", "x = a=b==", { x: "a=b==" }],
    ["mixed case", "Region = R\nAWS_ACCESS_KEY_ID = K", { region: "R", aws_access_key_id: "K" }],
    ["blanks in a key", "a  b = 1", { "a  b": "1" }],
    ["nothing after =", "x =\ny = 2", { x: "", y: "2" }],
    ["quotes, which stay", 'x = "1"', { x: '"1"' }],
    ["a blank that is no ASCII", "x =\u00a01\u3000", { x: "1" }],
    ["an indented first key", "  x = 1\n  y = 2", { x: "1", y: "2" }],
    ["names of Object.prototype", "constructor = 1\ntoString = 2", { constructor: "1", tostring: "2" }],
  ])("with %s", (_, lines, keys) => {
    expect(keysOf(lines)).toEqual(keys);
  });
});

describe("a comment after a value", () => {
  test.each<[string, string, unknown]>([
    ["is cut", "region = eu-west-1 # home", { region: "eu-west-1" }],
    ["is cut at a tab and ;", "region: eu-west-1\t; x = y", { region: "eu-west-1" }],
    ["may be all there is", "region = # home", { region: "" }],
    ["needs a blank before it", "x = a#b;c", { x: "a#b;c" }],
    [
      "stands in nested sections too",
      "sts = # local\n  endpoint_url = http://h # x",
      { sts: { endpoint_url: "http://h" } },
    ],
    ["stands in lines that go on", "x = 1 # a\n  2 # b", { x: "1\n2" }],
    [
      "is none in a command",
      "credential_process = a # b\n  c # d\nMFA_Process = x ;y",
      { credential_process: "a # b\nc # d", mfa_process: "x ;y" },
    ],
  ])("%s", (_, lines, keys) => {
    expect(keysOf(lines)).toEqual(keys);
  });
});

describe("an indented line", () => {
  test.each<[string, string, unknown]>([
    ["goes on with the value", "x = 1\n  2\n\n  3\n\ny = 4", { x: "1\n2\n\n3", y: "4" }],
    ["goes on though it looks like a key or a section", "x = 1\n  y = 2\n  [b]", { x: "1\ny = 2\n[b]" }],
    ["is nested below a key without a value", "s3 =\n  A = b=c\n\n\td =\ny = 1", { s3: { A: "b=c", d: "" }, y: "1" }],
    ["counts from the indent of its key", "  x = 1\n y = 2\n  3", { x: "1", y: "2\n3" }],
    ["may have a comment in between", "x = 1\n# c\n  2", { x: "1\n2" }],
  ])("%s", (_, lines, keys) => {
    expect(keysOf(lines)).toEqual(keys);
  });
});

describe("a section", () => {
  test.each([
    ["[profile a]", "profile a"],
    ['[profile "my work"]', 'profile "my work"'],
    ["  [a]", "a"],
    ["[ a ]", " a "],
    ["[a] # comment", "a"],
    ["[a]b]", "a]b"],
    ["[x = 1]", "x = 1"],
    ["[__proto__]", "__proto__"],
    ["[😀 é]", "😀 é"],
  ])("%s is called %j", (line, header) => {
    expect([...parseIni(`${line}\n`, "f").keys()]).toEqual([header]);
  });

  test("named DEFAULT lends its keys to the others, and is none itself", () => {
    const sections = parseIni("[a]\nx = 1\n[DEFAULT]\nx = 0\ny = 2\n[DEFAULT]\nz = 3\n", "f");
    expect([...sections].map(([header, keys]) => [header, Object.fromEntries(keys)])).toEqual([
      ["a", { x: "1", y: "2", z: "3" }],
    ]);
  });
});

describe("refused, with file and line", () => {
  test.each([
    ["a section that is there twice", "[a]\n\n[b]\n[a]\n", 4, "[a] is there twice"],
    ["a key that is there twice", "[a]\nx = 1\r\nX = 2\n", 3, "has this key already"],
    ["text before the first section", "# c\n\nx = 1\n[a]\n", 3, "before the first [section]"],
    ["one that does not end below others", "[a]\nx = 1\n[wJalrXUtnFEMI\n", 3, "a [section] without its ]"],
    ["a line without =", "[a]\nx = 1\nwJalrXUtnFEMI\n", 3, "no name = value"],
    ["a line without a name", "[a]\n = wJalrXUtnFEMI\n", 2, "no name = value"],
    ["a section without a name", "[a]\n[]\n", 2, "no name = value"],
    ["a section that does not end", "[profile a\nx = 1\n", 1, "a [section] without its ]"],
    ["a nested line without =", "[a]\ns3 =\n  # c\n  wJalrXUtnFEMI\n", 4, "an indented line without ="],
    ["an indented line right below a section", "[a]\n  wJalrXUtnFEMI\n", 2, "no name = value"],
  ])("%s", (_, text, line, what) => {
    const failure = failureOf(() => parseIni(text, "/home/jane/.aws/config"));
    expect([failure.code, failure.message]).toEqual(["configuration", expect.stringContaining(what)]);
    expect(failure.message).toContain(`/home/jane/.aws/config, line ${line}: `);
    expect(failure.line).not.toContain("wJalr");
  });
});
