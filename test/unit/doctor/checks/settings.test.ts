import { describe, expect, test } from "vitest";
import { checkSettings } from "../../../../src/doctor/checks/settings.ts";
import { CONFIG, factsOf, said, subjectOf } from "../../support/doctor-facts.ts";

describe("the settings", () => {
  const judge = (keys: Record<string, string>, work: Record<string, string> = {}) => {
    const facts = factsOf({}, { "work-keys": keys, work: { ...CONFIG.work, ...work } });
    return said(checkSettings(facts, subjectOf(facts)));
  };

  test("are known, or another tool's", () => {
    const fine = ["ok work-keys, work: every key is one that is read"];
    expect(judge({})).toEqual(fine);
    expect(judge({ mfa_serial: "x", session_duration: "8h", cli_pager: "", granted_color: "red", s3: "" })).toEqual(
      fine,
    );
  });

  test.each([
    ["mfa_procces", "mfa_process"],
    ["mfa-serial", "mfa_serial"],
    ["sesion_duration", "session_duration"],
    ["mfa_promt", "mfa_prompt"],
    ["regoin", "region"],
  ])("%s is %s", (key, meant) => {
    expect(judge({ [key]: "900s" })).toEqual([
      `warn ${key} of profile work-keys is read by nobody; did you mean ${meant}? -> call it ${meant}`,
    ]);
  });

  test("of the session do nothing in the calling profile", () => {
    expect(judge({}, { mfa_process: "x", session_duration: "1h" })).toEqual([
      "warn mfa_process, session_duration of profile work does nothing for programs: they have askonce look at work-keys -> move them to profile work-keys",
    ]);
  });
});
