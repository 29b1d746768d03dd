import { describe, expect, test } from "vitest";
import { splitWords } from "../../../src/text/shell-words.ts";

describe("a plain command", () => {
  test.each([
    ["oathtool --totp -b KEY", ["oathtool", "--totp", "-b", "KEY"]],
    ["  /usr/bin/code  ", ["/usr/bin/code"]],
    [`"/opt/my tools/code" 'a b' c\\ d`, ["/opt/my tools/code", "a b", "c d"]],
    [`op read "op://Private/AWS/one-time password"`, ["op", "read", "op://Private/AWS/one-time password"]],
    ["code --account=x a=b", ["code", "--account=x", "a=b"]],
    ["code ''", ["code", ""]],
    ["code 🔑", ["code", "🔑"]],
  ])("is split as sh would: %s", (command, words) => {
    expect(splitWords(command)).toEqual({ words, needsShell: false });
  });
});

describe("a command that asks for a shell", () => {
  test.each([
    "a | b",
    "a && b",
    "a; b",
    "a & b",
    "a > f",
    "a < f",
    "a 2>/dev/null",
    "echo $CODE",
    `echo \${CODE}`,
    "echo $(code)",
    "echo `code`",
    "echo '$CODE'",
    "ls *",
    "ls ?",
    "ls [ab]",
    "~/bin/code",
    "(code)",
    "{ code; }",
    "echo {a,b}",
    "! code",
    "code # comment",
    "code\ncode",
    "FOO=1 code",
    "FOO= code",
  ])("is known as one: %j", (command) => {
    expect(splitWords(command)?.needsShell).toBe(true);
  });

  test("expands nothing of this process's environment", () => {
    expect(splitWords("echo $PATH")?.words).toEqual(["echo", `\${PATH}`]);
  });
});

test.each(["", "   ", "\n", "''", '"" a', "# comment"])("%j is no command", (command) => {
  expect(splitWords(command)).toBeUndefined();
});
