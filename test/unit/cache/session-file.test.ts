import { linkSync, mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { readSession, writeSession } from "../../../src/cache/session-file.ts";
import { listSessions, removeAllSessions, removeSession } from "../../../src/cache/session-list.ts";
import { credentialProcessLine } from "../../../src/session/credential-process-line.ts";
import {
  type Credentials,
  openCredentials,
  type SessionRecord,
  type StoredSession,
} from "../../../src/session/stored-session.ts";
import { failureOf } from "../support/failures.ts";
import { me, modeOf, temporaryDirectory } from "../support/temporary.ts";

const ID = "a".repeat(40);

type Whole = SessionRecord & Credentials;

function session(changes: Partial<Whole> = {}): Whole {
  return {
    id: ID,
    accessKeyId: "ASIAEXAMPLE",
    secretAccessKey: "secret",
    sessionToken: "token",
    issuedAtMs: 1_900_000_000_000,
    expiresAtMs: 1_900_043_200_000,
    clockOffsetMs: 0,
    profile: "work",
    ...changes,
  };
}

/** Keeps a session and its credentials. */
function write(directory: string, whole: Whole): void {
  writeSession(directory, whole, whole);
}

/** The session that is kept, with its credentials. */
async function readWhole(directory: string): Promise<Whole | undefined> {
  const found = readSession(directory, ID, me);
  return found && { ...found, ...(await openCredentials(found)) };
}

/** The line that is printed for a session. */
async function lineOf(found: StoredSession | undefined): Promise<string> {
  if (found === undefined) throw new Error("no session");
  return credentialProcessLine(found, await openCredentials(found));
}

function idOf(letter: string): string {
  return letter.repeat(40);
}

/** What reading makes of a file with this text. */
function readText(text: string): StoredSession | undefined {
  const directory = temporaryDirectory();
  writeFileSync(join(directory, `${ID}.json`), text, { mode: 0o600 });
  return readSession(directory, ID, me);
}

function readChanged(changes: Record<string, unknown>): StoredSession | undefined {
  return readText(JSON.stringify({ version: 1, ...session(), ...changes }));
}

describe("a session on disk", () => {
  test("is read as it was written", async () => {
    const directory = temporaryDirectory();
    const full = session({
      sourceId: idOf("b"),
      accountId: "123456789012",
      device: "GAHT1",
      role: "arn:aws:iam::1:role/r",
    });
    write(directory, full);
    expect(await readWhole(directory)).toStrictEqual(full);
  });

  test("is one private file, named by its id and marked with a version", () => {
    const directory = temporaryDirectory();
    write(directory, session());
    expect(readdirSync(directory)).toEqual([`${ID}.json`]);
    expect(modeOf(join(directory, `${ID}.json`))).toBe("0o600");
    expect(JSON.parse(readFileSync(join(directory, `${ID}.json`), "utf8")).version).toBe(1);
  });

  test("keeps any profile's name", () => {
    const directory = temporaryDirectory();
    const profile = '../../etc/passwd "🔑"\n__proto__';
    write(directory, session({ profile }));
    expect(readSession(directory, ID, me)?.profile).toBe(profile);
  });

  test("replaces the one before", async () => {
    const directory = temporaryDirectory();
    write(directory, session());
    write(directory, session({ sessionToken: "newer" }));
    expect((await readWhole(directory))?.sessionToken).toBe("newer");
  });

  test("that is not there is a miss, in a directory that is not there too", () => {
    expect(readSession(temporaryDirectory(), ID, me)).toBeUndefined();
    expect(readSession("/nowhere/at/all", ID, me)).toBeUndefined();
    expect(listSessions("/nowhere/at/all", me)).toEqual([]);
    expect(removeAllSessions("/nowhere/at/all")).toBe(0);
    expect(removeSession("/nowhere/at/all", ID, me)).toBe(0);
  });
});

describe("a file that makes no sense is a miss", () => {
  test.each([
    "null",
    "true",
    "1",
    '"text"',
    "[]",
    "{}",
    `[${JSON.stringify({ version: 1, ...session() })}]`,
    `{"__proto__":${JSON.stringify({ version: 1, ...session() })}}`,
    JSON.stringify(session()),
  ])("%s", (text) => {
    expect(readText(text)).toBeUndefined();
  });

  test.each([2, 0, "1", null, true, [1]])("version %j", (version) => {
    expect(readChanged({ version })).toBeUndefined();
  });

  test.each(["id", "accessKeyId", "secretAccessKey", "sessionToken", "profile"])("without a text for %s", (key) => {
    for (const value of [undefined, null, "", 1, {}, ["x"]]) expect(readChanged({ [key]: value })).toBeUndefined();
  });

  test.each(["issuedAtMs", "expiresAtMs", "clockOffsetMs"])("without a number for %s", (key) => {
    for (const value of [undefined, null, "1900000000000", true, 1e300, -9e15, {}])
      expect(readChanged({ [key]: value })).toBeUndefined();
    expect(
      readText(JSON.stringify({ version: 1, ...session(), [key]: 0 }).replace(`"${key}":0`, `"${key}":1e999`)),
    ).toBe(undefined);
  });

  test.each(["sourceId", "accountId", "device", "role"])("with something else than a text for %s", (key) => {
    for (const value of [null, 1, {}, []]) expect(readChanged({ [key]: value })).toBeUndefined();
  });

  test("with another session's content under this name", () => {
    expect(readChanged({ id: idOf("b") })).toBeUndefined();
  });
});

test("keys of a newer askonce are kept out of the answer", async () => {
  const line = await lineOf(readChanged({ note: "x", Version: 2, AccessKeyId: "no" }));
  expect(JSON.parse(line)).toMatchObject({ Version: 1, AccessKeyId: "ASIAEXAMPLE" });
  expect(line).not.toContain("note");
});

test("every time that is accepted can be printed", async () => {
  for (const expiresAtMs of [-8.63e15, -1, 0, 0.5, 8.63e15]) {
    const its = readChanged({ expiresAtMs });
    expect(its).toBeDefined();
    await expect(lineOf(its)).resolves.toBeDefined();
  }
});

describe("the list of sessions", () => {
  test("passes over what is no session", () => {
    const directory = temporaryDirectory();
    write(directory, session());
    writeFileSync(join(directory, `${idOf("b")}.json`), "nonsense", { mode: 0o600 });
    writeFileSync(join(directory, `${idOf("c")}.json.1.tmp`), JSON.stringify(session()));
    writeFileSync(join(directory, "README"), "");
    mkdirSync(join(directory, `${idOf("d")}.json`));
    expect(listSessions(directory, me).map(({ id }) => id)).toEqual([ID]);
  });

  test("passes over a link among them, which reading it by name refuses", () => {
    const directory = temporaryDirectory();
    symlinkSync("/etc/passwd", join(directory, `${idOf("b")}.json`));
    expect(listSessions(directory, me)).toEqual([]);
    expect(failureOf(() => readSession(directory, idOf("b"), me)).status).toBe(3);
  });
});

describe("forgetting a session", () => {
  /** b and c were taken with a, d with c; e stands alone. */
  function family(): string {
    const directory = temporaryDirectory();
    write(directory, session({ id: idOf("a") }));
    write(directory, session({ id: idOf("b"), sourceId: idOf("a") }));
    write(directory, session({ id: idOf("c"), sourceId: idOf("a") }));
    write(directory, session({ id: idOf("d"), sourceId: idOf("c") }));
    write(directory, session({ id: idOf("e") }));
    return directory;
  }

  const left = (directory: string): string =>
    readdirSync(directory)
      .map((name) => name[0])
      .join("");

  test("forgets the roles taken with it, at any depth, and no other", () => {
    const directory = family();
    expect(removeSession(directory, idOf("a"), me)).toBe(4);
    expect(left(directory)).toBe("e");
  });

  test("leaves the session it was taken with", () => {
    const directory = family();
    expect(removeSession(directory, idOf("c"), me)).toBe(2);
    expect(left(directory)).toBe("abe");
  });

  test("forgets the roles of one that is gone already", () => {
    const directory = family();
    expect(removeSession(directory, idOf("a"), me)).toBe(4);
    write(directory, session({ id: idOf("b"), sourceId: idOf("a") }));
    expect(removeSession(directory, idOf("a"), me)).toBe(1);
    expect(left(directory)).toBe("e");
  });

  test("ends where sessions name each other as their source", () => {
    const directory = temporaryDirectory();
    write(directory, session({ id: idOf("a"), sourceId: idOf("b") }));
    write(directory, session({ id: idOf("b"), sourceId: idOf("a") }));
    expect(removeSession(directory, idOf("a"), me)).toBe(2);
    expect(left(directory)).toBe("");
  });

  test("removes its file also when that makes no sense", () => {
    const directory = temporaryDirectory();
    writeFileSync(join(directory, `${ID}.json`), "nonsense", { mode: 0o600 });
    removeSession(directory, ID, me);
    expect(readdirSync(directory)).toEqual([]);
  });
});

test("forgetting all removes every session file, links and nonsense too, and nothing else", () => {
  const directory = temporaryDirectory();
  write(directory, session());
  writeFileSync(join(directory, `${idOf("b")}.json`), "nonsense");
  symlinkSync("/etc/passwd", join(directory, `${idOf("c")}.json`));
  linkSync(join(directory, `${idOf("b")}.json`), join(directory, "second-name"));
  expect(removeAllSessions(directory)).toBe(3);
  expect(readdirSync(directory)).toEqual(["second-name"]);
});
