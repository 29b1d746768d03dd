import { describe, expect, test } from "vitest";
import type { Entry } from "../../../../src/commands/status/profiles.ts";
import { familyOf } from "../../../../src/commands/status/sessions.ts";
import { resolveRequest } from "../../../../src/profile/request.ts";
import { mfaIdentityOf } from "../../../../src/session/mfa-identity.ts";
import type { SessionRecord } from "../../../../src/session/stored-session.ts";
import { DEVICE, KEYS, sharedFiles } from "../../support/profiles.ts";

const NOW = { wallMs: Date.parse("2026-03-01T12:00:00.000Z") };
const ROLE = "arn:aws:iam::210987654321:role/admin";
const FILES = sharedFiles(
  Object.entries({
    keys: { ...KEYS, mfa_serial: DEVICE },
    work: { credential_process: "askonce get keys" },
    short: { credential_process: "askonce get keys --session-duration 1h" },
    admin: { role_arn: ROLE, source_profile: "work" },
    long: { role_arn: ROLE, source_profile: "work", mfa_mode: "direct", duration_seconds: "43200" },
  }),
);

function entry(name: string): Entry {
  const request = resolveRequest(name, {}, FILES, {});
  const { source } = request;
  const key = source.kind === "keys" ? source.keys.accessKeyId : "";
  const calls = FILES.profiles.get(name)?.credential_process !== undefined;
  return { name, calls, request, identity: mfaIdentityOf(request, key, DEVICE) };
}

const ENTRIES = ["keys", "work", "short", "admin", "long"].map(entry);
const [MFA = "", ADMIN = "", LONG = ""] = [
  entry("work").identity?.sessionId,
  entry("admin").identity?.roleIds[0],
  entry("long").identity?.sessionId,
];

function stored(id: string, leftSeconds: number, lifeSeconds = 43_200, changes: Partial<SessionRecord> = {}) {
  const expiresAtMs = NOW.wallMs + leftSeconds * 1000;
  return {
    id,
    accessKeyId: "ASIA",
    profile: "keys",
    issuedAtMs: expiresAtMs - lifeSeconds * 1000,
    expiresAtMs,
    clockOffsetMs: 0,
    ...changes,
  };
}

const mfa = (left: number) => stored(MFA, left);
const admin = (left: number) => stored(ADMIN, left, 3_600, { sourceId: MFA, role: ROLE, profile: "admin" });
const list = (sessions: SessionRecord[], entries = ENTRIES) => familyOf(sessions, entries, true, NOW).listed;

describe("the sessions of a report", () => {
  test("do not have expired ones, and tell the states apart", () => {
    expect(list([mfa(0), admin(-5)])).toEqual([]);
    const states = [40_000, 900, 61, 59].map((left) => list([mfa(left)])[0]?.state);
    expect(states).toEqual(["fresh", "due", "due", "ending"]);
  });

  test("name the callers who are served by them: not who wants a younger one", () => {
    expect(list([mfa(30_000)])[0]?.calledBy).toEqual(["work"]);
    expect(list([mfa(43_000)])[0]?.calledBy).toEqual(["work", "short"]);
    const { isServed } = familyOf([mfa(30_000)], ENTRIES, true, NOW);
    expect(["work", "short", "admin"].map((name) => isServed(entry(name)))).toEqual([true, false, true]);
  });

  test("tell of a role whether it comes again without a code", () => {
    const renews = (...sessions: SessionRecord[]) => list(sessions).find(({ id }) => id === ADMIN)?.renewsWithoutCode;
    expect(renews(mfa(30_000), admin(1_000))).toBe(true);
    expect(renews(mfa(59), admin(1_000))).toBe(false);
    expect(renews(mfa(-1), admin(1_000))).toBe(false);
    expect(renews(admin(1_000))).toBe(false);
    const direct = stored(LONG, 20_000, 43_200, { sourceId: MFA, role: ROLE, profile: "long" });
    expect(list([mfa(30_000), direct])[1]).toMatchObject({ source: null, renewsWithoutCode: false });
    // The config is gone: how long it lasts tells.
    expect(list([mfa(30_000), direct], [])[1]).toMatchObject({ source: null, renewsWithoutCode: false });
  });

  test("of a chain whose middle is over stand below what it began with", () => {
    const middle = stored("b".repeat(40), -10, 3_600, { sourceId: MFA, role: ROLE });
    const end = stored("c".repeat(40), 1_000, 3_600, { sourceId: middle.id, role: ROLE });
    expect(list([end, middle, mfa(30_000)]).map(({ id }) => id)).toEqual([MFA, end.id]);
    expect(list([end, middle, mfa(30_000)])[1]?.renewsWithoutCode).toBe(true);
  });

  test("of one device are all listed; those to which no profile leads come last, and are said to be of no use", () => {
    const others = [500, 40_000].map((left) => stored(String(left % 9).repeat(40), left));
    const listed = list([...others, mfa(900)]);
    expect(listed.map(({ secondsLeft }) => secondsLeft)).toEqual([900, 40_000, 500]);
    expect(listed.map(({ inUse }) => inUse)).toEqual([true, false, false]);
    expect(familyOf(others, [], false, NOW).listed.map(({ inUse }) => inUse)).toEqual([null, null]);
  });

  test("are listed once, whatever the files say of each other, and quickly", () => {
    const [one, other] = ["1", "2"].map((digit) => digit.repeat(40));
    const circle = [
      stored(one ?? "", 500, 900, { sourceId: other ?? "", role: ROLE }),
      stored(other ?? "", 500, 900, { sourceId: one ?? "", role: ROLE }),
    ];
    expect(list(circle)).toHaveLength(2);
    const far = stored("3".repeat(40), 500, 900, { expiresAtMs: 8.6e15, clockOffsetMs: -8.6e15 });
    expect(list([far])).toHaveLength(1);
    const chain = Array.from({ length: 5_000 }, (_, index) => {
      const source = index === 0 ? {} : { sourceId: String(index - 1).padStart(40, "0"), role: ROLE };
      return stored(String(index).padStart(40, "0"), 500, 900, source);
    });
    const startedAt = performance.now();
    expect(list(chain)).toHaveLength(5_000);
    expect(performance.now() - startedAt).toBeLessThan(10_000);
  });
});
