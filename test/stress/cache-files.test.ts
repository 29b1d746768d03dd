/** Any bytes as a file of the cache: what the file holds, or a miss. */

import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { expect, onTestFinished } from "vitest";
import { readSession, sessionPath } from "../../src/cache/session-file.ts";
import { readUser } from "../../src/cache/user-file.ts";
import { digest } from "../../src/disk/file-names.ts";
import { inspectLock } from "../../src/locking/lock-state.ts";
import { currentProcess } from "../../src/locking/process-identity.ts";
import { findRefusal } from "../../src/locking/shared-failure.ts";
import { spentCode } from "../../src/mfa/used-codes.ts";
import { credentialProcessLine } from "../../src/session/credential-process-line.ts";
import { type Credentials, openCredentials } from "../../src/session/stored-session.ts";
import { of, tryAll } from "../support/any-input.ts";
import { guarantee } from "../support/guarantee.ts";
import { me } from "../unit/support/temporary.ts";

const ID = "a".repeat(40);
/** A disk would be written to for each case. */
const IN_MEMORY = existsSync("/dev/shm") ? "/dev/shm" : tmpdir();

const SESSION = {
  id: ID,
  accessKeyId: "ASIAEXAMPLE",
  secretAccessKey: "secret",
  sessionToken: "token",
  profile: "work",
  issuedAtMs: 1_900_000_000_000,
  expiresAtMs: 1_900_043_200_000,
  clockOffsetMs: 0,
};
const FAILURE = { code: "no-code", message: "cancelled", hint: "ask again", firstAtMs: 1, lastAtMs: 2 };
const RECORDS = [
  { version: 1, ...SESSION },
  { serial: "GAHT12345678", userName: "jane", choices: { serials: ["a", "b"], atMs: 1 } },
  FAILURE,
  { digest: "d".repeat(40), usedAtMs: 1 },
  { identity: currentProcess(), sinceMs: 1, note: { profile: "work" } },
].map((record) => JSON.stringify(record));
const edit = fc.record({
  kind: of("flip", "cut", "insert", "double"),
  at: fc.nat(400),
  length: fc.nat(40),
  byte: fc.nat(255),
});
const damaged = fc.tuple(of(...RECORDS), fc.array(edit, { maxLength: 3 })).map(([text, edits]) =>
  edits.reduce((bytes, { kind, at, length, byte }) => {
    const from = at % (bytes.length + 1);
    const [before, after] = [bytes.subarray(0, from), bytes.subarray(from)];
    if (kind === "cut") return Buffer.concat([before, after.subarray(length)]);
    if (kind === "insert") return Buffer.concat([before, Buffer.of(byte), after]);
    if (kind === "double") return Buffer.concat([before, after.subarray(0, length), after]);
    return Buffer.concat([before, Buffer.of((after[0] ?? 0) ^ (1 << (byte % 8))), after.subarray(1)]);
  }, Buffer.from(text)),
);
const NAMES = [
  "version",
  "code",
  "message",
  "serial",
  "choices",
  "identity",
  "note",
  "__proto__",
  "digest",
  "usedAtMs",
];
const value = fc.oneof(
  fc.jsonValue({ maxDepth: 1 }),
  of<unknown>(1, 99, "bug", "no-code", "x", 1e308, [], {}, currentProcess()),
);
const misshapen = fc
  .tuple(of(...RECORDS), fc.dictionary(of(...NAMES, ...Object.keys({ ...SESSION, ...FAILURE })), value, { maxKeys: 3 }))
  .map(([text, changes]) => Buffer.from(JSON.stringify({ ...JSON.parse(text), ...changes })));
const rest = of(
  "",
  "\0",
  "\ufeff{}",
  "null",
  "[]",
  '"',
  "[".repeat(60_000),
  '{"a":'.repeat(12_000),
  "1e999",
  "x".repeat(70_000),
);
const cacheBytes = fc.oneof(
  { weight: 6, arbitrary: damaged },
  { weight: 6, arbitrary: misshapen },
  { weight: 2, arbitrary: fc.uint8Array({ maxLength: 200 }).map((bytes) => Buffer.from(bytes)) },
  { weight: 1, arbitrary: rest.map((text) => Buffer.from(text)) },
);

guarantee(
  "any bytes as a file of the cache: what it is of, or a miss",
  { suite: 10_000, stress: 40_000 },
  async (row) => {
    const directory = mkdtempSync(join(IN_MEMORY, "askonce-files-"));
    onTestFinished(() => rmSync(directory, { recursive: true }));
    const inRoom = (name: string): string => join(directory, name);
    const failures = inRoom(`${ID}.refusal.json`);
    const used = inRoom(`${digest("used", "device")}.used.json`);
    const lock = inRoom("a.lock");
    mkdirSync(lock);
    const found = { sessions: 0, failures: 0, holders: 0 };
    const opened: Promise<Credentials>[] = [];
    tryAll(row, cacheBytes, (bytes) => {
      for (const path of [sessionPath(directory, ID), failures, used, join(lock, "holder-ab.json")])
        writeFileSync(path, bytes, { mode: 0o600 });
      const session = readSession(directory, ID, me);
      if (session !== undefined) {
        expect(session.id).toBe(ID);
        expect(JSON.parse(credentialProcessLine(session, SESSION)).Version).toBe(1);
        opened.push(openCredentials(session));
        found.sessions++;
      }
      const { serial, userName, accessKeyId, choices, ...others } = readUser(directory, ID, me);
      for (const text of [serial, userName, accessKeyId, ...(choices?.serials ?? [])])
        expect(["string", "undefined"]).toContain(typeof text);
      expect(others).toEqual({});
      const failure = findRefusal(directory, ID, 0, me);
      if (failure !== undefined) {
        expect([failure.status > 1, failure.line.includes("\n")]).toEqual([true, false]);
        found.failures++;
      }
      const spent = spentCode({ directory, device: "device", uid: me }, "123456", { wallMs: 2 }, 2);
      expect(["used", "rejected", undefined]).toContain(spent?.was);
      const state = inspectLock(lock);
      expect(state?.verdict).toMatch(/^(held|stale|dead)$/);
      if (state?.holder !== undefined) {
        expect(Object.values(state.holder.note).every((text) => typeof text === "string")).toBe(true);
        found.holders++;
      }
    });
    for (const text of (await Promise.all(opened)).flatMap(Object.values)) expect(text).toMatch(/./s);
    expect(Math.min(...Object.values(found))).toBeGreaterThan(row.rounds / 200);
  },
);
