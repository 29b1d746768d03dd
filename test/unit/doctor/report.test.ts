import { describe, expect, test } from "vitest";
import { made } from "../../../src/doctor/checks.ts";
import { type CheckId, type Finding, fail, ok, TITLES, warn } from "../../../src/doctor/finding.ts";
import { type DoctorReport, findingLines, lastLine, toReport } from "../../../src/doctor/report.ts";
import { nearestName } from "../../../src/doctor/wording.ts";
import { widthOf } from "../../../src/text/terminal-text.ts";

const found: Finding[] = [
  { check: "files", ...ok("~/.aws/config, ~/.aws/credentials read; modes fine") },
  {
    check: "shadowing",
    profile: "work",
    ...fail(
      "[work] in ~/.aws/credentials has keys: the CLI, Go, JavaScript and Ruby use them without MFA and never call askonce",
      "askonce doctor --fix moves them to [work-keys], with a backup",
      { kind: "locks", directory: "/x" },
    ),
  },
  { check: "key-age", profile: "work", ...warn("…3F7Q is 214 days old", "askonce keys rotate work-keys") },
];
const at = (columns: number, colours = false) => ({ columns, colours });

describe("findings on a screen", () => {
  test("of 80 columns have their sentences in one column, the cure below", () => {
    expect(
      findingLines(found, ["work"], at(80)),
    ).toBe(`✓ shared files  ~/.aws/config, ~/.aws/credentials read; modes fine
✗ shadowing     [work] in ~/.aws/credentials has keys: the CLI, Go, JavaScript
                and Ruby use them without MFA and never call askonce
                → askonce doctor --fix moves them to [work-keys], with a backup
! key age       …3F7Q is 214 days old
                → askonce keys rotate work-keys
`);
  });

  test("of 40 columns have them below their titles", () => {
    expect(findingLines(found, ["work"], at(40))).toBe(`✓ shared files
  ~/.aws/config, ~/.aws/credentials
  read; modes fine
✗ shadowing
  [work] in ~/.aws/credentials has keys:
  the CLI, Go, JavaScript and Ruby use
  them without MFA and never call
  askonce
  → askonce doctor --fix moves them to
    [work-keys], with a backup
! key age
  …3F7Q is 214 days old
  → askonce keys rotate work-keys
`);
  });

  test.each([20, 39, 59, 60, 61, 79, 200])("of %i columns have no line that is longer", (columns) => {
    const text = findingLines(found, ["work", "other"], at(columns)) + lastLine(found, at(columns));
    const better = lastLine([{ check: "files", ...warn("others may read it", "chmod 600 it") }], at(columns));
    expect(Math.max(...(text + better).split("\n").map(widthOf))).toBeLessThanOrEqual(columns);
  });

  test("say that --fix would do it, once", () => {
    const fix = { kind: "locks", directory: "/x" } as const;
    const mode: Finding[] = [{ check: "files", ...warn("others may read it", "chmod 600 it", fix) }];
    expect(findingLines(mode, [], at(80))).toContain("→ chmod 600 it; or askonce doctor --fix\n");
    expect(findingLines(found, ["work"], at(200))).not.toContain("; or");
  });

  test("that is none are one line each, and one for its cure", () => {
    const lines = findingLines(found, ["work"], at(Number.POSITIVE_INFINITY)).split("\n");
    expect(lines).toHaveLength(6);
  });

  test("have the name of one of several profiles above them", () => {
    expect(findingLines(found, ["work", "other"], at(200))).toMatch(/fine\n\nwork\n✗ shadowing .*\n .*\n! key age/);
  });

  test("drive no terminal, whatever a file holds", () => {
    const evil: Finding[] = [{ check: "keys", ...fail("there is no profile \u001b[2J\u202ex\ny", "\u0007") }];
    const text = findingLines(evil, ["work"], at(80)) + lastLine(evil, at(80)) + JSON.stringify(toReport(evil, [], []));
    expect(text.replaceAll("\n", "")).not.toMatch(/[\p{Cc}\p{Cf}]/u);
  });

  test("have colour on the mark alone", () => {
    const plain = findingLines(found, ["work"], at(80));
    const parts = findingLines(found, ["work"], at(80, true)).split("\u001b[");
    expect(parts.filter((part) => /^3\dm/.test(part))).toEqual(["32m✓", "31m✗", "33m!"]);
    expect(parts.map((part, index) => (index === 0 ? part : part.replace(/^\d+m/, ""))).join("")).toBe(plain);
  });
});

describe("the last line", () => {
  test("has the first failure once more, and what to do", () => {
    expect(lastLine(found, at(Number.POSITIVE_INFINITY))).toMatch(
      /^\n1 thing is wrong: \[work\] in .* never call askonce; do: askonce doctor --fix moves them .*\n$/,
    );
    const more = [...found, { check: "device" as const, ...fail("this user has no MFA device") }];
    expect(lastLine(more, at(Number.POSITIVE_INFINITY))).toMatch(/^\n2 things are wrong; the first: \[work\]/);
  });

  test("says so where nothing is wrong", () => {
    expect(lastLine(found.slice(0, 1), at(80))).toBe("\nNothing is wrong.\n");
    expect(lastLine([...found.slice(0, 1), ...found.slice(2)], at(80))).toBe(
      "\nNothing is wrong; 1 thing could be better.\n",
    );
  });
});

test("the JSON is of version 1, whose form is this", () => {
  const report: DoctorReport = toReport(found.slice(0, 2), ["work"], ["chmod 600 ~/.aws/credentials"]);
  expect(report).toEqual({
    version: 1,
    ok: false,
    profiles: ["work"],
    fixed: ["chmod 600 ~/.aws/credentials"],
    findings: [
      {
        check: "files",
        state: "ok",
        title: "shared files",
        text: "~/.aws/config, ~/.aws/credentials read; modes fine",
        cure: null,
        fixable: false,
        profile: null,
      },
      {
        check: "shadowing",
        state: "fail",
        title: "shadowing",
        text: found[1]?.text,
        cure: found[1]?.cure,
        fixable: true,
        profile: "work",
      },
    ],
  });
  // Scripts select by these.
  expect(Object.keys(TITLES) satisfies string[] as CheckId[]).toEqual([
    ...["files", "profile", "environment", "program", "cache", "keys", "shadowing", "command", "settings", "prompt"],
    ...["network", "clock", "identity", "device", "policy", "key-age"],
  ]);
});

test("a check that breaks is a finding, without the text of what broke it", () => {
  const broken = made(
    "keys",
    () => {
      throw new TypeError("Secret of jane");
    },
    "work",
  );
  expect(broken).toEqual([
    {
      check: "keys",
      profile: "work",
      state: "warn",
      text: expect.stringContaining("this check broke (TypeError)"),
      cure: "please report it",
    },
  ]);
});

test.each([
  ["mfa_procces", "mfa_process"],
  ["wrk", "work"],
  ["WORK", "work"],
  ["zzz", undefined],
  ["", undefined],
])("the nearest word to %j is %s", (word, meant) => {
  expect(nearestName(word, ["mfa_process", "work", "role_arn"])).toBe(meant);
});
