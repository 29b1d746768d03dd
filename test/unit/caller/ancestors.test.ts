import { execFileSync } from "node:child_process";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { byPs, parseCommandLine, parsePsLine, walkUp } from "../../../src/caller/ancestors.ts";
import { callingProgramOf } from "../../../src/caller/caller.ts";
import { steadyMs } from "../../../src/runtime/clock.ts";
import { needsTool } from "../../support/tools.ts";

describe("of ps, which gives a line of text", () => {
  const byLine = (args: string): string | undefined => {
    const found = parsePsLine(`  12 ${args}\n`);
    return found && callingProgramOf([found.line]);
  };

  test("a line is the parent's number and words", () => {
    expect(parsePsLine("  501 -zsh \n")).toEqual({ parent: 501, line: { words: ["-zsh"], exact: false } });
    expect(parsePsLine("")).toBeUndefined();
    expect(parsePsLine("12")).toBeUndefined();
  });

  test.each([
    ["terraform apply -auto-approve", "terraform apply"],
    ["node deploy.js s3cr3t-value", "node deploy.js"],
    ["python3 -m awscli s3 ls", "aws s3"],
    // Each flag's value may be several words.
    ["aws --query a s3cr3t-value", "aws"],
    ["aws --query=a s3cr3t-value", "aws"],
    ["node --title=a s3cr3t-value run.js", "node"],
    ["java -Dkey=a s3cr3t-value -jar app.jar", "java"],
    [
      "/Applications/Visual Studio Code.app/Contents/Frameworks/Code Helper (Plugin).app/Contents/MacOS/Code Helper (Plugin) --type=utility",
      "Visual Studio Code",
    ],
    ["/Applications/iTerm.app/Contents/MacOS/iTerm2 -psn", undefined],
    ["-zsh", undefined],
  ])("%s: %s", (args, name) => {
    expect(byLine(args)).toBe(name);
  });

  test("this process is found so as well", (context) => {
    needsTool(context, "ps");
    const found = byPs(steadyMs() + 30_000)(process.pid);
    expect(found?.parent).toBe(process.ppid);
    expect(found?.line.exact).toBe(false);
    expect(execFileSync("ps", ["-o", "pid=", "-p", String(found?.parent)], { encoding: "utf8" })).toMatch(/\d/);
  });

  test("none is when time is up", () => {
    expect(byPs(performance.now() - 1)(process.pid)).toBeUndefined();
  });
});

describe("the way up", () => {
  const wordsFrom = (from: number, parents: Readonly<Record<number, number>>): string[] => {
    const look = (pid: number) => {
      const parent = parents[pid];
      if (parent === undefined) throw new Error("hidden");
      return { parent, line: { words: [String(pid)], exact: true } };
    };
    return [...walkUp(from, look)].flatMap(({ words }) => words);
  };

  test.each([
    ["at the first process", 9, { 9: 7, 7: 1, 1: 0 }, ["9", "7"]],
    ["where there is none above in this namespace", 9, { 9: 0 }, ["9"]],
    ["at one that is hidden or has gone", 9, { 9: 7 }, ["9"]],
    ["at one that was met already", 9, { 9: 7, 7: 8, 8: 9 }, ["9", "7", "8"]],
    ["before it begins, below the first process", 1, { 1: 0 }, []],
  ])("ends %s", (_, from, parents, words) => {
    expect(wordsFrom(from, parents)).toEqual(words);
  });
});

describe("/proc/PID/cmdline", () => {
  const words = (text: string): string[] => parseCommandLine(Buffer.from(text, "latin1"));

  test("is split, and loses the zeros a title leaves at its end", () => {
    expect(words("aws\0\0s3\0")).toEqual(["aws", "", "s3"]);
    expect(words("npm run x\0\0\0\0")).toEqual(["npm run x"]);
    expect(words("")).toEqual([]);
    expect(words("\0\0")).toEqual([]);
  });

  test("loses a word that may have been cut", () => {
    const begin = `aws\0${"x".repeat(16 * 1024 - 8)}\0`;
    expect(words(`${begin}s3cr`)).toHaveLength(2);
  });

  test("of any bytes, and of a megabyte, gives a name that can be shown, or none", () => {
    const check = (bytes: Buffer): void => {
      const name = callingProgramOf([{ words: parseCommandLine(bytes), exact: true }]) ?? "x";
      expect(name).not.toMatch(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u);
      expect([...name].length).toBeGreaterThan(0);
      expect([...name].length).toBeLessThanOrEqual(40);
    };
    fc.assert(fc.property(fc.uint8Array({ maxLength: 400 }), (bytes) => check(Buffer.from(bytes))));
    for (const filler of ["x", "\0", "\x1b", "\xff", " ", "-", "/", "a\0"])
      check(Buffer.alloc(1024 * 1024, filler, "latin1"));
  });
});
