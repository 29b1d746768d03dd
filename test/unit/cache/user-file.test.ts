import { symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { readUser, writeUser } from "../../../src/cache/user-file.ts";
import { digest } from "../../../src/disk/file-names.ts";
import { failureOf } from "../support/failures.ts";
import { me, modeOf, temporaryDirectory } from "../support/temporary.ts";

const ID = digest("user", "AKIA", "");

test("nothing is known at first", () => {
  expect(readUser(temporaryDirectory(), ID, me)).toStrictEqual({});
});

test("what is learnt is added to what is known", () => {
  const directory = temporaryDirectory();
  writeUser(directory, ID, { userName: "jane" }, me);
  writeUser(directory, ID, { serial: "GAHT1" }, me);
  expect(readUser(directory, ID, me)).toStrictEqual({ userName: "jane", serial: "GAHT1" });
});

test("what is learnt anew replaces what was known", () => {
  const directory = temporaryDirectory();
  writeUser(directory, ID, { serial: "old" }, me);
  writeUser(directory, ID, { serial: "new" }, me);
  expect(readUser(directory, ID, me).serial).toBe("new");
});

test("it is kept in a private file", () => {
  const directory = temporaryDirectory();
  writeUser(directory, ID, { serial: "GAHT1" }, me);
  expect(modeOf(join(directory, `${ID}.json`))).toBe("0o600");
});

test.each([
  "",
  "null",
  "[]",
  "1",
  '{"serial":',
  '{"serial":1,"userName":{}}',
  '{"serial":"","userName":null}',
  '{"__proto__":{"serial":"x"}}',
])("a file that makes no sense tells nothing, and is written over: %j", (text) => {
  const directory = temporaryDirectory();
  writeFileSync(join(directory, `${ID}.json`), text, { mode: 0o600 });
  expect(readUser(directory, ID, me)).toStrictEqual({});
  writeUser(directory, ID, { serial: "GAHT1" }, me);
  expect(readUser(directory, ID, me)).toStrictEqual({ serial: "GAHT1" });
});

test("a key of a newer askonce is passed over", () => {
  const directory = temporaryDirectory();
  writeFileSync(join(directory, `${ID}.json`), '{"serial":"GAHT1","secret":"x"}', { mode: 0o600 });
  expect(readUser(directory, ID, me)).toStrictEqual({ serial: "GAHT1" });
});

test("a link in its place is refused, by writing too", () => {
  const directory = temporaryDirectory();
  symlinkSync("/etc/passwd", join(directory, `${ID}.json`));
  expect(failureOf(() => readUser(directory, ID, me)).status).toBe(3);
  expect(failureOf(() => writeUser(directory, ID, { serial: "x" }, me)).status).toBe(3);
});
