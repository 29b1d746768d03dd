import { describe, expect, test } from "vitest";
import { checkKeys } from "../../../../src/doctor/checks/keys.ts";
import { CONFIG, CREDENTIALS, factsOf, type Profiles, said, states, subjectOf } from "../../support/doctor-facts.ts";
import { KEYS } from "../../support/profiles.ts";

describe("the keys", () => {
  const judge = (config: Profiles, credentials: Profiles, name = "work-keys") => {
    const facts = factsOf({}, config, credentials);
    return checkKeys(facts, subjectOf(facts, {}, name));
  };

  test("are named by their last four characters, with the file and the way to them", () => {
    expect(said(judge(CONFIG, CREDENTIALS))).toEqual(["ok work-keys: …MPLE in ~/.aws/credentials"]);
    expect(said(judge(CONFIG, CREDENTIALS, "work"))).toEqual([
      "ok work leads to work-keys: …MPLE in ~/.aws/credentials",
    ]);
    expect(said(judge({ "work-keys": KEYS }, {}))).toEqual(["ok work-keys: …MPLE in ~/.aws/config"]);
  });

  test("of a program are not looked at here, nor is its command shown", () => {
    const found = judge({ "work-keys": { credential_process: "op read secret-word" } }, {});
    expect(said(found)).toEqual(["ok work-keys: from a program of its own (credential_process)"]);
  });

  test("that are missing, half there or a session's are a failure in the words of every command", () => {
    expect(states(judge({ "work-keys": {} }, {}))).toEqual(["fail"]);
    expect(said(judge({}, { "work-keys": { aws_access_key_id: "AKIAX" } }))[0]).toMatch(
      /the keys of work-keys are incomplete/,
    );
    expect(said(judge({}, { "work-keys": { ...KEYS, aws_session_token: "t" } }))[0]).toMatch(/temporary ones/);
  });

  test("that stand in the calling profile are the same trouble as the shadowing", () => {
    expect(judge(CONFIG, { work: KEYS })).toEqual([]);
  });
});
