import { existsSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { type Answer, answerOf } from "../support/askonce.ts";
import { aws, home, withFreshHomes } from "../support/fresh-homes.ts";

withFreshHomes(() => {
  home.showCode();
});

const calls = (): [number, number] => [aws.count("GetSessionToken"), aws.count("AssumeRole")];
const get = async (...args: string[]): Promise<Answer> => answerOf(await home.run(["get", ...args]));
const hoursLeft = (answer: Answer): number => (Date.parse(answer.Expiration) - Date.now()) / 3_600_000;

/** work-keys with a phone that needs nobody, and more profiles. */
function configure(more: string, workKeys = ""): void {
  home.configure(`${home.phoneLines()}\n${workKeys}`, more);
}

describe("a chain of roles", () => {
  it("has one session below it and one code, and each role of it is kept", async () => {
    const { reader, deploy } = aws.fixture.roles;
    configure(`[profile reader]\nrole_arn = ${reader}\nsource_profile = work
[profile deploy]\nrole_arn = ${deploy}\nsource_profile = reader`);
    const first = await get("deploy");
    expect(calls()).toEqual([1, 2]);
    expect(await get("deploy")).toEqual(first);
    await get("reader");
    await get("work");
    expect(calls()).toEqual([1, 2]);
    expect(home.prompts).toBe(1);
  });

  it("that goes in a circle, or through a profile that is missing, asks nobody", async () => {
    configure(`[profile a]\nrole_arn = ${aws.fixture.roles.reader}\nsource_profile = b
[profile b]\nrole_arn = ${aws.fixture.roles.deploy}\nsource_profile = a
[profile c]\nsource_profile = gone`);
    for (const [name, line] of [
      ["a", /^askonce: the profiles go in a circle: a -> b -> a; .*\n$/],
      ["c", /^askonce: there is no profile gone, which c refers to; .*\n$/],
    ] as const) {
      const { status, stdout, stderr } = await home.run(["get", name]);
      expect([status, stdout, stderr]).toEqual([3, "", expect.stringMatching(line)]);
    }
    expect([home.prompts, calls()]).toEqual([0, [0, 0]]);
  });
});

describe("a role's settings", () => {
  it("reach STS as they are written", async () => {
    configure(`[profile tagged]
role_arn = ${aws.fixture.roles.admin}
source_profile = work
session_tags = team=web,cost center=a=b
transitive_session_tags = team
source_identity = jane.doe
policy_arns = arn:aws:iam::aws:policy/ReadOnlyAccess
role_session_name = morning`);
    await get("tagged");
    expect(aws.calls("AssumeRole")[0]?.params).toMatchObject({
      RoleSessionName: "morning",
      SourceIdentity: "jane.doe",
      "Tags.member.1.Key": "team",
      "Tags.member.1.Value": "web",
      "Tags.member.2.Key": "cost center",
      "Tags.member.2.Value": "a=b",
      "TransitiveTagKeys.member.1": "team",
      "PolicyArns.member.1.arn": "arn:aws:iam::aws:policy/ReadOnlyAccess",
    });
  });

  it("make another session of it when they change", async () => {
    const role = `[profile tagged]\nrole_arn = ${aws.fixture.roles.admin}\nsource_profile = work\n`;
    configure(role);
    await get("tagged");
    configure(`${role}session_tags = team=web`);
    await get("tagged");
    configure(role);
    await get("tagged");
    expect(calls()).toEqual([1, 2]);
  });

  it("name the session after the user, whose name is asked for once", async () => {
    configure(`[profile reader]\nrole_arn = ${aws.fixture.roles.reader}\nsource_profile = work`);
    await get("admin");
    await get("reader");
    expect(aws.calls("AssumeRole").map(({ params }) => params.RoleSessionName)).toEqual(["jane", "jane"]);
    expect(aws.count("GetCallerIdentity")).toBe(1);
  });
});

it("a role that is refused hints at the age of the sign-in", async () => {
  configure(`[profile closed]\nrole_arn = ${aws.fixture.roles.partner}\nsource_profile = work`);
  const { status, stderr } = await home.run(["get", "closed"]);
  expect(status).toBe(5);
  expect(stderr).toMatch(/^askonce: AWS refused role \S+ \(AccessDenied\); .*aws:MultiFactorAuthAge.*\n$/);
});

describe("a duration that AWS will cut", () => {
  it("is said by login and by the log, and costs nothing", async () => {
    configure(`[profile long]\nrole_arn = ${aws.fixture.roles.admin}\nsource_profile = work\nduration_seconds = 12h`);
    const { status, stdout } = await home.run(["login", "long", "--log", "log"]);
    expect(status).toBe(0);
    expect(stdout).toMatch(
      /^✓ role admin for long until .*\n {2}long is good for 1 h, not 12 h: AWS gives no more .*\n$/,
    );
    expect(home.read("log")).toContain("AWS caps a role taken from a session");
    expect(hoursLeft(await get("long"))).toBeCloseTo(1, 1);
  });

  it("is not said of one that AWS gives", async () => {
    configure(`[profile short]\nrole_arn = ${aws.fixture.roles.admin}\nsource_profile = work\nduration_seconds = 1h`);
    expect((await home.run(["login", "short"])).stdout).toMatch(/^✓ role admin for short until .*\n$/);
  });
});

describe("mfa_mode = direct", () => {
  const direct = (name: string, more = ""): string =>
    `[profile ${name}]\nrole_arn = ${aws.fixture.roles.admin}\nsource_profile = work\nmfa_mode = direct\n${more}\n`;

  it("takes a role for longer than an hour with one code of its own, and keeps it for its own life", async () => {
    configure(direct("long", "duration_seconds = 12h"));
    const first = await get("long");
    expect(hoursLeft(first)).toBeCloseTo(12, 1);
    expect(first.AccountId).toBe(aws.fixture.roleAccount);
    expect(aws.calls("AssumeRole")[0]?.params).toMatchObject({ DurationSeconds: "43200", RoleSessionName: "jane" });
    expect(await get("long")).toEqual(first);
    expect([calls(), home.prompts]).toEqual([[0, 1], 1]);
  });

  it("shares neither the session nor another length", async () => {
    configure(`${direct("long", "duration_seconds = 2h")}${direct("longer", "duration_seconds = 3h")}`);
    await get("long");
    home.showCode();
    await get("longer");
    home.showCode();
    await get("work");
    expect([calls(), home.prompts]).toEqual([[1, 2], 3]);
    await get("admin");
    expect([calls(), home.prompts]).toEqual([[1, 3], 3]);
  });

  it("is one refresh for twenty processes", async () => {
    configure(direct("long", "duration_seconds = 2h"));
    const answers = await Promise.all(Array.from({ length: 20 }, () => get("long")));
    expect(new Set(answers.map((answer) => answer.AccessKeyId)).size).toBe(1);
    expect([calls(), home.prompts]).toEqual([[0, 1], 1]);
  });

  it("asks again after a wrong code, and says on the terminal which role it is for", async () => {
    home.configure(home.serialLine, direct("long", "duration_seconds = 2h"));
    const pty = await home.shell();
    pty.type("askonce get long >out; echo status $?\r");
    await pty.waitFor("? Code");
    expect(pty.screen()).toContain("askonce · role admin for long");
    expect(pty.screen()).toContain("answers for 2 h");
    pty.type("000000\r");
    await pty.waitFor("AWS rejected that code");
    pty.type(`${aws.freshCode()}\r`);
    await pty.waitFor("status 0");
    expect(pty.screen()).toMatch(/✓ role admin for long until (\w+ )?\d\d:\d\d/);
    expect(calls()).toEqual([0, 2]);
  });

  it("that asks for more than the role gives says so, and asks for one code only", async () => {
    configure(direct("long", "duration_seconds = 12h").replace(aws.fixture.roles.admin, aws.fixture.roles.reader));
    const outcomes = await Promise.all(Array.from({ length: 4 }, () => home.run(["get", "long"])));
    for (const { status, stderr } of outcomes) {
      expect(status).toBe(5);
      expect(stderr).toMatch(/^askonce: AWS gives role \S+reader for less time than duration_seconds asks for; .*\n$/);
    }
    expect(home.prompts).toBe(1);
  });

  it("is forgotten with the session it is counted with, and by its own name", async () => {
    configure(direct("long", "duration_seconds = 2h"));
    await get("long");
    expect((await home.run(["logout", "work"])).stdout).toBe("forgot 1 role session taken with it\n");
    home.showCode();
    await get("long");
    expect((await home.run(["logout", "long"])).stdout).toMatch(/^forgot /);
    home.showCode();
    await get("long");
    expect(calls()).toEqual([0, 3]);
  });

  it("has roles above it that are cut to an hour", async () => {
    const { reader, deploy } = aws.fixture.roles;
    configure(`[profile reader]\nrole_arn = ${reader}\nsource_profile = work\nmfa_mode = direct
[profile deploy]\nrole_arn = ${deploy}\nsource_profile = reader\nduration_seconds = 12h`);
    expect(hoursLeft(await get("deploy"))).toBeCloseTo(1, 1);
    expect([calls(), home.prompts]).toEqual([[0, 2], 1]);
  });
});

describe("min_remaining", () => {
  it("makes a new session where less remains, once for all, and is content with what is made since", async () => {
    aws.settings.sessionLifetimeSeconds = 1500;
    configure("", "session_duration = 1h");
    await get("work");
    aws.settings.sessionLifetimeSeconds = undefined;
    await get("work", "--min-remaining", "20m");
    expect(calls()).toEqual([1, 0]);
    home.showCode();
    const [content, ...wanting] = await Promise.all([
      get("work"),
      ...Array.from({ length: 8 }, () => get("work", "--min-remaining", "30m")),
    ]);
    expect(calls()).toEqual([2, 0]);
    expect(new Set(wanting.map((answer) => answer.AccessKeyId)).size).toBe(1);
    expect(content).toBeDefined();
  });

  it("of a profile holds for every caller", async () => {
    aws.settings.sessionLifetimeSeconds = 1500;
    configure("", "session_duration = 1h");
    await get("work");
    aws.settings.sessionLifetimeSeconds = undefined;
    configure("", "session_duration = 1h\nmin_remaining = 28m");
    home.showCode();
    await get("work");
    expect(calls()).toEqual([2, 0]);
  });

  it("that nobody can meet is status 4 with the reason, while others are served what there is", async () => {
    aws.settings.sessionLifetimeSeconds = 1500;
    configure("", "session_duration = 1h");
    const first = await get("work");
    aws.settings.sessionLifetimeSeconds = undefined;
    home.configure(`${home.serialLine}\nsession_duration = 1h`);
    const { status, stdout, stderr } = await home.run(["get", "work", "--min-remaining", "30m"]);
    expect([status, stdout]).toEqual([4, ""]);
    expect(stderr).toMatch(
      /^askonce: nobody to ask .*: the cached one has 2[45] min left and 30 min are asked for; .*\n$/,
    );
    expect(await get("work")).toEqual(first);
  });

  it("is about what is printed: a role is renewed without a code", async () => {
    configure("");
    await get("admin");
    aws.settings.sessionLifetimeSeconds = 1200;
    await get("admin", "--force");
    aws.settings.sessionLifetimeSeconds = undefined;
    await get("admin", "--min-remaining", "30m");
    expect([calls(), home.prompts]).toEqual([[1, 3], 1]);
  });

  it("of the profile with the keys is about its session, not about a role above it", async () => {
    configure("", "min_remaining = 4h");
    await get("work");
    await get("admin");
    expect(calls()).toEqual([1, 1]);
  });

  it("over half of what is asked for is status 2, and asks nobody", async () => {
    configure("", "session_duration = 1h");
    const { status, stderr } = await home.run(["get", "work", "--min-remaining", "31m"]);
    expect([status, home.prompts]).toEqual([2, 0]);
    expect(stderr).toMatch(/^askonce: min_remaining of 31 min is over half of the 1 h that work is asked for; .*\n$/);
  });
});

describe("--force", () => {
  it("makes a new session; a role is taken anew with the session that is there", async () => {
    configure("");
    const first = await get("work");
    home.showCode();
    const second = await get("work", "--force");
    expect(second.AccessKeyId).not.toBe(first.AccessKeyId);
    expect(await get("work")).toEqual(second);
    const role = await get("admin");
    expect((await get("admin", "--force")).AccessKeyId).not.toBe(role.AccessKeyId);
    expect([calls(), home.prompts]).toEqual([[2, 2], 2]);
  });

  it("of ten at once is one refresh", async () => {
    configure("");
    await get("work");
    home.showCode();
    const answers = await Promise.all(Array.from({ length: 10 }, () => get("work", "--force")));
    expect([calls(), new Set(answers.map((answer) => answer.AccessKeyId)).size]).toEqual([[2, 0], 1]);
  });

  it("with nobody to ask is status 4, and the session stays", async () => {
    configure("");
    const first = await get("work");
    home.configure(home.serialLine);
    const { status, stderr } = await home.run(["get", "work", "--force"]);
    expect(status).toBe(4);
    expect(stderr).toContain("a new one is asked for");
    expect(await get("work")).toEqual(first);
  });
});

describe("include_profile", () => {
  it("lends device and mfa_process, seen by no SDK", async () => {
    home.configure("include_profile = mfa", `[profile mfa]\n${home.phoneLines()}`);
    await get("work");
    await get("admin");
    expect([calls(), aws.count("ListMFADevices")]).toEqual([[1, 1], 0]);
    expect(existsSync(home.cache)).toBe(true);
  });
});
