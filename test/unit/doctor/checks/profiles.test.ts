import { expect, test } from "vitest";
import { checkProfiles } from "../../../../src/doctor/checks/profiles.ts";
import type { FileFacts } from "../../../../src/doctor/facts.ts";
import { factsOf, fileFacts, said, states, subjectOf } from "../../support/doctor-facts.ts";

test("what is wrong with the files is not told once more as having no profile", () => {
  const { files, ...facts } = factsOf({ asked: undefined }, {}, {});
  const of = (changes: Partial<FileFacts>, credentials: Partial<FileFacts> = {}) =>
    checkProfiles({
      ...facts,
      files: {
        ...files,
        config: fileFacts("config", {}, changes),
        credentials: fileFacts("credentials", {}, credentials),
      },
    });
  expect(states(of({}))).toEqual(["fail"]);
  expect(states(of({ isThere: false }))).toEqual(["fail"]);
  expect(of({ isThere: false }, { isThere: false })).toEqual([]);
  expect(of({ isThere: false, setBy: "AWS_CONFIG_FILE" })).toEqual([]);
  expect(of({ isThere: false, link: "/gone" })).toEqual([]);
});

test.each([
  [
    "/opt/my tools/askonce-get work-keys",
    'fail the path in credential_process of work has a blank: it runs /opt/my -> put the path in "double" quotes',
  ],
  [
    "AWS_PROFILE= /opt/askonce get work-keys",
    "fail credential_process of work has a variable before the command: the CLI runs it without a shell -> credential_process = /opt/askonce/askonce-get NAME",
  ],
  [
    "/opt/askonce login work-keys",
    "fail credential_process of work runs askonce login, which prints no credentials -> credential_process = /opt/askonce/askonce-get NAME",
  ],
  [
    "env X=1 /opt/askonce-get work-keys",
    "warn credential_process of work runs askonce through env: it is taken for another program's -> credential_process = /opt/askonce/askonce-get NAME",
  ],
  [
    "sh -c '/opt/askonce-get work-keys'",
    "warn credential_process of work runs askonce through sh: it is taken for another program's -> credential_process = /opt/askonce/askonce-get NAME",
  ],
])("a line that names askonce and is no call of it: %s", (command, text) => {
  const facts = factsOf({}, { work: { credential_process: command } });
  expect(said(checkProfiles(facts))).toEqual([text]);
});

test.each([
  "/opt/askonce-get work-keys",
  "askonce get work-keys --wrong",
  "/opt/askonce-like work-keys",
  "op read askonce2",
])("a line that is a call of askonce, or somebody else's: %s", (command) => {
  const facts = factsOf({}, { work: { credential_process: command } });
  expect(checkProfiles({ ...facts, subjects: [subjectOf(facts)] })).toEqual([]);
});

test("where no profile is meant, those with keys are named, a few of them", () => {
  const facts = factsOf(
    { asked: undefined },
    {},
    Object.fromEntries([..."abcdefgh"].map((name) => [name, { aws_access_key_id: "A", aws_secret_access_key: "s" }])),
  );
  expect(said(checkProfiles(facts))[0]).toMatch(/^fail no profile calls askonce; keys have a, b, c, d, e and 3 more/);
  expect(said(checkProfiles(factsOf({}, {}, {})))[0]).toMatch(/^fail no profile calls askonce, and none has keys/);
  expect(checkProfiles({ ...facts, subjects: [subjectOf(facts, {}, "a")] })).toEqual([]);
});
