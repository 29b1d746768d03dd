import { readFileSync } from "node:fs";
import { join } from "node:path";
import { inspect } from "node:util";
import { expect, test } from "vitest";
import { parseSessionRecord, readSession, sessionPath, writeSession } from "../../../src/cache/session-file.ts";
import { openLog } from "../../../src/runtime/log.ts";
import { bindCredentials, openCredentials, type StoredSession } from "../../../src/session/stored-session.ts";
import { me, temporaryDirectory } from "../support/temporary.ts";

const RECORD = {
  id: "a".repeat(40),
  profile: "work",
  issuedAtMs: 1_900_000_000_000,
  expiresAtMs: 1_900_043_200_000,
  clockOffsetMs: 0,
};
const CREDENTIALS = { accessKeyId: "ASIAEXAMPLE", secretAccessKey: "hidden-key", sessionToken: "hidden-token" };

/** A session as STS gave it, and as it is read from the disk. */
function sessions(): [StoredSession, StoredSession] {
  const directory = temporaryDirectory();
  const made = bindCredentials(RECORD, CREDENTIALS);
  writeSession(directory, made, CREDENTIALS);
  return [made, readSession(directory, made.id, me) as StoredSession];
}

test("the credentials of a session are those it was bound to", async () => {
  for (const session of sessions()) {
    expect(session).toMatchObject({ ...RECORD, accessKeyId: "ASIAEXAMPLE" });
    expect(await openCredentials(session)).toEqual(CREDENTIALS);
  }
});

test("a session that is printed shows no secret", () => {
  for (const session of sessions()) {
    const texts = [
      JSON.stringify(session),
      JSON.stringify({ ...session }),
      JSON.stringify(structuredClone(session)),
      inspect(session, { showHidden: true, depth: null, getters: true }),
      inspect(new Error("failed", { cause: session }), { showHidden: true, depth: null }),
      String(session),
      Reflect.ownKeys(session).join(),
    ];
    for (const text of texts) expect(text).not.toContain("hidden");
    expect(texts[0]).toContain("ASIAEXAMPLE");
  }
});

test("a session that is logged shows no secret", () => {
  const path = join(temporaryDirectory(), "log");
  const log = openLog(path, Date.now(), me);
  for (const session of sessions()) log("session", { ...session, whole: session } as object as Record<string, string>);
  const text = readFileSync(path, "utf8");
  expect(text.match(/ASIAEXAMPLE/g)).toHaveLength(4);
  expect(text).not.toContain("hidden");
});

test("a copy of a session has no credentials", async () => {
  for (const session of sessions()) {
    // @ts-expect-error a copy is a record only
    const copy: StoredSession = { ...session, expiresAtMs: 0 };
    await expect(openCredentials(copy)).rejects.toThrow(TypeError);
    await expect(openCredentials(structuredClone(session))).rejects.toThrow(TypeError);
  }
});

test("a record holds none of what its file has besides", () => {
  const directory = temporaryDirectory();
  writeSession(directory, bindCredentials(RECORD, CREDENTIALS), CREDENTIALS);
  const value = JSON.parse(readFileSync(sessionPath(directory, RECORD.id), "utf8"));
  expect(value).toMatchObject(CREDENTIALS);
  expect(parseSessionRecord({ ...value, sealed: "hidden" })).toEqual({ ...RECORD, accessKeyId: "ASIAEXAMPLE" });
});
