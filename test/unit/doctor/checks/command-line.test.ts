import { describe, expect, test } from "vitest";
import { checkCommandLine } from "../../../../src/doctor/checks/command-line.ts";
import type { CallingProfile, Facts, ProgramFacts } from "../../../../src/doctor/facts.ts";
import { AskonceError } from "../../../../src/runtime/errors.ts";
import { CONFIG, callerOf, factsOf, LAUNCHER, said, states, subjectOf } from "../../support/doctor-facts.ts";

describe("the command line", () => {
  const judge = (caller: Partial<CallingProfile>, program: Partial<ProgramFacts> = {}, more: Partial<Facts> = {}) => {
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

  test.each<[string, Partial<CallingProfile>, RegExp]>([
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
