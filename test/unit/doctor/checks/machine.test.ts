import { describe, expect, test } from "vitest";
import { checkCache } from "../../../../src/doctor/checks/cache.ts";
import { checkEnvironment } from "../../../../src/doctor/checks/environment.ts";
import { checkProfiles } from "../../../../src/doctor/checks/profiles.ts";
import { checkProgram } from "../../../../src/doctor/checks/program.ts";
import { checkSharedFiles } from "../../../../src/doctor/checks/shared-files.ts";
import type { CacheFacts, Facts, FileFacts, ProgramFacts } from "../../../../src/doctor/facts.ts";
import { AskonceError } from "../../../../src/runtime/errors.ts";
import {
  CONFIG,
  CREDENTIALS,
  callerOf,
  factsOf,
  fileFacts,
  said,
  states,
  subjectOf,
} from "../../support/doctor-facts.ts";

describe("the shared files", () => {
  const judge = (credentials: Partial<FileFacts> = {}, config: Partial<FileFacts> = {}, more: Partial<Facts> = {}) => {
    const facts = factsOf(more);
    return checkSharedFiles({
      ...facts,
      files: {
        ...facts.files,
        config: fileFacts("config", CONFIG, config),
        credentials: fileFacts("credentials", CREDENTIALS, credentials),
      },
    });
  };

  test("that are read and private are fine, with where links lead", () => {
    expect(said(judge({ link: "/home/jane/dots/credentials" }))).toEqual([
      "ok ~/.aws/config, ~/.aws/credentials (a link to ~/dots/credentials) read; modes fine",
    ]);
    expect(said(judge({}, {}, { uid: undefined }))).toEqual(["ok ~/.aws/config, ~/.aws/credentials read"]);
  });

  test.each([
    [0o640, "warn others on this machine may read ~/.aws/credentials (mode 640) -> chmod 600 ~/.aws/credentials"],
    [0o604, "warn others on this machine may read ~/.aws/credentials (mode 604) -> chmod 600 ~/.aws/credentials"],
    [
      0o666,
      "fail everybody on this machine may write to ~/.aws/credentials (mode 666) -> chmod 600 ~/.aws/credentials",
    ],
  ])("others may not read keys: mode %o", (mode, text) => {
    const found = judge({ mode });
    expect(said(found)).toEqual([text]);
    expect(found[0]?.fix).toEqual({ kind: "mode", path: "/home/jane/.aws/credentials", mode: 0o600 });
  });

  test("a config file may be read by all, and written by the owner's group", () => {
    expect(states(judge({}, { mode: 0o664 }))).toEqual(["ok"]);
    const found = judge({}, { mode: 0o666 });
    expect(states(found)).toEqual(["fail"]);
    expect(found[0]?.fix).toMatchObject({ mode: 0o644 });
  });

  test("of another user are not ours to change; root's are as good as ours", () => {
    expect(said(judge({ owner: 1001, mode: 0o644 }))[0]).toMatch(/^warn .*belongs to another user/);
    expect(judge({ owner: 1001, mode: 0o644 })[0]?.fix).toBeUndefined();
    expect(judge({ owner: 0, mode: 0o644 })[0]?.fix).toBeUndefined();
    expect(judge({ owner: 0, mode: 0o644 })[0]?.cure).toBe(
      "sudo chown 1000 ~/.aws/credentials, then chmod 600 ~/.aws/credentials",
    );
    expect(states(judge({ owner: 0 }))).toEqual(["ok"]);
  });

  test("what a link leads to is what is mended", () => {
    expect(judge({ mode: 0o644, link: "/srv/keys" })[0]?.fix).toMatchObject({ path: "/srv/keys" });
  });

  test("one that cannot be read says so as every command does", () => {
    const facts = factsOf();
    const complaint = new AskonceError("configuration", "~/.aws/config, line 3: no name = value", "mend the line");
    const found = checkSharedFiles({ ...facts, files: { ...facts.files, shared: undefined, complaint } });
    expect(said(found)).toEqual(["fail ~/.aws/config, line 3: no name = value -> mend the line"]);
  });

  test("one that cannot be read since it was written with sudo", () => {
    const { files, ...facts } = factsOf();
    const path = "/home/jane/.aws/credentials";
    const cause = Object.assign(new Error("denied"), { code: "EACCES", path });
    const text = `cannot read ${path} (EACCES)`;
    const complaint = new AskonceError("configuration", text, "check what it is", "unreadable-file", { cause });
    const of = (owner: number) =>
      checkSharedFiles({
        ...facts,
        files: { ...files, shared: undefined, complaint, credentials: fileFacts("credentials", {}, { path, owner }) },
      })[0]?.cure;
    expect([of(0), of(1000)]).toEqual(["sudo chown 1000 ~/.aws/credentials", "check what it is"]);
  });

  test("in a directory that everybody may write to are everybody's", () => {
    const open = { path: "/home/jane/.aws", mode: 0o777, owner: 1000 };
    const found = judge({ directory: open }, { directory: open });
    expect(said(found)).toEqual([
      "fail everybody on this machine may replace what is in ~/.aws (mode 777) -> chmod 755 ~/.aws",
    ]);
    expect(found[0]?.fix).toEqual({ kind: "mode", path: "/home/jane/.aws", mode: 0o755 });
    const shared = { ...open, mode: 0o1777, owner: 0 };
    expect(states(judge({ directory: shared }, { directory: shared }))).toEqual(["ok"]);
    expect(judge({ directory: { ...open, owner: 0 } })[0]?.fix).toBeUndefined();
  });

  test("that a variable names and that is not there, or neither at all", () => {
    expect(said(judge({}, { isThere: false, setBy: "AWS_CONFIG_FILE", path: "/home/jane/c" }))).toEqual([
      "fail AWS_CONFIG_FILE names ~/c, which is not there -> unset AWS_CONFIG_FILE",
    ]);
    expect(said(judge({ isThere: false }, { isThere: false }))).toEqual([
      "fail neither ~/.aws/config nor ~/.aws/credentials is there -> aws configure",
    ]);
    expect(said(judge({ isThere: false }))).toEqual(["ok ~/.aws/config read; modes fine"]);
  });

  test("a link that leads nowhere is not the same as no file", () => {
    const found = judge({}, { isThere: false, link: "/home/jane/dots/config" });
    expect(said(found)).toEqual([
      "fail ~/.aws/config is a link to ~/dots/config, which is not there -> ls -l ~/.aws/config",
    ]);
    const both = { isThere: false, link: "/gone" };
    expect(states(judge(both, both))).toEqual(["fail", "fail"]);
  });

  test("a byte order mark stops the AWS CLI alone", () => {
    expect(said(judge({}, { hasMark: true }))).toEqual([
      "fail ~/.aws/config begins with a byte order mark: the AWS CLI cannot read it -> save it as UTF-8 without BOM",
    ]);
  });

  test("a section with the header of the other file is read by nobody: a failure where programs are to use it", () => {
    const strays = [
      { header: "work", meant: "profile work", isCall: true },
      { header: "old", meant: "profile old", isCall: false },
    ];
    expect(said(judge({}, { strays }))).toEqual([
      "fail [work] in ~/.aws/config is read by nobody: there it is [profile work] -> write [profile work]",
      "warn [old] in ~/.aws/config is read by nobody: there it is [profile old] -> write [profile old]",
    ]);
  });
});

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

describe("the program", () => {
  const judge = (program: Partial<ProgramFacts>, more: Partial<Facts> = {}) => {
    const facts = factsOf(more);
    return checkProgram({ ...facts, program: { ...facts.program, ...program } });
  };

  test("on a Node that is kept, with its launcher, is fine", () => {
    expect(said(judge({}))).toEqual(["ok askonce 1.2.3 on Node 24.1.0, with its launcher"]);
    expect(states(judge({ launcher: undefined }, { platform: "win32" }))).toEqual(["ok"]);
    expect(states(judge({ nodeVersion: "99.0.0" }))).toEqual(["ok"]);
  });

  test("on a Node whose line has ended, without its launcher, or with one that remembers what is gone", () => {
    expect(said(judge({ nodeVersion: "20.11.0" }))).toEqual([
      "warn Node 20.11.0 gets no security fixes since 2026-04-30 -> install Node 24 or newer",
    ]);
    expect(states(judge({ nodeVersion: "20.11.0" }, { nowMs: Date.UTC(2026, 0, 1) }))).toEqual(["ok"]);
    expect(states(judge({ launcher: undefined }))).toEqual(["warn"]);
    expect(states(judge({ remembered: { node: "/gone", isThere: false } }))).toEqual(["warn"]);
  });
});

describe("the cache", () => {
  const judge = (cache: Partial<CacheFacts>) => {
    const facts = factsOf();
    return checkCache({ ...facts, cache: { ...facts.cache, ...cache } });
  };

  test("that is ours says how many sessions there are, and what was mended", () => {
    expect(said(judge({}))).toEqual(["ok ~/.cache/askonce: 2 sessions"]);
    expect(said(judge({ sessions: 1, mode: 0o755 }))).toEqual([
      "ok ~/.cache/askonce: 1 session; its mode was 755, now 700",
    ]);
    expect(said(judge({ isThere: false, mode: undefined }))).toEqual([
      "ok ~/.cache/askonce will be made with the first session",
    ]);
  });

  test("that cannot be used fails: each call asks again", () => {
    expect(said(judge({ why: "/home/jane/.cache/askonce belongs to another user (0)" }))).toEqual([
      "fail no session is kept, each call asks again: ~/.cache/askonce belongs to another user (0) -> set ASKONCE_CACHE_DIR to a directory of your own",
    ]);
    expect(states(judge({ complaint: new AskonceError("configuration", "is a link", "remove it") }))).toEqual(["fail"]);
    expect(states(judge({ freeBytes: 4096 }))).toEqual(["fail"]);
    expect(said(judge({ closed: "/home/jane/.cache/askonce/locks" }))).toEqual([
      "fail no session is kept, each call asks again: nothing can be written in ~/.cache/askonce/locks -> let yourself write there, or set ASKONCE_CACHE_DIR to a directory of your own",
    ]);
    expect(said(judge({ foreign: "/home/jane/.cache/askonce/sessions/a b.json" }))).toEqual([
      "fail ~/.cache/askonce/sessions/a b.json belongs to another user: calls for its session are refused -> rm '/home/jane/.cache/askonce/sessions/a b.json'",
    ]);
  });

  test("on a network file system, or one whose clock is another's, is a warning", () => {
    expect(said(judge({ network: "NFS" }))[0]).toMatch(/^warn ~\/\.cache\/askonce is on NFS/);
    expect(states(judge({ tellsTime: false }))).toEqual(["warn"]);
    expect(states(judge({ tellsTime: undefined }))).toEqual(["ok"]);
  });

  test("tells whose locks are left, who holds one for long, and who works now", () => {
    const gone = judge({ locks: [{ name: "a", verdict: "dead", pid: 4242, ageMs: 1_000 }] });
    expect(said(gone)).toEqual([
      "warn 1 lock of a process that is gone (4242): the next call takes it away -> askonce doctor --fix does so now",
    ]);
    expect(gone[0]?.fix).toEqual({ kind: "locks", directory: "/home/jane/.cache/askonce/locks" });
    expect(said(judge({ locks: [{ name: "a", verdict: "held", pid: 17, ageMs: 20 * 60_000 }] }))).toEqual([
      "warn process 17 has held a lock for 20 min: others wait for it -> answer its question, or kill 17",
    ]);
    expect(said(judge({ locks: [{ name: "a", verdict: "held", pid: 17, ageMs: 12_000 }] }))).toEqual([
      "ok ~/.cache/askonce: 2 sessions",
      "ok process 17 has been at work for 12 s",
    ]);
    // It has one for each thing it does.
    const two = [12_000, 13_000].map((ageMs) => ({ name: "a", verdict: "held", pid: 17, ageMs }) as const);
    expect(said(judge({ locks: two }))[1]).toBe("ok process 17 has been at work for 13 s");
    expect(judge({ locks: two })).toHaveLength(2);
  });
});

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
