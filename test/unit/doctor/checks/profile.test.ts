import { describe, expect, test } from "vitest";
import { checkCommandLine } from "../../../../src/doctor/checks/command-line.ts";
import { checkKeys } from "../../../../src/doctor/checks/keys.ts";
import { checkPrompt } from "../../../../src/doctor/checks/prompt.ts";
import { checkWay } from "../../../../src/doctor/checks/resolves.ts";
import { checkSettings } from "../../../../src/doctor/checks/settings.ts";
import { checkShadowing } from "../../../../src/doctor/checks/shadowing.ts";
import type { Caller, Facts, ProgramFacts, PromptFacts } from "../../../../src/doctor/facts.ts";
import { AskonceError } from "../../../../src/runtime/errors.ts";
import {
  CONFIG,
  CREDENTIALS,
  callerOf,
  factsOf,
  LAUNCHER,
  type Profiles,
  said,
  states,
  subjectOf,
} from "../../support/doctor-facts.ts";
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

describe("the way to the keys", () => {
  test("that is in order is not worth a word, nor is what is said of keys", () => {
    const facts = factsOf();
    expect(checkWay(facts, subjectOf(facts))).toEqual([]);
    const empty = factsOf({}, CONFIG, {});
    expect(checkWay(empty, subjectOf(empty))).toEqual([]);
    expect(states(checkKeys(empty, subjectOf(empty)))).toEqual(["fail"]);
  });

  test("that goes in a circle, or to a setting that is none, is a failure in the words of every command", () => {
    const facts = factsOf({}, { a: { source_profile: "b" }, b: { source_profile: "a" } }, {});
    expect(said(checkWay(facts, subjectOf(facts, {}, "a")))[0]).toMatch(/^fail .*circle: a -> b -> a/);
    expect(checkKeys(facts, subjectOf(facts, {}, "a"))).toEqual([]);
  });

  test("that a caller's line, or a variable, spoils is told with that", () => {
    const facts = factsOf({}, { work: { credential_process: "askonce get work-keys --x" } });
    const complaint = new AskonceError("usage", "unknown option '--x'", "see help");
    const of = (changes: Partial<Caller>, what = complaint) =>
      said(checkWay(facts, subjectOf(facts, { complaint: what, callers: [callerOf(changes)] }, "work")));
    expect(of({ complaint })).toEqual([]);
    expect(of({})).toEqual(["fail unknown option '--x' -> see help"]);
    const text = "there is no profile work-kyes, which work refers to";
    const meant = { word: "work-kyes", among: [] };
    const missing = new AskonceError("configuration", text, undefined, "no-such-profile", { meant });
    expect(of({ name: "work-kyes" }, missing)).toEqual([]);
    expect(of({ name: "work-keys" }, missing)).toHaveLength(1);
    const env = { ASKONCE_PROMPT: "tmx" };
    const unknown = new AskonceError("configuration", "no way", "use another", "unknown-prompt");
    expect(checkWay({ ...facts, env }, subjectOf(facts, { complaint: unknown }, "work"))).toEqual([]);
    expect(checkWay(facts, subjectOf(facts, { complaint: unknown }, "work"))).toHaveLength(1);
  });

  test("of a profile that is not there: the nearest", () => {
    const facts = factsOf();
    const of = (near: string | undefined) =>
      said(checkWay(facts, subjectOf(facts, { missing: { near } }, "work-kyes")));
    expect(of("work-keys")).toEqual([
      "fail there is no profile work-kyes; did you mean work-keys? -> askonce doctor work-keys",
    ]);
    expect(of(undefined)).toEqual(["fail there is no profile work-kyes -> aws configure list-profiles"]);
    const empty = factsOf({ verbs: new Set(["setup"]) }, {}, {});
    expect(said(checkWay(empty, subjectOf(empty, { missing: { near: undefined } }, "work")))).toEqual([
      "fail there is no profile work -> askonce setup",
    ]);
    const named = factsOf({ asked: undefined, env: { AWS_PROFILE: "wrk" } });
    expect(said(checkWay(named, subjectOf(named, { missing: { near: "work" } }, "wrk")))).toEqual([
      "fail AWS_PROFILE is wrk, and there is no such profile; did you mean work? -> export AWS_PROFILE=work",
    ]);
  });
});

describe("what stands beside credential_process", () => {
  const judge = (
    work: Record<string, string>,
    credentials: Profiles = CREDENTIALS,
    more: Partial<Facts> = {},
    other: Profiles = {},
  ) => {
    const facts = factsOf(more, { ...CONFIG, work: { ...CONFIG.work, ...work }, ...other }, credentials);
    return checkShadowing(facts, subjectOf(facts));
  };

  test("nothing", () => {
    expect(said(judge({}))).toEqual(["ok nothing in [work] stands above askonce"]);
    expect(said(judge({ output: "json" }))).toEqual(["ok nothing in [work] stands above askonce"]);
  });

  test("keys in the credentials file: most clients never call askonce; they can go where they belong", () => {
    const found = judge({}, { work: KEYS });
    expect(said(found)).toEqual([
      "fail [work] in ~/.aws/credentials has keys: the CLI, Go, JavaScript and Ruby use them without MFA and never call askonce -> askonce doctor --fix moves them to [work-keys], with a backup",
    ]);
    expect(found[0]?.fix).toEqual({
      kind: "move-keys",
      from: "work",
      to: "work-keys",
      path: "/home/jane/.aws/credentials",
      isThere: false,
    });
  });

  test("the same keys as in the other profile are one too many", () => {
    const found = judge({}, { work: KEYS, "work-keys": KEYS });
    expect(said(found)[0]).toMatch(/askonce doctor --fix takes them out: \[work-keys\] has them too$/);
    expect(found[0]?.fix).toMatchObject({ isThere: true });
  });

  test.each<[string, Profiles]>([
    ["other keys", { work: KEYS, "work-keys": { ...KEYS, aws_access_key_id: "AKIAOTHER" } }],
    ["keys of a session", { work: { ...KEYS, aws_session_token: "t" } }],
  ])("%s are left to a person", (_, credentials) => {
    const [found] = judge({}, credentials);
    expect(found).toMatchObject({
      state: "fail",
      cure: expect.stringMatching(/^take aws_access_key_id and .* out of \[work\]/),
    });
    expect(found?.fix).toBeUndefined();
  });

  test("keys in the config file: the CLI calls askonce, others do not", () => {
    const [found] = judge(KEYS);
    expect(said([found as never])[0]).toMatch(
      /^fail \[profile work\] in ~\/\.aws\/config has keys: Go, JavaScript and Ruby use them/,
    );
    expect(found?.fix).toBeUndefined();
  });

  // As botocore, Go v2, JavaScript v3 and Ruby were seen to take each of them.
  const role = { role_arn: "arn:aws:iam::123456789012:role/x" };
  test.each<[Record<string, string>, string, string]>([
    [role, "role_arn", "the CLI and Ruby refuse the profile, JavaScript leaves the role out"],
    [
      { ...role, source_profile: "other" },
      "role_arn and source_profile",
      "the CLI and JavaScript take the role with the keys of other and never call askonce, Go and Terraform refuse the profile",
    ],
    [
      { ...role, credential_source: "Environment" },
      "role_arn and credential_source",
      "the CLI takes the role with other keys, Go and Terraform refuse the profile",
    ],
    [
      { ...role, web_identity_token_file: "/token", external_id: "x" },
      "role_arn and web_identity_token_file",
      "the CLI, JavaScript and Ruby take that identity, Go and Terraform refuse the profile",
    ],
    [{ source_profile: "other" }, "source_profile", "Go, Terraform and Ruby refuse the profile"],
    [{ credential_source: "Environment" }, "credential_source", "Go, Terraform and Ruby refuse the profile"],
    [{ web_identity_token_file: "/t" }, "web_identity_token_file", "the CLI, Go and Terraform refuse the profile"],
    [{ sso_session: "corp" }, "SSO settings", "the CLI, Go, Java and .NET sign in by SSO and never call askonce"],
    [
      { sso_start_url: "https://x", sso_region: "eu-west-1" },
      "SSO settings",
      "the CLI, Go, Java and .NET sign in by SSO and never call askonce",
    ],
    [{ sso_region: "eu-west-1" }, "sso_region", "Go and Terraform refuse the profile"],
    [{ login_session: "arn" }, "login_session", "the CLI signs in by `aws login` and never calls askonce"],
  ])("%j is another way to keys", (keys, what, who) => {
    const found = judge(keys, CREDENTIALS, {}, { other: KEYS });
    const cure = keys.role_arn
      ? "give the role a profile of its own, with source_profile = work"
      : `take ${what} out of it`;
    expect(said(found)).toEqual([`fail [profile work] has ${what} beside credential_process: ${who} -> ${cure}`]);
  });

  test.each([
    ["mfa_serial", "move mfa_serial to profile work-keys"],
    ["services", "AWS_ENDPOINT_URL in place of services"],
    ["endpoint_url", "AWS_ENDPOINT_URL in place of endpoint_url"],
    ["aws_session_token", "take aws_session_token out"],
    ["external_id", "take external_id out"],
    ["role_session_name", "take role_session_name out"],
  ])("%s makes a profile that .NET refuses", (key, cure) => {
    expect(said(judge({ [key]: "x" }))).toEqual([
      `warn [profile work] has ${key} beside credential_process: .NET and PowerShell refuse such a profile -> ${cure}`,
    ]);
  });

  test("half of a pair of keys has Go refuse the profile, and the CLI too where it finds the id first", () => {
    const half = { aws_access_key_id: "AKIAX" };
    expect(said(judge(half))).toEqual([
      "fail [profile work] in ~/.aws/config has aws_access_key_id without aws_secret_access_key: Go and Terraform refuse the profile -> take aws_access_key_id out of [profile work] in ~/.aws/config",
    ]);
    expect(said(judge({}, { ...CREDENTIALS, work: half }))[0]).toMatch(
      /^fail \[work\] in .*: the CLI, Go and Terraform refuse the profile/,
    );
    expect(said(judge({}, { ...CREDENTIALS, work: { aws_secret_access_key: "s" } }))[0]).toMatch(
      /without aws_access_key_id: Go and Terraform refuse the profile/,
    );
  });

  test("the default profile is called by its own header", () => {
    const profiles = { "work-keys": {}, default: { credential_process: "x", mfa_serial: "x" } };
    const facts = factsOf({}, profiles);
    const found = checkShadowing(facts, subjectOf(facts, { callers: [callerOf({ profile: "default" })] }));
    expect(found[0]?.text).toMatch(/^\[default\] has mfa_serial/);
  });

  describe("a role above", () => {
    const admin = { role_arn: "arn:aws:iam::123456789012:role/admin", source_profile: "work" };
    const next = { ...admin, source_profile: "admin" };

    test("that is plain is fine", () => {
      expect(states(judge({}, CREDENTIALS, {}, { admin: { ...admin, duration_seconds: "3600" }, next }))).toEqual([
        "ok",
      ]);
    });

    test("with mfa_serial has the SDKs ask for a code that AWS refuses, on each floor", () => {
      const found = judge(
        {},
        CREDENTIALS,
        {},
        { next: { ...next, mfa_serial: "x" }, admin: { ...admin, mfa_serial: "x" } },
      );
      expect(said(found)).toEqual([
        expect.stringMatching(/^fail \[profile admin\] takes its role above work and has mfa_serial/),
        expect.stringMatching(/^fail \[profile next\] takes its role above admin and has mfa_serial/),
      ]);
    });

    test("for more than an hour is refused by AWS", () => {
      const long = { admin: { ...admin, duration_seconds: "43200" } };
      expect(said(judge({}, CREDENTIALS, {}, long))).toEqual([
        "fail [profile admin] takes its role above work for 12 h: AWS refuses more than 1 h with a session -> take duration_seconds out of [profile admin]",
      ]);
      expect(judge({}, CREDENTIALS, { verbs: new Set(["setup"]) }, long)[0]?.cure).toMatch(/; or askonce setup/);
    });

    test("that calls askonce itself, or is above somebody else, is another matter", () => {
      const own = { ...admin, mfa_serial: "x", credential_process: "/opt/other" };
      const others = { ...admin, mfa_serial: "x", source_profile: "work-keys" };
      expect(states(judge({}, CREDENTIALS, {}, { own, others }))).toEqual(["ok"]);
    });
  });

  test("keys of [default] are what programs use that are told nothing", () => {
    const both = { ...CREDENTIALS, default: KEYS };
    expect(said(judge({}, both))[0]).toMatch(/^warn \[default\] has keys/);
    expect(states(judge({}, both, { env: { AWS_PROFILE: "work" } }))).toEqual(["ok"]);
  });
});

describe("the command line", () => {
  const judge = (caller: Partial<Caller>, program: Partial<ProgramFacts> = {}, more: Partial<Facts> = {}) => {
    const facts = factsOf(more, { ...CONFIG, work: { credential_process: caller.command ?? "" } });
    return checkCommandLine(
      { ...facts, program: { ...facts.program, ...program } },
      subjectOf(facts, { callers: [callerOf(caller)] }),
    );
  };

  test("by a whole path is sound, and the launcher is faster", () => {
    expect(said(judge({}))).toEqual([`ok [work] runs ${LAUNCHER} work-keys`]);
    expect(said(judge({ command: "/usr/bin/askonce get work-keys" }))).toEqual([
      "ok [work] runs /usr/bin/askonce get work-keys (askonce-get NAME answers faster)",
    ]);
  });

  test.each([
    ["~/bin/askonce-get work-keys", "~"],
    ["$HOME/bin/askonce-get work-keys", "a variable"],
    ["FOO=1 askonce-get work-keys", "a variable before the command"],
    ["askonce-get work-keys | cat", "a pipe, a list or a redirection"],
    ["askonce-get work-keys # mine", "a comment"],
  ])("%s needs a shell, which the CLI does not give it", (command, what) => {
    const [found] = judge({ command, needsShell: true });
    expect(found).toMatchObject({
      state: "fail",
      text: `credential_process of work has ${what}: the CLI runs it without a shell`,
      cure: expect.stringMatching(/^credential_process = \/opt\/askonce\/askonce-get /),
    });
    expect(found?.fix).toBeUndefined();
  });

  test("on PATH is another one for programs started from the desktop; --fix knows the whole path", () => {
    const [found] = judge({
      command: "askonce get work-keys --prompt tmux",
      path: "/home/jane/bin/askonce",
      isOnBarePath: false,
    });
    expect(found).toMatchObject({
      state: "warn",
      text: "credential_process of work looks for askonce on your PATH, which programs started from the desktop do not have",
      fix: { kind: "command", now: `${LAUNCHER} work-keys --prompt tmux`, was: "askonce get work-keys --prompt tmux" },
    });
    expect(judge({ command: "askonce-get work-keys", isOnBarePath: true })[0]?.text).toMatch(
      /on PATH, which others may set/,
    );
    expect(judge({ command: "askonce-get work-keys", path: undefined })[0]).toMatchObject({
      state: "fail",
      text: "credential_process of work runs askonce-get, which is not on PATH",
    });
  });

  test.each<[string, Partial<Caller>, RegExp]>([
    ["is not there", { path: undefined }, /^fail .*which is not there/],
    ["is not executable", { isExecutable: false }, /^fail .*not executable -> chmod \+x/],
    [
      "depends on where one stands",
      { command: "bin/askonce-get work-keys", path: "/x/bin/askonce-get" },
      /^fail .*another one in each directory/,
    ],
    [
      "is of one version of Node",
      { command: "/home/jane/.nvm/versions/node/v22.1.0/bin/askonce-get work-keys" },
      /^warn .*one version of Node/,
    ],
    ["has a backslash", { command: "/opt/my\\ tools/askonce-get work-keys" }, /^fail .*backslash/],
    [
      "has single quotes",
      { command: "'/opt/askonce/askonce-get' work-keys", path: LAUNCHER, words: [LAUNCHER, "work-keys"] },
      /^warn .*single quotes/,
    ],
    ["goes through npx", { command: "npx askonce get work-keys" }, /^warn .*npx.* -> npm install --global askonce/],
    [
      "has a quote that does not end",
      { command: `${LAUNCHER} "work-keys` },
      /^fail .*a quote that does not end: no client runs it -> credential_process = /,
    ],
    [
      "is not there, from here",
      { command: "./askonce-get work-keys", path: undefined },
      /^fail .*\.\/askonce-get, which is another one in each directory/,
    ],
    [
      "is refused",
      { complaint: new AskonceError("usage", "unknown option '--x'", "see help") },
      /^fail credential_process of work: unknown option '--x' -> see help/,
    ],
    [
      "asks for nobody",
      { name: "work-kyes" },
      /^fail .*asks for work-kyes, and there is no such profile; did you mean work-keys\? -> have it ask for work-keys/,
    ],
  ])("that %s", (_, caller, text) => {
    expect(said(judge(caller))).toEqual([expect.stringMatching(text)]);
  });

  test.each(["/opt/askonce-get 'a \"b'", '/opt/askonce-get "it\'s"', '/opt/askonce-get "a\\"b"'])(
    "whose quotes end: %s",
    (command) => {
      expect(said(judge({ command }))[0]).not.toMatch(/does not end/);
    },
  );

  test("that needs node where there is none on the desktop's PATH, unless the launcher remembers one", () => {
    const bare = { isNodeOnBarePath: false };
    expect(states(judge({ command: "/usr/lib/askonce get work-keys", needsNodeOnPath: true }, bare))).toEqual(["warn"]);
    expect(states(judge({}, bare))).toEqual(["warn"]);
    expect(states(judge({}, { ...bare, remembered: { node: "/n", isThere: true } }))).toEqual(["ok"]);
    expect(states(judge({ command: "/usr/lib/askonce get work-keys", needsNodeOnPath: true }))).toEqual(["ok"]);
  });

  test("that nobody has: no program asks", () => {
    const facts = factsOf();
    expect(said(checkCommandLine(facts, subjectOf(facts, { callers: [] })))).toEqual([
      `warn no profile calls askonce for work-keys: no program asks for its session -> a [profile …] with credential_process = ${LAUNCHER} work-keys`,
    ]);
  });
});

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

describe("the prompt", () => {
  const judge = (prompt: Partial<PromptFacts>, keys: Record<string, string> = {}) => {
    const facts = factsOf({}, { ...CONFIG, "work-keys": keys });
    const known = {
      terminal: "none",
      terminalName: undefined,
      driver: undefined,
      program: undefined,
      ...prompt,
    } as const;
    return said(checkPrompt(facts, subjectOf(facts, { prompt: known })));
  };

  test.each<[Partial<PromptFacts>, Record<string, string>, string]>([
    [{ terminal: "ours", driver: "tmux" }, {}, "ok here: this terminal · elsewhere: a tmux popup"],
    [{ terminal: "ours" }, {}, "ok here: this terminal · elsewhere: only after askonce login work-keys"],
    [{ driver: "zenity" }, {}, "ok here: a window (zenity) · elsewhere: a window (zenity)"],
    [
      { terminal: "background" },
      {},
      "warn there is neither a terminal here nor a window to ask in -> askonce login work-keys in a terminal, then try again",
    ],
    [
      { terminal: "ours" },
      { mfa_prompt: "none" },
      "warn nobody is asked (mfa_prompt or ASKONCE_PROMPT is none) -> askonce login work-keys, each time a session ends",
    ],
    [
      { terminal: "ours" },
      { mfa_prompt: "zenity" },
      "warn zenity is to ask, and cannot here -> mfa_prompt = auto asks by what there is; or askonce login work-keys",
    ],
    [
      { program: { name: "ykman", isThere: true } },
      { mfa_process: "/usr/bin/ykman oath secretname" },
      "ok codes come from mfa_process (ykman): nobody is asked",
    ],
    [
      { program: { name: "ykman", isThere: false } },
      { mfa_process: "/usr/bin/ykman oath secretname" },
      "fail mfa_process runs ykman, which is not there -> give it the whole path of a program",
    ],
  ])("%j, %j", (prompt, keys, text) => {
    expect(judge(prompt, keys)).toEqual([text]);
  });
});
