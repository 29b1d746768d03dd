import fs, { chmodSync, linkSync, mkdirSync, statSync, unlinkSync, writeFileSync } from "node:fs";
import { syncBuiltinESMExports } from "node:module";
import { join } from "node:path";
import { inspect } from "node:util";
import { expect, onTestFinished, test } from "vitest";
import { lookAtSessions, lookAtUser } from "../../../src/cache/look.ts";
import { writeSession } from "../../../src/cache/session-file.ts";
import { isRoot, me, modeOf, somebodyElse, temporaryDirectory } from "../support/temporary.ts";

const ID = "a".repeat(40);

function keep(directory: string, id = ID): string {
  const times = { issuedAtMs: 1_900_000_000_000, expiresAtMs: 1_900_043_200_000, clockOffsetMs: 0 };
  const secret = { accessKeyId: "ASIAEXAMPLE", secretAccessKey: "secret", sessionToken: "token" };
  writeSession(directory, { id, profile: "work", accessKeyId: secret.accessKeyId, ...times }, secret);
  return join(directory, `${id}.json`);
}

test("a look has no secrets, and mends and removes nothing", () => {
  const directory = temporaryDirectory();
  const path = keep(directory);
  chmodSync(path, 0o644);
  mkdirSync(join(directory, `${"b".repeat(40)}.json`));
  const { sessions, passedOver } = lookAtSessions(directory, me);
  expect(sessions).toMatchObject([{ id: ID, profile: "work", accessKeyId: "ASIAEXAMPLE" }]);
  expect(inspect(sessions, { showHidden: true, depth: null })).not.toMatch(/secret|token/i);
  expect([passedOver, modeOf(path)]).toEqual([1, "0o644"]);
  expect(statSync(join(directory, `${"b".repeat(40)}.json`)).isDirectory()).toBe(true);
});

test("what readers refuse is no session", () => {
  const directory = temporaryDirectory();
  const path = keep(directory);
  expect(lookAtSessions(directory, somebodyElse)).toEqual({ sessions: [], passedOver: 1 });
  linkSync(path, join(directory, "second name"));
  expect(lookAtSessions(directory, me)).toEqual({ sessions: [], passedOver: 1 });
  unlinkSync(path);
  expect(lookAtUser(directory, "gone", me)).toEqual({});
});

test("a directory that cannot be listed is said to be, and one that is not there is empty", () => {
  const directory = temporaryDirectory();
  expect(lookAtSessions(join(directory, "none"), me)).toEqual({ sessions: [], passedOver: 0 });
  writeFileSync(join(directory, "file"), "");
  expect(lookAtSessions(join(directory, "file"), me)).toMatchObject({ hidden: "ENOTDIR" });
  if (isRoot) return;
  chmodSync(directory, 0);
  expect(lookAtSessions(directory, me)).toMatchObject({ hidden: "EACCES" });
});

test.each(["lstatSync", "readFileSync"] as const)("what goes before %s was not there", (call) => {
  const directory = temporaryDirectory();
  const [path] = [keep(directory), keep(directory, "c".repeat(40))];
  const original = fs[call] as (...args: unknown[]) => unknown;
  onTestFinished(() => {
    Object.assign(fs, { [call]: original });
    syncBuiltinESMExports();
  });
  const vanishing = (...args: unknown[]): unknown => {
    if (args[0] === path) unlinkSync(path);
    return original(...args);
  };
  Object.assign(fs, { [call]: vanishing });
  syncBuiltinESMExports();
  const seen = lookAtSessions(directory, me);
  expect([seen.sessions.map(({ id }) => id), seen.passedOver]).toEqual([["c".repeat(40)], 0]);
});
