import { mkdirSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, onTestFinished, test } from "vitest";
import { readSharedFiles } from "../../../src/aws-files/read.ts";
import { asOtherUser } from "../support/as-other-user.ts";
import { failureOfPromise } from "../support/failures.ts";
import { isRoot, temporaryDirectory } from "../support/temporary.ts";

/** The environment that points to two files with these texts; a missing text is a missing file. */
function files(config: string | undefined, credentials?: string): Record<string, string> {
  const directory = temporaryDirectory();
  const paths = {
    AWS_CONFIG_FILE: join(directory, "config"),
    AWS_SHARED_CREDENTIALS_FILE: join(directory, "credentials"),
  };
  if (config !== undefined) writeFileSync(paths.AWS_CONFIG_FILE, config);
  if (credentials !== undefined) writeFileSync(paths.AWS_SHARED_CREDENTIALS_FILE, credentials);
  return paths;
}

async function profilesOf(config: string | undefined, credentials?: string) {
  return (await readSharedFiles(files(config, credentials))).profiles;
}

function atHome(): string {
  const home = temporaryDirectory();
  const before = process.env.HOME;
  process.env.HOME = home;
  onTestFinished(() => {
    process.env.HOME = before;
  });
  return home;
}

describe("profiles", () => {
  test("come from both files", async () => {
    const profiles = await profilesOf(
      "[profile a]\nregion = r\n[default]\nregion = d\n",
      "[b]\naws_access_key_id = B\n",
    );
    expect(Object.fromEntries(profiles)).toEqual({
      a: { region: "r" },
      default: { region: "d" },
      b: { aws_access_key_id: "B" },
    });
  });

  test("of one name are one, the credentials file standing above", async () => {
    const profiles = await profilesOf("[profile a]\nregion = r\nmfa_serial = old\n", "[a]\nmfa_serial = new\n");
    expect(profiles.get("a")).toEqual({ region: "r", mfa_serial: "new" });
  });

  test("without the word profile do not count in the config file", async () => {
    expect((await profilesOf("[a]\nregion = r\n")).has("a")).toBe(false);
  });

  test("keep settings of a nested section apart from their own", async () => {
    const profile = (await profilesOf("[profile a]\ns3 =\n  region = nested\nregion = own\n")).get("a");
    expect(profile?.region).toBe("own");
  });

  test("are read with Windows line ends, a byte order mark and comments", async () => {
    const profiles = await profilesOf("\ufeff[profile a]\r\nregion = r ; why\r\n# mfa_serial = x\r\n");
    expect(profiles.get("a")).toEqual({ region: "r" });
  });

  test.each(["a.b", "a-b_c", "me@example.com", "constructor", "toString", "n".repeat(300)])(
    "may be called %s",
    async (name) => {
      const profiles = await profilesOf(`[profile ${name}]\nregion = r\n`, `[${name}]\naws_access_key_id = A\n`);
      expect(profiles.get(name)).toEqual({ region: "r", aws_access_key_id: "A" });
    },
  );

  test("are none that nobody wrote", async () => {
    const profiles = await profilesOf("[profile a]\nregion = r\n");
    for (const name of ["__proto__", "constructor", "toString", "", "../config"])
      expect(profiles.has(name)).toBe(false);
  });

  test("are not lost because of the name of another", async () => {
    const profiles = await profilesOf("[profile good]\nregion = r\n[profile __proto__]\nregion = x\n");
    expect([...profiles.keys()]).toEqual(["good", "__proto__"]);
  });

  test("leave nothing on the prototype of all objects", async () => {
    await profilesOf("[profile a]\n__proto__ = x\nconstructor = y\n", "[a]\n__proto__ =\n  polluted = yes\n");
    expect(({} as Record<string, unknown>).polluted).toBeUndefined();
  });
});

test("services come from the config file", async () => {
  const section = "[services local]\nsts =\n  endpoint_url = http://localhost:4566\n";
  const { services } = await readSharedFiles(files(section, section.replace("local", "other")));
  expect([...services.keys()]).toEqual(["local"]);
  expect(services.get("local")?.get("sts")).toEqual({ endpoint_url: "http://localhost:4566" });
});

describe("a file", () => {
  test("that is missing is empty", async () => {
    expect((await profilesOf(undefined)).size).toBe(0);
  });

  test("below something that is no directory is missing", async () => {
    const env = files("");
    env.AWS_SHARED_CREDENTIALS_FILE = join(env.AWS_CONFIG_FILE ?? "", "credentials");
    expect((await readSharedFiles(env)).profiles.size).toBe(0);
  });

  test("that is empty holds no profile", async () => {
    expect((await profilesOf("", "\n# nothing\n")).size).toBe(0);
  });

  test.each([
    ["\0\0\0[[[]]]=\n=\n]", 1],
    ["[a]\nregion = r\n[a]\nregion = r\n", 3],
    ["[a]\r\n\r\n# M\u00fcnchen\r\n]\r\n", 4],
  ])("that the AWS CLI cannot parse is refused with the line: %j", async (text, line) => {
    for (const [env, path] of [
      [files(text), "AWS_CONFIG_FILE"],
      [files("", text), "AWS_SHARED_CREDENTIALS_FILE"],
    ] as const) {
      const failure = await failureOfPromise(readSharedFiles(env));
      expect([failure.code, failure.message]).toEqual([
        "configuration",
        expect.stringContaining(`${env[path]}, line ${line}: `),
      ]);
    }
  });

  test("that is not UTF-8 is refused with the line", async () => {
    const env = files("");
    writeFileSync(env.AWS_CONFIG_FILE ?? "", Buffer.from("[default]\n# M\xfcnchen\nregion = r\n", "latin1"));
    const failure = await failureOfPromise(readSharedFiles(env));
    expect([failure.code, failure.message]).toEqual([
      "configuration",
      `${env.AWS_CONFIG_FILE}, line 2: this is not UTF-8`,
    ]);
  });

  test("may be a link to one in another directory, and is missing where the link leads nowhere", async () => {
    const elsewhere = join(temporaryDirectory(), "config");
    writeFileSync(elsewhere, "[profile a]\nregion = r\n");
    const env = files(undefined);
    symlinkSync(elsewhere, env.AWS_CONFIG_FILE ?? "");
    symlinkSync("/nowhere", env.AWS_SHARED_CREDENTIALS_FILE ?? "");
    expect([...(await readSharedFiles(env)).profiles.keys()]).toEqual(["a"]);
  });

  test("is read anew each time", async () => {
    const env = files("[profile a]\nregion = r\n");
    await readSharedFiles(env);
    writeFileSync(env.AWS_CONFIG_FILE ?? "", "[profile b]\nregion = r\n");
    expect([...(await readSharedFiles(env)).profiles.keys()]).toEqual(["b"]);
  });

  test("that is a directory is refused, for it cannot be read", async () => {
    const env = files(undefined);
    mkdirSync(env.AWS_CONFIG_FILE ?? "");
    expect((await failureOfPromise(readSharedFiles(env))).code).toBe("configuration");
  });

  test.runIf(isRoot)("that may not be read is refused, not taken for empty", () => {
    const path = join(temporaryDirectory(), "config");
    writeFileSync(path, "[profile a]\nregion = r\n", { mode: 0o600 });
    const told = asOtherUser(
      `import { readSharedFiles } from "./src/aws-files/read.ts";
       readSharedFiles({ AWS_CONFIG_FILE: process.argv[2], AWS_SHARED_CREDENTIALS_FILE: "/nowhere" })
         .then((files) => report({ value: files.profiles.size }), (error) => report({ failure: error.code, message: error.line }));`,
      path,
    );
    expect(told.failure).toBe("configuration");
    expect(told.message).toContain(path);
  });
});

describe("where the files are", () => {
  test("is .aws in the home directory", async () => {
    const home = atHome();
    mkdirSync(join(home, ".aws"));
    writeFileSync(join(home, ".aws/config"), "[profile a]\nregion = r\n");
    const { profiles, configPath, credentialsPath } = await readSharedFiles({});
    expect([...profiles.keys()]).toEqual(["a"]);
    expect([configPath, credentialsPath]).toEqual([join(home, ".aws/config"), join(home, ".aws/credentials")]);
  });

  test("may begin with the home directory's sign", async () => {
    const home = atHome();
    writeFileSync(join(home, "my"), "[profile a]\nregion = r\n");
    const { profiles, configPath } = await readSharedFiles({
      AWS_CONFIG_FILE: "~/my",
      AWS_SHARED_CREDENTIALS_FILE: "/nowhere",
    });
    expect(configPath).toBe(join(home, "my"));
    expect(profiles.has("a")).toBe(true);
  });

  test.each([
    ["$PLACE/config", "/srv/config"],
    ["$" + "{PLACE}x/$PLACE", "/srvx/srv"],
    ["$MISSING/$", join(process.cwd(), "$MISSING/$")],
  ])("may name variables: %s", async (given, path) => {
    const env = { PLACE: "/srv", AWS_CONFIG_FILE: given, AWS_SHARED_CREDENTIALS_FILE: given };
    const { configPath, credentialsPath } = await readSharedFiles(env);
    expect([configPath, credentialsPath]).toEqual([path, path]);
  });

  test.each(["", undefined])("is the default when a variable is %j", async (value) => {
    const home = atHome();
    expect((await readSharedFiles({ AWS_CONFIG_FILE: value })).configPath).toBe(join(home, ".aws/config"));
  });
});
