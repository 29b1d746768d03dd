import { describe, expect, test } from "vitest";
import { statusLines } from "../../../../src/commands/status/picture.ts";
import type { SessionReport, StatusReport } from "../../../../src/commands/status/report.ts";
import { widthOf } from "../../../../src/text/terminal-text.ts";

const NOW = Date.parse("2026-03-01T12:00:00.000Z");
const ID = "a".repeat(40);

function timeIn(seconds: number): string {
  return new Date(NOW + seconds * 1000).toISOString();
}

function session(changes: Partial<SessionReport> = {}): SessionReport {
  const { secondsLeft = 29_550, lifetimeSeconds = 43_200 } = changes;
  return {
    id: ID,
    kind: "mfa",
    source: null,
    profile: "work-keys",
    calledBy: ["work"],
    inUse: true,
    account: "123456789012",
    device: "arn:aws:iam::123456789012:mfa/jane-phone",
    role: null,
    keyEnd: "3F7Q",
    issuedAt: timeIn(secondsLeft - lifetimeSeconds),
    expiresAt: timeIn(secondsLeft),
    expiresAtHere: timeIn(secondsLeft),
    secondsLeft,
    lifetimeSeconds,
    state: "fresh",
    renewsWithoutCode: false,
    ...changes,
  };
}

const ROLE = session({
  id: "b".repeat(40),
  kind: "role",
  source: ID,
  profile: "admin",
  calledBy: [],
  role: "arn:aws:iam::210987654321:role/admin",
  secondsLeft: 1_150,
  lifetimeSeconds: 3_600,
  renewsWithoutCode: true,
});

function report(changes: Partial<StatusReport> = {}): StatusReport {
  return {
    version: 1,
    at: timeIn(0),
    cache: { directory: "/home/jane/.cache/askonce", problem: null },
    sessions: [],
    withoutSession: [],
    waiting: [],
    working: [],
    problems: [],
    ...changes,
  };
}

const MISSING = {
  calledBy: ["gov"],
  profile: "gov-keys",
  role: null,
  device: null,
  keyEnd: null,
  problem: null,
  login: "askonce login gov",
};
const WAITING = {
  pid: 4242,
  program: "terraform",
  profile: "client-b",
  session: ID,
  where: "pts/3",
  since: timeIn(-12),
  seconds: 12,
  login: "askonce login client-b",
};
const FULL = report({ sessions: [session(), ROLE], withoutSession: [MISSING], waiting: [WAITING] });

describe("the picture", () => {
  test("has one line a session at 80 columns", () => {
    const lines = statusLines(FULL, 80, false);
    expect(lines[0]).toMatch(/^work +█+░+ {2}8 h 12 min left {2}jane-phone · .*until /);
    expect(lines[1]).toMatch(/^ {2}admin +█+░+ {2}19 min +renews without a code/);
    expect(lines[2]).toMatch(/^gov +░+ {2}no session +askonce login gov$/);
    expect(lines.slice(3)).toEqual([
      "terraform (pid 4242) waits for client-b since 12 s, asked in pts/3",
      "  askonce login client-b",
    ]);
  });

  test.each([34, 40, 60, 80, 200])("is not wider than %d columns", (columns) => {
    for (const name of ["work", "a-profile-with-a-rather-long-name-of-its-own", "名前".repeat(20)]) {
      const wide = session({ calledBy: [name, `${name}-eu`] });
      const lines = statusLines(report({ ...FULL, sessions: [wide, ROLE] }), columns, false);
      expect(Math.max(...lines.map(widthOf))).toBeLessThanOrEqual(columns);
      expect(lines.join("\n")).toMatch(/8 h 12 min left/);
    }
  });

  test("says what to do where there is nothing, and what is amiss", () => {
    expect(statusLines(report(), 80, false).join("\n")).toMatch(/^no session.*\n {2}askonce login NAME/);
    const broken = report({ cache: { directory: "/c", problem: "/c belongs to another user (7)" }, problems: ["odd"] });
    expect(statusLines(broken, 80, false)).toEqual(["✗ nothing is kept: /c belongs to another user (7)", "! odd"]);
  });

  test("has the sentence about one profile below it, and the others as they would be without", () => {
    const problem = "there is no profile nope, which broken refers to; profiles are read from /home/jane/.aws/config";
    const broken = { ...MISSING, calledBy: ["broken"], problem };
    const lines = statusLines({ ...FULL, withoutSession: [MISSING, broken], waiting: [] }, 80, false);
    expect(lines.slice(0, 3)).toEqual(statusLines({ ...FULL, waiting: [] }, 80, false));
    expect(lines[3]).toMatch(/^broken +░+ {2}cannot sign in$/);
    expect(lines.slice(4).join(" ").replace(/\s+/g, " ")).toBe(` ✗ ${problem}`);
  });

  test("shows a role with a code of its own, and one whose session is over, as they are", () => {
    const direct = { ...ROLE, source: null, renewsWithoutCode: false };
    expect(statusLines(report({ sessions: [direct] }), 120, false)[0]).toMatch(
      /^admin .*role admin · renews with a code/,
    );
    const orphan = { ...ROLE, renewsWithoutCode: false };
    expect(statusLines(report({ sessions: [orphan] }), 120, false)[0]).toMatch(/^admin .*renews with a code/);
  });

  test("says that no profile uses a session, and counts what it does not show", () => {
    expect(statusLines(report({ sessions: [session({ inUse: false })] }), 80, false).join("\n")).toContain(
      "no profile uses it",
    );
    const many = Array.from({ length: 10_000 }, (_, index) => session({ id: String(index).padStart(40, "0") }));
    const lines = statusLines(report({ sessions: many }), 80, false);
    expect(lines).toHaveLength(51);
    expect(lines.at(-1)).toBe("and 9,950 more: askonce status NAME, or --json");
  });

  test("drives no terminal, whatever the names are", () => {
    const evil = "x\u001b[2J\u202e\u009b31m\r\n\u0007y";
    const lines = statusLines(
      report({
        sessions: [session({ profile: evil, calledBy: [evil], device: evil, account: evil })],
        withoutSession: [{ ...MISSING, calledBy: [evil], problem: evil, login: `askonce login '${evil}'` }],
        waiting: [{ ...WAITING, program: evil, profile: evil, where: evil, login: evil }],
        problems: [evil],
      }),
      80,
      false,
    );
    expect(lines.join("")).not.toMatch(/[\p{Cc}\p{Cf}]/u);
  });

  test("has colours only where it is told to", () => {
    expect(statusLines(FULL, 80, false).join("")).not.toContain("\u001b");
    const coloured = statusLines(FULL, 80, true);
    expect(coloured.join("\n")).toContain("\u001b[32m█");
    // biome-ignore lint/suspicious/noControlCharactersInRegex: colours begin with one
    expect(coloured.map((line) => line.replace(/\u001b\[\d+m/g, "").trimEnd())).toEqual(statusLines(FULL, 80, false));
  });
});
