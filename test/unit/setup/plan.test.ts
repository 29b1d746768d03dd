import { describe, expect, test } from "vitest";
import { parseSharedFiles, type SharedTexts } from "../../../src/aws-files/read.ts";
import { diffLines } from "../../../src/setup/diff.ts";
import { chooseLauncher, commandLine, mendedLine } from "../../../src/setup/launcher-path.ts";
import { type Choices, planSetup } from "../../../src/setup/plan.ts";
import { callingNameFor, keyHolders, rolesToMend, whyTaken } from "../../../src/setup/situation.ts";

const PROGRAM = "/home/jane/.local/bin/askonce-get";
const ROLE = "role_arn = arn:aws:iam::210987654321:role/admin\n";
const KEYS = "aws_access_key_id = AKIA\naws_secret_access_key = s/cret\n";

const texts = (config: string | undefined, credentials: string | undefined): SharedTexts => ({
  ...{ config, credentials, configPath: "config", credentialsPath: "credentials" },
});
const choose = (more: Partial<Choices>): Choices => ({
  ...{ keys: "work-keys", keysAs: "work-keys", calling: "work", program: PROGRAM, keepsLine: false, roles: new Map() },
  ...more,
});
const profilesOf = (before: SharedTexts, choices: Choices) =>
  Object.fromEntries(parseSharedFiles({ ...before, ...planSetup(before, choices) }).profiles);

describe("the plan", () => {
  test("adds the calling profile with the keys' region, and touches no credentials", () => {
    const before = texts("# mine\n[profile work-keys]\nregion = eu-west-1\n", `[work-keys]\n${KEYS}`);
    expect(planSetup(before, choose({ mfaSerial: "GAHT12345678" }))).toEqual({
      config: `# mine\n[profile work-keys]\nregion = eu-west-1\nmfa_serial = GAHT12345678\n\n[profile work]\nregion = eu-west-1\ncredential_process = ${PROGRAM} work-keys\n`,
      credentials: before.credentials,
    });
  });

  test("writes new keys to the credentials file only", () => {
    const newKeys = { accessKeyId: "AKIA", secretAccessKey: "s/cret" };
    expect(planSetup(texts(undefined, undefined), choose({ newKeys, region: "eu-west-1" }))).toEqual({
      config: `[profile work]\nregion = eu-west-1\ncredential_process = ${PROGRAM} work-keys\n`,
      credentials: `[work-keys]\n${KEYS}`,
    });
    const { "work-keys": keys } = profilesOf(texts(undefined, undefined), choose({ newKeys, region: "cn-north-1" }));
    expect(keys).toMatchObject({ region: "cn-north-1" });
  });

  test("moves keys out of the calling profile, wherever they are, and leaves it the rest", () => {
    const moving = choose({ keys: "default", keysAs: "default-keys", calling: "default" });
    const line = { credential_process: `${PROGRAM} default-keys` };
    const keys = { aws_access_key_id: "AKIA", aws_secret_access_key: "s/cret", region: "eu-west-1" };
    const inCredentials = texts("[default]\nregion = eu-west-1\noutput = json\n", `# k\n[default]\n${KEYS}`);
    expect(profilesOf(inCredentials, moving)).toEqual({
      default: { region: "eu-west-1", output: "json", ...line },
      "default-keys": keys,
    });
    const inConfig = texts(`[default]\n${KEYS}region = eu-west-1\nmfa_serial = arn\ncli_pager =\n`, undefined);
    expect(profilesOf(inConfig, moving)).toEqual({
      default: { region: "eu-west-1", cli_pager: "", ...line },
      "default-keys": { ...keys, mfa_serial: "arn" },
    });
    const program = texts("[default]\ncredential_process = op read\n", undefined);
    expect(profilesOf(program, moving)).toEqual({ default: line, "default-keys": { credential_process: "op read" } });
  });

  test("mends roles as it is told", () => {
    const admin = `[profile admin]\n${ROLE}source_profile = default\nmfa_serial = arn\nduration_seconds = 43200\nregion = r\n`;
    const before = texts(`[default]\n\n${admin}`, `[default]\n${KEYS}`);
    const mend = (choice: "plain" | "direct" | "keep") => {
      const moving = { keys: "default", keysAs: "default-keys", calling: "default" };
      return profilesOf(before, choose({ ...moving, roles: new Map([["admin", choice]]) }));
    };
    const role = { role_arn: "arn:aws:iam::210987654321:role/admin", region: "r" };
    const asked = { mfa_serial: "arn", duration_seconds: "43200" };
    expect(mend("plain").admin).toEqual({ ...role, source_profile: "default" });
    expect(mend("keep").admin).toEqual({ ...role, ...asked, source_profile: "default-keys" });
    expect(mend("direct")).toMatchObject({ admin: { region: "r", credential_process: `${PROGRAM} admin-role` } });
    expect(mend("direct")["admin-role"]).toEqual({
      ...{ ...role, ...asked, source_profile: "default-keys", mfa_mode: "direct" },
    });
  });

  test("changes nothing the second time", () => {
    const before = texts("[profile work]\ncredential_process = x/askonce-get work-keys\n", `[work-keys]\n${KEYS}`);
    expect(planSetup(before, choose({ keepsLine: true }))).toEqual({
      ...{ config: before.config, credentials: before.credentials },
    });
  });
});

test("keys are found where they are long-term ones", () => {
  const config = `[profile op]\ncredential_process = op read\n[profile us]\ncredential_process = /b/askonce-get a\n[profile r]\n${ROLE}`;
  const credentials = `[a]\n${KEYS}\n[t]\n${KEYS}aws_session_token = t\n[half]\naws_access_key_id = AKIA\n`;
  expect(keyHolders(parseSharedFiles(texts(config, credentials)))).toEqual([
    { profile: "op", accessKeyId: undefined },
    { profile: "a", accessKeyId: "AKIA" },
  ]);
});

test("names are proposed, and taken where a profile gets credentials otherwise", () => {
  expect(["work-keys", "work", "default", "-keys"].map(callingNameFor)).toEqual(["work", "work", "default", "-keys"]);
  const config = `[profile sso]\nsso_session = s\n[profile plain]\nregion = r\n[profile ours]\ncredential_process = askonce get k\n[profile k]\n`;
  const files = parseSharedFiles(texts(config, undefined));
  expect(["sso", "plain", "ours", "k", "new"].map((name) => whyTaken(name, "k", files))).toEqual([
    ...["sso has sso_session of its own", undefined, undefined, undefined, undefined],
  ]);
  expect(whyTaken("ours", "other", files)).toBe("ours calls askonce for other keys");
});

test("roles are offered that ask for a code, or for over an hour", () => {
  const config = `[profile a]\n${ROLE}source_profile = k\nmfa_serial = x\n[profile b]\n${ROLE}source_profile = k\nduration_seconds = 7200\n[profile c]\n${ROLE}source_profile = k\n[profile d]\n${ROLE}source_profile = other\nmfa_serial = x\n`;
  expect(rolesToMend(parseSharedFiles(texts(config, undefined)), ["k"])).toEqual([
    { name: "a", hasMfaSerial: true, longSeconds: undefined },
    { name: "b", hasMfaSerial: false, longSeconds: 7200 },
  ]);
});

test.each([
  [
    ["/h/.nvm/versions/node/v22.1.0/bin/askonce-get", "/usr/local/bin/askonce-get"],
    "/usr/local/bin/askonce-get",
    false,
  ],
  [["/h/.local/bin/askonce-get", "/usr/bin/askonce-get"], "/h/.local/bin/askonce-get", false],
  [["/a b/askonce-get", "/usr/bin/askonce-get"], "/usr/bin/askonce-get", false],
  [["/h/.nvm/versions/node/v22.1.0/bin/askonce-get"], "/h/.local/bin/askonce-get", true],
  [["/opt/node-v22.1.0-linux-x64/bin/askonce-get"], "/h/.local/bin/askonce-get", true],
  [["/h/.volta/bin/askonce-get"], "/h/.volta/bin/askonce-get", false],
])("of the launchers %j it is %s", (there, program, isPassing) => {
  expect(chooseLauncher(there, "/h/.local/bin/askonce-get")).toMatchObject({ program, isPassing });
});

test.each([
  ["/gone/askonce-get work-keys --force", "/new/askonce-get work-keys --force"],
  ['"/go ne/askonce" get "a b"', '/new/askonce-get "a b"'],
  ["askonce get work-keys", undefined],
  ["/gone/node /x/askonce.cjs get k", undefined],
])("a line %j whose program is gone becomes %j", (line, mended) => {
  expect(mendedLine(line, "/new/askonce-get")).toBe(mended);
});

test("the line quotes what has blanks, and nothing else", () => {
  expect(commandLine("/usr/bin/askonce-get", "work-keys")).toBe("/usr/bin/askonce-get work-keys");
  expect(commandLine("/a b/askonce-get", "c d")).toBe('"/a b/askonce-get" "c d"');
  expect(commandLine("askonce get", "k")).toBe("askonce get k");
});

test("the diff shows no secret and drives no terminal", () => {
  const lines = diffLines(
    "f",
    "[a]\nAWS_SECRET_ACCESS_KEY: old\n",
    "[a]\n aws_secret_access_key = n3w\nx = \x1b[2J\n",
    false,
  );
  for (const hidden of ["old", "n3w", "\x1b"]) expect(lines.join("\n")).not.toContain(hidden);
  expect(lines).toEqual(expect.arrayContaining(["+ aws_secret_access_key = ********", "+x = [2J"]));
});

test("the diff does not tell that a file's last line has an end now", () => {
  expect(diffLines("f", "[a]\nx = 1", "[a]\nx = 1\ny = 2\n", false).slice(3)).toEqual([" [a]", " x = 1", "+y = 2"]);
});
