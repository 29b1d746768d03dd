import { lstatSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { PROGRAM } from "../support/askonce.ts";
import { aws, home, withFreshHomes } from "../support/fresh-homes.ts";
import { allProcesses } from "../support/processes.ts";
import type { PtySession } from "../support/pty.ts";
import { waitUntil } from "../support/waiting.ts";

withFreshHomes();

const path = (file: string): string => join(home.path, file);

/** A user's keys as a section of this name. */
function section(name: string, user: "jane" | "mia" | "fido" | "dan" | "olaf"): string {
  const { accessKeyId, secretAccessKey } = aws.fixture[user];
  return `[${name}]\naws_access_key_id = ${accessKeyId}\naws_secret_access_key = ${secretAccessKey}\n`;
}

/** Bytes, mode and time of everything in ~/.aws. */
function snapshot(): unknown[] {
  return readdirSync(path(".aws"))
    .sort()
    .map((name) => {
      const { mode, mtimeMs, ino } = statSync(path(`.aws/${name}`));
      return [name, readFileSync(path(`.aws/${name}`), "utf8"), mode, mtimeMs, ino];
    });
}

/** Answers the questions in turn: what is waited for, and what is typed then. */
async function answer(pty: PtySession, ...answers: readonly [string, string][]): Promise<void> {
  for (const [question, text] of answers) {
    await pty.waitFor(`? ${question}`, 30_000);
    pty.type(text);
    if (text.endsWith("\r"))
      await waitUntil(
        () => !pty.screen().includes(`? ${question}`),
        () => `an end of ${question}:\n${pty.screen()}`,
      );
  }
}

const serial = (): string => aws.fixture.jane.devices.phone.serial;

describe("a newcomer", () => {
  it("without anything is taken to a session, and the secret is not shown", async () => {
    rmSync(path(".aws"), { recursive: true });
    const { accessKeyId, secretAccessKey } = aws.fixture.jane;
    const pty = home.onPty(["setup"]);
    await answer(pty, ["Access key ID", `${accessKeyId}\r`], ["Secret access key", `${secretAccessKey}\r`]);
    await answer(pty, ["Profile", "\r"], ["Region", "eu-west-1\r"], ["Write this?", "\r"]);
    await answer(pty, ["Code", `${aws.freshCode()}\r`]);
    expect((await pty.exit).code).toBe(0);
    expect(pty.screen()).toMatch(
      /✓ MFA session for work until .*\n\nNow\n {2}aws sts get-caller-identity --profile work\n {2}export AWS_PROFILE=work$/,
    );
    expect(pty.output()).not.toContain(secretAccessKey);
    expect(home.read(".aws/credentials")).toBe(section("work-keys", "jane"));
    expect(home.read(".aws/config")).toBe(
      `[profile work]\nregion = eu-west-1\ncredential_process = ${home.askonce}-get work-keys\n`,
    );
    expect(["", "/config", "/credentials"].map((file) => statSync(path(`.aws${file}`)).mode & 0o777)).toEqual([
      0o700, 0o600, 0o600,
    ]);
    expect(aws.count("ListMFADevices")).toBe(1);
  });

  it("with keys under [default] has them moved, and the roles mended", async () => {
    home.write(".aws/credentials", `# k\n${section("default", "jane")}`);
    const role = `role_arn = ${aws.fixture.roles.admin}\nsource_profile = default\nmfa_serial = ${serial()}\n`;
    home.write(".aws/config", `[default]\nregion = eu-west-1\n\n[profile admin]\n${role}`);
    const pty = home.onPty(["setup", "--no-login"]);
    await answer(pty, ["Profile", "\r"], ["Role", "1\r"]);
    await pty.waitFor("? Write this?");
    expect(pty.screen()).toContain("+[default-keys]");
    pty.type("yes\r");
    expect((await pty.exit).code).toBe(0);
    expect(home.read(".aws/credentials")).toBe(`# k\n${section("default-keys", "jane")}`);
    expect(home.read(".aws/config")).toContain(`${aws.fixture.roles.admin}\nsource_profile = default\n`);
    expect(home.read(".aws/config")).not.toContain("mfa_serial");
  });

  it("who mistypes a key is asked for it once more, and not for the rest", async () => {
    home.write(".aws/credentials", "");
    home.write(".aws/config", "");
    const { accessKeyId, secretAccessKey } = aws.fixture.jane;
    const pty = home.onPty(["setup", "--no-login"]);
    await answer(pty, ["Access key ID", `${accessKeyId}\r`], ["Secret access key", `${"x".repeat(40)}\r`]);
    await answer(pty, ["Profile", "mine\r"], ["Region", "eu-west-1\r"]);
    await pty.waitFor("✗ AWS refused the keys of …JANE (SignatureDoesNotMatch); try again", 30_000);
    await answer(pty, ["Access key ID", `${accessKeyId}\r`], ["Secret access key", `${secretAccessKey}\r`]);
    await answer(pty, ["Write this?", "\r"]);
    expect((await pty.exit).code).toBe(0);
    expect(home.read(".aws/credentials")).toBe(section("mine-keys", "jane"));
    expect(home.read(".aws/config")).toContain("[profile mine]\nregion = eu-west-1\n");
  });

  it("who comes again can add an account beside the first", async () => {
    home.write(".aws/credentials", section("work-keys", "jane"));
    home.write(".aws/config", "");
    await home.run(["setup", "--yes", "--no-login", "--region", "eu-west-1"]);
    const pty = home.onPty(["setup", "--no-login"]);
    await pty.waitFor("1  work-keys (…JANE), used by work");
    const { accessKeyId, secretAccessKey } = aws.fixture.olaf;
    await answer(pty, ["Keys", "2\r"], ["Access key ID", `${accessKeyId}\r`]);
    expect(pty.screen()).not.toContain("No profile has");
    await answer(pty, ["Secret access key", `${secretAccessKey}\r`], ["Profile", "\r"], ["Region", "\r"]);
    await answer(pty, ["Write this?", "\r"]);
    expect((await pty.exit).code).toBe(0);
    expect(home.read(".aws/credentials")).toBe(`${section("work-keys", "jane")}\n${section("work-2-keys", "olaf")}`);
    expect(home.read(".aws/config")).toMatch(
      /^\[profile work\]\n[^[]* work-keys\n\n\[profile work-2\]\n[^[]* work-2-keys\n$/,
    );
  });

  it("who has no code now is told how to go on with what is written", async () => {
    home.write(".aws/config", "");
    const pty = home.onPty(["setup", "--keys", "work-keys", "--region", "eu-west-1"]);
    await answer(pty, ["Profile", "\r"], ["Write this?", "\r"], ["Code", "\x1b"]);
    expect((await pty.exit).code).toBe(4);
    expect(pty.screen()).toMatch(
      /undo +askonce setup --undo\n\nOnce you can sign in\n {2}askonce login work\n {2}aws sts .* work\n {2}export AWS_PROFILE=work\n\naskonce: /,
    );
    expect(home.read(".aws/config")).toContain("credential_process");
  });
});

describe("devices", () => {
  it("are chosen from where there are several, and the choice is written", async () => {
    home.write(".aws/config", "");
    const pty = home.onPty(["setup", "--keys", "mia", "--region", "eu-west-1", "--no-login"]);
    await answer(pty, ["Profile", "m\r"], ["Device", "mia-tablet\r"], ["Write this?", "y\r"]);
    expect((await pty.exit).code).toBe(0);
    expect(home.read(".aws/config")).toContain(
      `[profile mia]\nmfa_serial = ${aws.fixture.mia.devices.tablet.serial}\n`,
    );
  });

  it("are asked for by ARN where they may not be listed", async () => {
    home.write(".aws/config", "");
    const pty = home.onPty(["setup", "--keys", "dan", "--profile", "d", "--region", "eu-west-1", "--no-login"]);
    await pty.waitFor("? ARN", 30_000);
    pty.type("nonsense\r");
    await pty.waitFor("✗ it looks like arn:aws:iam::123456789012:mfa/NAME");
    const { serial: dans } = aws.fixture.dan.devices.phone;
    await answer(pty, ["ARN", `${dans}\r`], ["Write this?", "\r"]);
    expect((await pty.exit).code).toBe(0);
    expect(home.read(".aws/config")).toContain(`mfa_serial = ${dans}`);
  });

  it.each(["olaf", "fido"])("are to be enrolled first where none makes codes: %s", async (user) => {
    home.write(".aws/config", "");
    const { status, stdout } = await home.run(["setup", "--yes", "--keys", user, "--profile", "p"]);
    expect(status).toBe(0);
    expect(stdout).toContain(`  askonce mfa enroll ${user}\n  askonce login p\n`);
  });
});

describe("a question that is not answered leaves every file as it was", () => {
  const toRegion: [string, string][] = [
    ["Keys", "1\r"],
    ["Profile", "new\r"],
    ["Role", "1\r"],
    ["Region", "\r"],
    ["Write this?", ""],
  ];
  const ends = [
    ["ctrl-c", "\x03"],
    ["ctrl-d", "\x04"],
    ["escape", "\x1b"],
    ["closed terminal", undefined],
  ] as const;
  const endBy = (pty: PtySession, typed: string | undefined): void =>
    typed === undefined ? pty.hangUp() : pty.type(typed);
  /** Its status and signal; undefined where the terminal is gone, as is then whoever would see them. */
  const ended = async (pty: PtySession, typed: string | undefined): Promise<number[] | undefined> => {
    if (typed !== undefined) return pty.exit.then(({ code, signal }) => [code, signal]);
    await waitUntil(
      () => !allProcesses().some(({ pid }) => pid === pty.pid),
      () => "an end of setup",
    );
    return undefined;
  };
  const cases = toRegion.flatMap(([question], index) =>
    ends.map(([key, typed]) => [question, key, typed, index] as const),
  );

  it.each(cases)("at %s by %s", async (question, key, typed, index) => {
    const role = `role_arn = ${aws.fixture.roles.admin}\nsource_profile = work-keys\nmfa_serial = ${serial()}\n`;
    home.write(".aws/config", `[profile admin]\n${role}`);
    const before = snapshot();
    const pty = home.onPty(["setup"]);
    await answer(pty, ...toRegion.slice(0, index));
    await pty.waitFor(`? ${question}`, 30_000);
    endBy(pty, typed);
    const end = await ended(pty, typed);
    if (key === "ctrl-c") expect(end).not.toEqual([0, 0]);
    else if (end !== undefined) {
      expect(end).toEqual([4, 0]);
      expect(pty.screen()).toContain("askonce: setup was cancelled; nothing was changed");
    }
    expect(snapshot()).toEqual(before);
  });

  const others: [string, string[], [string, string][]][] = [
    ["Access key ID", ["setup"], []],
    ["Secret access key", ["setup"], [["Access key ID", "AKIAFAKEJANEJANEJANE\r"]]],
    ["Device", ["setup", "--keys", "mia", "--profile", "m", "--region", "eu-west-1"], []],
    ["ARN", ["setup", "--keys", "dan", "--profile", "d", "--region", "eu-west-1"], []],
  ];
  it.each(others.flatMap(([question, ...one]) => ends.map(([key, typed]) => [question, key, typed, ...one] as const)))(
    "at %s by %s",
    async (question, _, typed, words, answers) => {
      home.write(".aws/config", "# none\n");
      if (words.length === 1) home.write(".aws/credentials", "");
      const before = snapshot();
      const pty = home.onPty(words);
      await answer(pty, ...answers);
      await pty.waitFor(`? ${question}`, 30_000);
      endBy(pty, typed);
      expect(await ended(pty, typed)).not.toEqual([0, 0]);
      expect(snapshot()).toEqual(before);
    },
  );

  it("nor does a no", async () => {
    home.write(".aws/config", "");
    const before = snapshot();
    const pty = home.onPty(["setup", "--keys", "work-keys", "--profile", "work", "--region", "eu-west-1"]);
    await answer(pty, ["Write this?", "n\r"]);
    expect((await pty.exit).code).toBe(0);
    expect(pty.screen()).toContain("nothing was changed");
    expect(snapshot()).toEqual(before);
  });
});

describe("unattended", () => {
  it.each<[string[], string]>([
    [["setup"], "--yes takes what it can decide by itself"],
    [["setup", "--yes"], "say it with --keys NAME"],
    [["setup", "--yes", "--keys", "mia", "--profile", "m"], "say it with --mfa-serial ARN"],
    [["setup", "--yes", "--keys", "dan", "--profile", "d"], "say it with --mfa-serial ARN"],
    [["setup", "--yes", "--keys", "work-keys", "--profile", "mia"], "mia has aws_access_key_id of its own"],
    [["setup", "--yes", "--keys", "nobody"], "there is no profile nobody"],
    [["setup", "--yes", "--access-key-id", "AKIAFAKEJANEJANEJANE"], "say it with --secret-key -"],
    [["setup", "--yes", "--secret-key", "s3cret"], "--secret-key takes only -"],
  ])("%j ends with status 2", async (words, line) => {
    home.write(".aws/config", "");
    const before = snapshot();
    const { status, stderr } = await home.run(words);
    expect([status, stderr.split("\n").length]).toEqual([2, 2]);
    expect(stderr).toContain(line);
    expect(snapshot()).toEqual(before);
  });

  it("takes new keys from standard input, signs nothing, and has nothing to do the second time", async () => {
    rmSync(path(".aws"), { recursive: true });
    const { accessKeyId, secretAccessKey } = aws.fixture.jane;
    const words = ["setup", "--yes", "--access-key-id", accessKeyId, "--secret-key", "-", "--no-login"];
    const { status, stdout } = await home.run(words, { input: `${secretAccessKey}\n` });
    expect([status, stdout.includes(secretAccessKey)]).toEqual([0, false]);
    expect(home.read(".aws/credentials")).toBe(section("work-keys", "jane"));
    // For the launcher, should a program without a PATH of use be the first to call.
    expect(home.read(".cache/askonce/ready/.node")).toBe(`${process.execPath}\n${PROGRAM}\n`);
    const before = snapshot();
    const again = await home.run(["setup", "--yes"]);
    expect([again.status, again.stdout]).toEqual([
      0,
      expect.stringContaining("nothing to change: work calls askonce for work-keys already"),
    ]);
    expect(snapshot()).toEqual(before);
  });

  it("takes the same keys twice for the same, and lets those stay that have another secret", async () => {
    const { accessKeyId, secretAccessKey } = aws.fixture.jane;
    home.write(".aws/config", "");
    home.write(".aws/credentials", section("work-keys", "jane"));
    const words = ["setup", "--yes", "--no-login", "--access-key-id", accessKeyId, "--secret-key", "-"];
    expect((await home.run(words, { input: secretAccessKey })).status).toBe(0);
    const before = snapshot();
    const again = await home.run(words, { input: secretAccessKey });
    expect([again.status, again.stdout]).toEqual([0, expect.stringContaining("nothing to change: work calls askonce")]);
    const other = await home.run(words, { input: "y".repeat(40) });
    expect([other.status, other.stderr]).toEqual([
      2,
      expect.stringContaining("work-keys (…JANE) is there with another secret"),
    ]);
    expect(snapshot()).toEqual(before);
  });

  it("takes no name that does not survive a command line", async () => {
    home.write(".aws/credentials", section("o'brien", "jane"));
    home.write(".aws/config", "");
    const before = snapshot();
    const { status, stderr } = await home.run(["setup", "--yes"]);
    expect([status, stderr]).toEqual([
      3,
      expect.stringMatching(/name o'brien cannot stand .*; give the profile another/),
    ]);
    expect(snapshot()).toEqual(before);
  });

  it("mends a line whose program is gone, and keeps its flags", async () => {
    const gone = `${home.path}/.nvm/versions/node/v18.0.0/bin/askonce get work-keys --session-duration 8h`;
    home.write(".aws/config", `[profile work]\nregion = eu-west-1\ncredential_process = ${gone}\n`);
    expect((await home.run(["setup", "--yes", "--keys", "work-keys", "--no-login"])).status).toBe(0);
    expect(home.read(".aws/config")).toBe(
      `[profile work]\nregion = eu-west-1\ncredential_process = ${home.askonce}-get work-keys --session-duration 8h\n`,
    );
  });

  it.each<[string, string, Record<string, string>]>([
    ["us-east-1", "", {}],
    ["eu-north-1", "[default]\nregion = eu-north-1\n", {}],
    ["ap-south-1", "[default]\nregion = eu-north-1\n", { AWS_DEFAULT_REGION: "ap-south-1" }],
    ["cn-northwest-1", "[profile work-keys]\nmfa_serial = arn:aws-cn:iam::123456789012:mfa/x\n", {}],
  ])("has the profile work in %s where nobody names a region", async (region, config, env) => {
    home.write(".aws/config", config);
    const words = ["setup", "--yes", "--keys", "work-keys", "--no-login"];
    expect((await home.run(words, { env })).status).toBe(0);
    expect(home.read(".aws/config")).toContain(`[profile work]\nregion = ${region}\n`);
  });

  it("names refused keys as their user does", async () => {
    home.write(".aws/config", "");
    home.write(".aws/credentials", section("prod", "jane").replace(/key = .*/, `key = ${"x".repeat(40)}`));
    const { status, stderr } = await home.run(["setup", "--yes"]);
    expect([status, stderr]).toEqual([5, expect.stringContaining("refused the keys of prod (")]);
  });

  it("undoes one change after the other, and says where what was undone is", async () => {
    home.write(".aws/config", "");
    for (const name of ["a", "b"])
      await home.run(["setup", "--yes", "--keys", "work-keys", "--profile", name, "--no-login"]);
    const first = await home.run(["setup", "--undo"]);
    expect(first.stdout).toMatch(/^✓ as before ~\/.aws\/config\n {2}backup {4}~\/.*\.bak\n {2}more .*--undo/);
    expect(home.read(".aws/config")).toMatch(/^\[profile a\]\n[^[]*$/);
    expect((await home.run(["setup", "--undo"])).stdout).not.toContain("more");
    expect(home.read(".aws/config")).toBe("");
    expect((await home.run(["setup", "--undo"])).status).toBe(3);
  });

  it("follows a link, and undoes it all, unless somebody has changed something since", async () => {
    mkdirSync(path("dotfiles"));
    rmSync(path(".aws/config"));
    home.write("dotfiles/aws", "# mine\r\n", 0o644);
    symlinkSync("../dotfiles/aws", path(".aws/config"));
    const words = ["setup", "--yes", "--keys", "work-keys", "--no-login"];
    expect((await home.run(words)).status).toBe(0);
    const written = home.read("dotfiles/aws");
    expect(written).toMatch(/^# mine\r\n\r\n\[profile work\]\r\n/);
    home.write("dotfiles/aws", `${written}# more\r\n`, 0o644);
    const refused = await home.run(["setup", "--undo"]);
    expect([refused.status, refused.stderr]).toEqual([3, expect.stringContaining("was changed since")]);
    home.write("dotfiles/aws", written, 0o644);
    expect((await home.run(["setup", "--undo"])).status).toBe(0);
    expect([home.read("dotfiles/aws"), lstatSync(path(".aws/config")).isSymbolicLink()]).toEqual(["# mine\r\n", true]);
  });
});
