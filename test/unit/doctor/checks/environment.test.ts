import { describe, expect, test } from "vitest";
import { checkEnvironment } from "../../../../src/doctor/checks/environment.ts";
import type { Facts } from "../../../../src/doctor/facts.ts";
import { callerOf, factsOf, said, states, subjectOf } from "../../support/doctor-facts.ts";

describe("the environment", () => {
  const judge = (env: Facts["env"], more: Partial<Facts> = {}) => checkEnvironment(factsOf({ env, ...more }));

  test("that is empty says nothing stands above the profiles", () => {
    expect(said(judge({ AWS_SDK_LOAD_CONFIG: "1" }))).toEqual(["ok nothing here stands above the profiles"]);
    expect(said(judge({}))[0]).toContain("AWS_SDK_LOAD_CONFIG=1");
  });

  test("with keys has programs use them: a failure for long-term ones, a warning for a session's", () => {
    const keys = { AWS_ACCESS_KEY_ID: "AKIAEXAMPLEWXYZ", AWS_SECRET_ACCESS_KEY: "SecretSecret" };
    expect(said(judge(keys))).toEqual([
      "fail AWS_ACCESS_KEY_ID (…WXYZ) is set here: programs use it without MFA, not askonce -> unset AWS_ACCESS_KEY_ID AWS_SECRET_ACCESS_KEY AWS_SESSION_TOKEN",
    ]);
    expect(states(judge({ ...keys, AWS_SESSION_TOKEN: "token" }))).toEqual(["warn"]);
    expect(states(judge({ AWS_ROLE_ARN: "arn", AWS_WEB_IDENTITY_TOKEN_FILE: "/token" }))).toEqual(["warn"]);
    expect(states(judge({ AWS_ROLE_ARN: "arn" }))).toEqual(["ok"]);
  });

  test("that names a profile which is not there, or two of them", () => {
    expect(said(judge({ AWS_PROFILE: "wrk" }))).toEqual([
      "fail AWS_PROFILE is wrk, and there is no such profile; did you mean work? -> export AWS_PROFILE=work",
    ]);
    expect(said(judge({ AWS_PROFILE: "something-else" }))).toEqual([
      "fail AWS_PROFILE is something-else, and there is no such profile -> unset AWS_PROFILE",
    ]);
    // Without NAME the profile itself is looked at, and says so.
    expect(states(judge({ AWS_PROFILE: "wrk" }, { asked: undefined }))).toEqual(["ok"]);
    expect(said(judge({ AWS_PROFILE: "work", AWS_DEFAULT_PROFILE: "old" }))[0]).toMatch(
      /^warn AWS_DEFAULT_PROFILE is old/,
    );
  });

  test("that names the profile with the keys has programs go around askonce", () => {
    const facts = factsOf({ env: { AWS_PROFILE: "work-keys" } });
    expect(said(checkEnvironment({ ...facts, subjects: [subjectOf(facts)] }))).toEqual([
      "fail AWS_PROFILE is work-keys, which has the keys themselves: programs use them without MFA -> export AWS_PROFILE=work",
    ]);
    // Without AWS_PROFILE the CLI and Go take the old variable.
    const old = factsOf({ env: { AWS_DEFAULT_PROFILE: "work-keys" } });
    expect(said(checkEnvironment({ ...old, subjects: [subjectOf(old)] }))).toEqual([
      "fail AWS_DEFAULT_PROFILE is work-keys, which has the keys themselves: programs use them without MFA -> export AWS_DEFAULT_PROFILE=work",
    ]);
    const sound = factsOf({ env: { AWS_PROFILE: "work" } });
    expect(states(checkEnvironment({ ...sound, subjects: [subjectOf(sound)] }))).toEqual(["ok"]);
  });

  test.each([
    [
      "ASKONCE_PROMPT",
      "tmx",
      "fail ASKONCE_PROMPT is tmx, and there is no way to ask of that name; did you mean tmux? -> export ASKONCE_PROMPT=tmux",
    ],
    [
      "ASKONCE_DEADLINE",
      "soon",
      'fail ASKONCE_DEADLINE "soon" is not a number of seconds -> export ASKONCE_DEADLINE=55',
    ],
    [
      "ASKONCE_PROMT",
      "none",
      "warn ASKONCE_PROMT is set, and askonce knows no such variable; did you mean ASKONCE_PROMPT? -> unset ASKONCE_PROMT",
    ],
    [
      "ASKONCE_CACHE_DIR",
      "cache",
      "warn ASKONCE_CACHE_DIR is a relative path: it means another one in each directory -> give ASKONCE_CACHE_DIR a whole path",
    ],
    [
      "AWS_CONFIG_FILE",
      "./config",
      "warn AWS_CONFIG_FILE is a relative path: it means another one in each directory -> give AWS_CONFIG_FILE a whole path",
    ],
    [
      "AWS_CONFIG_FILE",
      "~/config",
      "warn AWS_CONFIG_FILE begins with ~ or a variable: the CLI puts it in, Go does not -> give AWS_CONFIG_FILE a whole path",
    ],
    [
      "ASKONCE_LOG",
      "~/log",
      "warn ASKONCE_LOG is a relative path: it means another one in each directory -> give ASKONCE_LOG a whole path",
    ],
    [
      "AWS_ACCESS_KEY_ID",
      "AKIAEXAMPLEWXYZ",
      "fail AWS_ACCESS_KEY_ID (…WXYZ) is set here without AWS_SECRET_ACCESS_KEY: the AWS CLI stops at that -> unset AWS_ACCESS_KEY_ID",
    ],
    [
      "AWS_DEFAULT_PROFILE",
      "wrk",
      "fail AWS_DEFAULT_PROFILE is wrk, and there is no such profile; did you mean work? -> export AWS_DEFAULT_PROFILE=work",
    ],
  ])("%s = %s", (name, value, text) => {
    expect(said(judge({ [name]: value }))).toEqual([text]);
  });

  test.each([
    ["ASKONCE_PROMPT", "terminal"],
    ["ASKONCE_DEADLINE", "30"],
    ["ASKONCE_LOG", "/tmp/log"],
    ["ASKONCE_RESOLVING", "x"],
    ["NODE_OPTIONS", "--max-old-space-size=4096"],
    ["NODE_OPTIONS", "--inspect"],
  ])("%s = %s is no trouble", (name, value) => {
    const facts = factsOf({ env: { [name]: value } });
    expect(states(checkEnvironment({ ...facts, subjects: [subjectOf(facts)] }))).toEqual(["ok"]);
  });

  test("ASKONCE_LOG that cannot be written is told, since askonce itself keeps silent about it", () => {
    const facts = factsOf();
    const of = (why: string | undefined) =>
      said(checkEnvironment({ ...facts, program: { ...facts.program, log: { path: "/gone/log", why } } }));
    expect(of("ENOENT")).toEqual([
      "warn ASKONCE_LOG names /gone/log, which cannot be written (ENOENT): there is no log -> unset ASKONCE_LOG",
    ]);
    expect(of(undefined)[0]).toMatch(/^ok/);
  });

  test("NODE_EXTRA_CA_CERTS has Node complain where its file is gone", () => {
    const facts = factsOf();
    const of = (isThere: boolean) =>
      states(
        checkEnvironment({ ...facts, program: { ...facts.program, extraCertificates: { path: "/ca.pem", isThere } } }),
      );
    expect([of(false), of(true)]).toEqual([["warn"], ["ok"]]);
  });

  test("NODE_OPTIONS matter where Node is started by the line itself", () => {
    const facts = factsOf({ env: { NODE_OPTIONS: "--require ./trace.js" } });
    const callers = [callerOf({ command: "/usr/bin/askonce get work-keys" })];
    expect(states(checkEnvironment({ ...facts, subjects: [subjectOf(facts, { callers })] }))).toEqual(["warn"]);
  });
});
