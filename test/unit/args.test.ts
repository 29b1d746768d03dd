import { describe, expect, test } from "vitest";
import { parseCommand, parseDeadline } from "../../src/args.ts";
import { failureOf } from "./support/failures.ts";

/** A command line without quotes, as words. */
function parse(line: string) {
  return parseCommand(line === "" ? [] : line.split(" "));
}

function flagsOf(line: string) {
  const command = parse(line);
  return "flags" in command ? command.flags : undefined;
}

describe("a command", () => {
  test("get takes one profile and has no flags by default", () => {
    expect(parse("get work")).toStrictEqual({ verb: "get", name: "work", flags: {} });
  });

  test("login reads no code by default", () => {
    expect(parse("login work")).toStrictEqual({ verb: "login", name: "work", flags: {}, codeFromStdin: false });
  });

  test("login --code - reads the code from standard input", () => {
    expect(parse("login work --code -")).toMatchObject({ verb: "login", name: "work", codeFromStdin: true });
  });

  test("logout takes a profile", () => {
    expect(parse("logout work")).toStrictEqual({ verb: "logout", name: "work", flags: {} });
  });

  test("logout --all has no profile", () => {
    expect(parse("logout --all")).toStrictEqual({ verb: "logout", name: undefined, flags: {} });
  });

  test.each(["--help", "-h", "help"])("%s is help", (line) => {
    expect(parse(line)).toStrictEqual({ verb: "help", about: undefined });
  });

  test.each(["help get", "get --help", "get -h", "get work --help", "get --region x --help"])(
    "%s is help about get",
    (line) => {
      expect(parse(line)).toStrictEqual({ verb: "help", about: "get" });
    },
  );

  test("a command with a file of its own has its help too, but not by the words of a program it starts", () => {
    for (const line of ["exec --help", "exec work -h", "exec --help -- ls"])
      expect(parse(line)).toStrictEqual({ verb: "help", about: "exec" });
    expect(parse("exec work -- ls --help")).toStrictEqual({
      verb: "other",
      name: "exec",
      words: ["work", "--", "ls", "--help"],
    });
  });

  test("--version is the version", () => {
    expect(parse("--version")).toStrictEqual({ verb: "version" });
  });

  test.each([
    "../../etc/passwd",
    "__proto__",
    "-x",
    "--region",
    "my profile",
    " ",
    `it's "quoted"`,
    "two\nlines",
    "🔑",
    "n".repeat(300),
  ])("takes any text for a profile's name after --: %j", (name) => {
    expect(parseCommand(["get", "--", name])).toMatchObject({ verb: "get", name });
  });
});

describe("a flag", () => {
  test.each([
    ["--mfa-serial GAHT1", { mfaSerial: "GAHT1" }],
    ["--mfa-serial=GAHT1", { mfaSerial: "GAHT1" }],
    ["--role-arn arn:aws:iam::1:role/r", { roleArn: "arn:aws:iam::1:role/r" }],
    ["--source-profile base", { sourceProfile: "base" }],
    ["--region eu-west-1", { region: "eu-west-1" }],
    ["--session-duration 12h", { sessionDurationSeconds: 43_200 }],
    ["--duration 30m", { roleDurationSeconds: 1_800 }],
    ["--mfa-process pass", { mfaProcess: "pass" }],
    ["--prompt none", { prompt: "none" }],
    ["--no-prompt", { noPrompt: true }],
    ["--deadline 2.5", { deadlineSeconds: 2.5 }],
    ["--log /tmp/log", { log: "/tmp/log" }],
  ])("is taken before and after the name: %s", (flag, flags) => {
    expect(flagsOf(`get work ${flag}`)).toStrictEqual(flags);
    expect(flagsOf(`get ${flag} work`)).toStrictEqual(flags);
    expect(flagsOf(`login work ${flag}`)).toStrictEqual(flags);
  });

  test("given twice counts as it was given last", () => {
    expect(flagsOf("get work --region a --region b")).toStrictEqual({ region: "b" });
  });

  test.each([
    ["--session-duration", "900", 900],
    ["--session-duration", "36h", 129_600],
    ["--duration", "15m", 900],
    ["--duration", "12h", 43_200],
  ])("%s may be %s", (flag, text, seconds) => {
    expect(Object.values(flagsOf(`get work ${flag} ${text}`) ?? {})).toEqual([seconds]);
  });

  test.each([
    ["--session-duration", "899"],
    ["--session-duration", "129601"],
    ["--session-duration", "1d"],
    ["--session-duration", "-5"],
    ["--session-duration", "12 h"],
    ["--duration", "899"],
    ["--duration", "12h1s"],
    ["--duration", "1e3"],
  ])("%s may not be %j", (flag, text) => {
    const failure = failureOf(() => parseCommand(["get", "work", `${flag}=${text}`]));
    expect(failure.code).toBe("usage");
    expect(failure.message).toContain(flag);
  });
});

describe("a usage error", () => {
  test.each([
    [[], /a command is missing/],
    [["get"], /get needs the name of a profile/],
    [["get", ""], /get needs the name of a profile/],
    [["login", ""], /login needs the name of a profile/],
    [["get", "a", "b"], /get takes one profile, not 2/],
    [["get", "a", "--nope"], /--nope/],
    [["get", "a", "--__proto__", "x"], /--__proto__/],
    [["get", "a", "--constructor"], /--constructor/],
    [["get", "a", "-x"], /-x/],
    [["get", "a", "--region"], /--region/],
    [["get", "a", "--region", "--no-prompt"], /--region/],
    [["get", "a", "--region", ""], /--region is empty/],
    [["get", "a", "--no-prompt=yes"], /--no-prompt/],
    [["get", "a", "--code", "-"], /--code/],
    [["get", "a", "--all"], /--all/],
    [["logout"], /logout takes a profile or --all/],
    [["logout", "a", "--all"], /logout takes a profile or --all/],
    [["login", "a", "--code", "123456"], /--code takes only -/],
  ])("%j", (words, message) => {
    const failure = failureOf(() => parseCommand(words));
    expect(failure.status).toBe(2);
    expect(failure.message).toMatch(message);
    expect(failure.hint).toMatch(/askonce( \w+)? --help/);
  });

  test("does not repeat the code that was given on the command line", () => {
    expect(failureOf(() => parse("login work --code 123456")).line).not.toContain("123456");
  });

  test("is one short line, whatever was typed", () => {
    for (const words of [["get", "a", `--region=eu\nwest`, "--duration=\u001b[2J"]]) {
      const { line } = failureOf(() => parseCommand(words));
      expect(line).toMatch(/^askonce: \P{Cc}{1,300}$/u);
    }
  });

  test("says what is wrong in one sentence without a capital or a full stop", () => {
    expect(failureOf(() => parse("get work --nope")).message).toBe("unknown option '--nope'");
    expect(failureOf(() => parse("get work --nope")).meant).toMatchObject({
      word: "--nope",
      among: expect.arrayContaining(["--no-prompt", "--help"]),
    });
  });
});

describe("a deadline", () => {
  test.each([
    ["1", 1],
    ["0.5", 0.5],
    ["55", 55],
    ["86400", 86_400],
  ])("of %s s is taken", (text, seconds) => {
    expect(parseDeadline(text, "ASKONCE_DEADLINE")).toBe(seconds);
  });

  test.each([undefined, ""])("that is not set is none: %j", (text) => {
    expect(parseDeadline(text, "ASKONCE_DEADLINE")).toBeUndefined();
  });

  test.each(["0", "0.0", "-1", "1e3", "abc", " 5", "5s", "86401", "Infinity", "NaN", "0x10", ".5", "1."])(
    "of %j is refused under its own name",
    (text) => {
      const failure = failureOf(() => parseDeadline(text, "ASKONCE_DEADLINE"));
      expect(failure.code).toBe("usage");
      expect(failure.message).toContain("ASKONCE_DEADLINE");
    },
  );
});
