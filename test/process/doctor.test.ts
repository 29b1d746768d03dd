/** `askonce doctor` as a whole: against the fake AWS, on real files, with each failure planted. */
import { execFileSync } from "node:child_process";
import { once } from "node:events";
import { chmodSync, mkdirSync, readdirSync, rmSync, statSync, symlinkSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import type { DoctorReport } from "../../src/doctor/report.ts";
import { answerOf, type Outcome, type RunOptions, typeAnew } from "../support/askonce.ts";
import { Disk, needsDisks } from "../support/disks.ts";
import { aws, home, withFreshHomes } from "../support/fresh-homes.ts";
import { leaks } from "../support/leaks.ts";
import { deadProcess, plant } from "../support/lock-files.ts";
import { startProxy } from "../support/proxies.ts";
import { needs } from "../support/tools.ts";
import { waitUntil } from "../support/waiting.ts";

withFreshHomes(() => {
  aws.settings.clockOffsetSeconds = 0;
  // As an installation has it: a whole path to the launcher.
  home.configure();
});

/** Runs doctor; what it says may hold no secret. */
async function doctor(words: readonly string[] = [], options: RunOptions = {}): Promise<Outcome> {
  const outcome = await home.run(["doctor", ...words], options);
  expect(leaks(outcome.stdout + outcome.stderr, secrets())).toEqual([]);
  return outcome;
}

async function report(words: readonly string[] = [], options: RunOptions = {}): Promise<DoctorReport> {
  const outcome = await doctor([...words, "--json"], options);
  expect([outcome.stderr, outcome.stdout.split("\n").length]).toEqual(["", 2]);
  const parsed = JSON.parse(outcome.stdout) as DoctorReport;
  expect(outcome.status).toBe(parsed.ok ? 0 : 1);
  return parsed;
}

/** `check: state`, of what is not fine. */
function troubles({ findings }: DoctorReport): string[] {
  // Which Node the tests run on, and that they have no terminal, is not what they are about.
  return findings
    .filter(({ state, check }) => state !== "ok" && check !== "program" && check !== "prompt")
    .map(({ check, state }) => `${check}: ${state}`);
}

function textOf({ findings }: DoctorReport, check: string): string {
  return findings
    .filter((finding) => finding.check === check)
    .map(({ text, cure }) => `${text}${cure === null ? "" : ` -> ${cure}`}`)
    .join("\n");
}

function secrets(): Record<string, string> {
  const users = Object.entries(aws.fixture).flatMap(([name, user]) =>
    typeof user === "object" && "secretAccessKey" in user ? [[name, user.secretAccessKey] as const] : [],
  );
  return Object.fromEntries(users);
}

const keysOf = (user: { accessKeyId: string; secretAccessKey: string }): string =>
  `aws_access_key_id = ${user.accessKeyId}\naws_secret_access_key = ${user.secretAccessKey}\n`;

async function signIn(): Promise<void> {
  home.phone();
  home.showCode();
  answerOf(await home.run(["get", "work-keys", "--mfa-process", `${home.path}/bin/phone`]));
}

describe("a home where all is well", () => {
  it("has nothing wrong, and nobody is asked, nothing made", async () => {
    const found = await report();
    expect(troubles(found)).toEqual([]);
    expect(found).toMatchObject({ version: 1, ok: true, profiles: ["work-keys"], fixed: [] });
    expect(aws.count("GetSessionToken") + aws.count("AssumeRole")).toBe(0);
    expect(readdirSync(home.path)).not.toContain(".cache");
  });

  it("is told in lines for people, with the last one for what it comes to", async () => {
    const { stdout, status } = await doctor(["work"]);
    expect(stdout).toContain("✓ keys          work leads to work-keys: …JANE in ~/.aws/credentials\n");
    expect(stdout).toContain("✓ device        jane-phone, an authenticator app (TOTP), enabled 2024-01-15\n");
    expect(stdout).toMatch(/\nNothing is wrong[^\n]*\.\n$/);
    expect(stdout).not.toContain("\u001b");
    expect(status).toBe(0);
  });

  it("has the JSON whose form is stable", async () => {
    const found = await report(["work-keys"]);
    expect(Object.keys(found)).toEqual(["version", "ok", "profiles", "fixed", "findings"]);
    for (const finding of found.findings)
      expect(Object.keys(finding)).toEqual(["check", "state", "title", "text", "cure", "fixable", "profile"]);
    expect(found.findings.map(({ check }) => check)).toEqual([
      ...["files", "environment", "program", "cache", "keys", "shadowing", "command", "settings", "prompt"],
      ...["network", "clock", "identity", "device", "policy", "key-age"],
    ]);
  });

  it("tells the key's age by the session, once there is one", async () => {
    expect(textOf(await report(), "key-age")).toMatch(/sign in/);
    await signIn();
    aws.clearCalls();
    const found = await report();
    expect(textOf(found, "key-age")).toMatch(/^…JANE is \d+ days old/);
    expect(textOf(found, "cache")).toBe("~/.cache/askonce: 1 session");
    expect(aws.count("GetSessionToken")).toBe(0);
  });

  it("asks nobody with --offline", async () => {
    const found = await report(["--offline"]);
    expect(troubles(found)).toEqual([]);
    expect(found.findings.some(({ check }) => check === "network")).toBe(false);
    expect(aws.calls()).toEqual([]);
  });

  it("keeps what belongs to one of several profiles together", async () => {
    home.configure("", `[profile mia-work]\ncredential_process = ${home.askonce} get mia\n`);
    const { stdout } = await doctor();
    expect(stdout).toMatch(/\nmia\n✓ keys .*2 devices.*\nwork-keys\n✓ keys .*jane-phone/s);
    expect((await report()).profiles).toEqual(["mia", "work-keys"]);
  });
});

it("tells of each calling profile once, with the profile it asks for", async () => {
  const role = `role_arn = ${aws.fixture.roles.admin}\nsource_profile = work-keys\n`;
  home.configure(
    "",
    `[profile top]\n${role}[profile boss]\ncredential_process = ${home.askonce} get top\nmfa_serial = x\n`,
  );
  const found = await report(["--offline"]);
  expect(found.profiles).toEqual(["top", "work-keys"]);
  const lines = found.findings.filter(({ check }) => check === "command" || check === "shadowing");
  expect(lines.map(({ profile, text }) => `${profile}: ${text.match(/\[[^\]]*\]/)?.[0]}`)).toEqual([
    "top: [profile boss]",
    "top: [boss]",
    "work-keys: [work]",
    "work-keys: [work]",
  ]);
});

describe("a failure that is planted", () => {
  it.each<[string, () => unknown, readonly string[], string, RegExp]>([
    [
      "a mode",
      () => chmodSync(join(home.path, ".aws/credentials"), 0o644),
      ["files: warn"],
      "files",
      /mode 644.*chmod 600/,
    ],
    [
      "a directory for everybody",
      () => chmodSync(join(home.path, ".aws"), 0o777),
      ["files: fail"],
      "files",
      /may replace what is in ~\/\.aws \(mode 777\) -> chmod 755 ~\/\.aws$/,
    ],
    [
      "a torn file",
      () => void home.write(".aws/config", "[profile work\nx\n"),
      ["files: fail"],
      "files",
      /^~\/\.aws\/config, line 1: /,
    ],
    [
      "Latin-1",
      () => void writeFileSync(join(home.path, ".aws/config"), Buffer.from("[profile x]\n# caf\xe9\n", "latin1")),
      ["files: fail"],
      "files",
      /not UTF-8/,
    ],
    [
      "a misspelt key",
      () => home.configure("mfa_procces = x"),
      ["settings: warn"],
      "settings",
      /did you mean mfa_process\?/,
    ],
    [
      "a device of somebody else",
      () => home.configure("mfa_serial = arn:aws:iam::123456789012:mfa/mia-phone"),
      ["device: fail"],
      "device",
      /no device of this user/,
    ],
    [
      "a security key",
      () => home.configure("mfa_serial = arn:aws:iam::123456789012:u2f/user/fido/key"),
      ["profile: fail"],
      "profile",
      /security key/,
    ],
    [
      "a device of another account",
      () => home.configure("mfa_serial = arn:aws:iam::210987654321:mfa/jane-phone"),
      ["device: fail"],
      "device",
      /account 210987654321, and the keys are of account 123456789012 -> mfa_serial = arn:aws:iam::123456789012:mfa\/jane-phone/,
    ],
    [
      "a profile without a name",
      () => home.configure("", `[profile x]\ncredential_process = ${home.askonce} get work-kyes\n`),
      ["command: fail"],
      "command",
      /did you mean work-keys\?/,
    ],
    [
      "a flag that is not there",
      () => home.configure("", `[profile x]\ncredential_process = ${home.askonce} get work-keys --x\n`),
      ["command: fail"],
      "command",
      /unknown option '--x'/,
    ],
    [
      "a blank in the path",
      () => home.configure("", `[profile x]\ncredential_process = /opt/my tools/askonce-get work-keys\n`),
      ["profile: fail"],
      "profile",
      /has a blank: it runs \/opt\/my -> put the path in "double" quotes/,
    ],
    [
      "a header of the other file",
      () =>
        home.configure(
          "",
          `[other]\ncredential_process = ${home.askonce} get work-keys\n[region]\nx = y\n[plugins]\nregion = x\n`,
        ),
      ["files: fail"],
      "files",
      /^\[other\] in ~\/\.aws\/config is read by nobody: there it is \[profile other\]/,
    ],
    [
      "the config's header among the credentials",
      () => void home.write(".aws/credentials", `[profile work-keys]\n${keysOf(aws.fixture.jane)}`),
      ["files: fail", "keys: fail"],
      "files",
      /^\[profile work-keys\] in ~\/\.aws\/credentials is read by nobody: there it is \[work-keys\]/,
    ],
    [
      "a byte order mark",
      () => void home.write(".aws/config", `\uFEFF${home.read(".aws/config")}`),
      ["files: fail"],
      "files",
      /byte order mark: the AWS CLI/,
    ],
    [
      "a link that leads nowhere",
      () => {
        rmSync(join(home.path, ".aws/config"));
        symlinkSync("/nowhere/config", join(home.path, ".aws/config"));
      },
      ["files: fail"],
      "files",
      /config is a link to \/nowhere\/config, which is not there/,
    ],
    [
      "no file at all",
      () => rmSync(join(home.path, ".aws"), { recursive: true }),
      ["files: fail"],
      "files",
      /^neither .* -> askonce setup$/,
    ],
    [
      "a file where the cache has its directories above it",
      () => {
        home.coolDown();
        writeFileSync(join(home.path, ".cache"), "");
      },
      ["cache: fail"],
      "cache",
      /nothing can be written in ~\/\.cache /,
    ],
    [
      "a circle",
      () => home.configure(`source_profile = work`) ?? void home.write(".aws/credentials", ""),
      ["profile: fail"],
      "profile",
      /circle/,
    ],
    [
      "a link in place of the cache",
      () => {
        home.coolDown();
        mkdirSync(join(home.path, ".cache"));
        symlinkSync("/tmp", home.cache);
      },
      ["cache: fail"],
      "cache",
      /is a link/,
    ],
  ])("%s", async (_, plant, expected, check, text) => {
    plant();
    const found = await report();
    expect(troubles(found)).toEqual(expected);
    expect(textOf(found, check)).toMatch(text);
  });

  it("in the environment", async () => {
    const env = {
      AWS_ACCESS_KEY_ID: aws.fixture.mia.accessKeyId,
      AWS_SECRET_ACCESS_KEY: aws.fixture.mia.secretAccessKey,
    };
    const found = await report([], { env });
    expect(troubles(found)).toEqual(["environment: fail"]);
    expect(textOf(found, "environment")).toContain("…AMIA");
    expect(troubles(await report([], { env: { AWS_PROFILE: "wrk" } }))).toEqual(["profile: fail"]);
    expect(textOf(await report([], { env: { AWS_PROFILE: "wrk" } }), "profile")).toMatch(/did you mean work\?/);
    expect(troubles(await report([], { env: { AWS_CONFIG_FILE: "/nowhere/config" } }))).toContain("files: fail");
  });

  it("in the keys: deleted, of a wrong secret, of a user without a device or a policy", async () => {
    aws.state.setKeyActive(aws.fixture.hank.accessKeyId, false);
    const inactive = await report(["hank"]);
    aws.state.setKeyActive(aws.fixture.hank.accessKeyId, true);
    expect(troubles(inactive)).toEqual(["command: warn", "identity: fail"]);
    expect(textOf(inactive, "identity")).toMatch(/InvalidClientTokenId/);
    expect(troubles(await report(["fido"]))).toEqual(["command: warn", "device: fail"]);
    expect(troubles(await report(["dan"]))).toEqual(["command: warn", "device: fail"]);
    expect(troubles(await report(["mia"]))).toEqual(["command: warn", "device: warn"]);
    const olaf = await report(["olaf"]);
    expect(troubles(olaf)).toEqual(["command: warn", "device: fail", "policy: warn", "key-age: warn"]);
    expect(textOf(olaf, "policy")).toMatch(/does not ask for MFA/);
  });

  it("in the clock", async () => {
    aws.settings.clockOffsetSeconds = 3600;
    const found = await report();
    expect(troubles(found)).toEqual(["clock: fail"]);
    expect(textOf(found, "clock")).toMatch(/^(59 min|1 h) behind AWS's/);
  });

  it("in the name: the nearest one", async () => {
    const { stdout, status } = await doctor(["work-kyes"]);
    expect([status, stdout]).toEqual([
      1,
      expect.stringMatching(/did you mean work-keys\?; do: askonce doctor work-keys\n$/),
    ]);
  });

  it("in the program that has the keys", async () => {
    const script = (line: string): string => home.executable("bin/vault", line);
    const json = JSON.stringify({
      Version: 1,
      AccessKeyId: aws.fixture.hank.accessKeyId,
      SecretAccessKey: aws.fixture.hank.secretAccessKey,
    });
    home.configure(
      "",
      `[profile vault]\ncredential_process = ${script(`cat ${home.write("keys.json", json)}`)} s3cret\n`,
    );
    const sound = await report(["vault"]);
    expect(troubles(sound)).toEqual(["command: warn"]);
    expect(textOf(sound, "identity")).toBe("user hank of account 123456789012");
    script("exit 3");
    const broken = await report(["vault"]);
    expect(troubles(broken)).toEqual(["command: warn", "identity: fail"]);
    expect(textOf(broken, "identity")).toMatch(/^credential_process of vault failed \(3\)/);
    // One that asks askonce for what it is to help to make is told so, and does not start it for ever.
    script(`exec ${home.askonce} get vault`);
    expect(textOf(await report(["vault"]), "identity")).toMatch(/^credential_process of vault failed \(3\)/);
    expect(JSON.stringify([sound, broken])).not.toContain("s3cret");
  });

  it("runs the program that has the keys once for all profiles that lead to it", async () => {
    const { accessKeyId: AccessKeyId, secretAccessKey: SecretAccessKey } = aws.fixture.hank;
    const json = home.write("keys.json", JSON.stringify({ Version: 1, AccessKeyId, SecretAccessKey }));
    const vault = home.executable("bin/vault", `echo >> ${home.path}/runs\ncat ${json}`);
    const roles = ["admin", "reader"].map(
      (role) =>
        `[profile vault-${role}]\nrole_arn = ${aws.fixture.roles.admin}\nsource_profile = vault\n[profile ${role}]\ncredential_process = ${home.askonce} get vault-${role}\n`,
    );
    home.write(".aws/config", `[profile vault]\ncredential_process = ${vault}\n${roles.join("")}`);
    const found = await report();
    expect(found.profiles).toEqual(["vault-admin", "vault-reader"]);
    expect(textOf(found, "identity")).toBe("user hank of account 123456789012\n".repeat(2).trim());
    expect(home.read("runs")).toBe("\n");
  });

  it("in the way to AWS: a CA bundle that is none, a proxy that is no address or lets nobody through", async () => {
    const of = async (env: Record<string, string>) => textOf(await report([], { env }), "network");
    expect(await of({ AWS_CA_BUNDLE: "/nowhere.pem" })).toMatch(
      /CA bundle \/nowhere.pem of AWS_CA_BUNDLE cannot be read/,
    );
    expect(await of({ HTTP_PROXY: "ftp://jane:hunter2@proxy" })).toMatch(/^HTTP_PROXY holds no http or https address/);
    const proxy = await startProxy({ login: "jane:hunter2" });
    try {
      expect(await of({ HTTP_PROXY: proxy.url })).toMatch(/wants a user and password/);
      const there = await of({ HTTP_PROXY: proxy.url.replace("//", "//jane:hunter2@") });
      expect(there).toMatch(
        /answered in \d+ ms through the proxy 127\.0\.0\.1:\d+ of HTTP_PROXY \(by AWS_ENDPOINT_URL\)/,
      );
      expect(there).not.toContain("hunter2");
    } finally {
      await proxy.close();
    }
  });

  it("in the disk of the cache", async (context) => {
    needsDisks(context);
    const disk = new Disk();
    const env = { ASKONCE_CACHE_DIR: join(disk.path, "cache") };
    mkdirSync(env.ASKONCE_CACHE_DIR, { mode: 0o700 });
    disk.fill();
    const found = await report(["--offline"], { env });
    expect(troubles(found)).toEqual(["cache: fail"]);
    expect(textOf(found, "cache")).toMatch(/^the disk of .* is full/);
  });

  it("in the locks of a process that was killed", async () => {
    await signIn();
    plant(join(home.cache, "locks"), "dead.lock", deadProcess());
    expect(textOf(await report(), "cache")).toContain(`1 lock of a process that is gone (${process.pid})`);
    const fixed = await report(["--fix", "--yes"]);
    expect(fixed.fixed).toEqual(["take away the locks of processes that are gone"]);
    expect(troubles(fixed)).not.toContain("cache: warn");
  });
});

describe("a network that is silent", () => {
  it("costs ten seconds for all profiles together", async () => {
    home.configure("", `[profile mia-work]\ncredential_process = ${home.askonce} get mia\n`);
    aws.fault("*", { kind: "silence" }, Number.POSITIVE_INFINITY);
    const startedMs = performance.now();
    const found = await report();
    expect(performance.now() - startedMs).toBeLessThan(20_000);
    expect(troubles(found).filter((one) => one === "network: fail")).toHaveLength(2);
    expect(textOf(found, "network")).toMatch(/did not answer in 10 s|TimeoutError/);
  });

  it("is told from one that refuses, and from a name that is not there", async () => {
    const refusing = createServer().listen(0, "127.0.0.1");
    await once(refusing, "listening");
    const { port } = refusing.address() as { port: number };
    await new Promise((resolve) => refusing.close(resolve));
    const found = await report([], { env: { AWS_ENDPOINT_URL: `http://127.0.0.1:${port}` } });
    expect(textOf(found, "network")).toMatch(/ECONNREFUSED/);
    expect(troubles(found)).toContain("network: fail");
  });
});

describe("doctor --fix", () => {
  const shadowed = (): void => {
    home.write(
      ".aws/credentials",
      `# jane's own\r\n[other]\r\naws_access_key_id = AKIAOTHER ; kept\r\n\r\n[work]\r\n# below\r\n${keysOf(aws.fixture.jane).replaceAll("\n", "\r\n")}\r\n`,
    );
    home.write(
      ".aws/config",
      `[profile work-keys]\n\n[profile  work]  # mine\nregion=eu-west-1\ncredential_process   =   askonce-get work-keys\n`,
    );
    chmodSync(join(home.path, ".aws/credentials"), 0o644);
  };

  it("shows what it would do, and does nothing where it can ask nobody", async () => {
    shadowed();
    const before = [home.read(".aws/credentials"), home.read(".aws/config")];
    const outcome = await doctor(["--fix"]);
    expect(outcome.status).toBe(2);
    expect(outcome.stderr).toMatch(/^askonce: there is no terminal to ask on: --yes/);
    expect(outcome.stdout).toMatch(/would\n {2}· chmod 600 .*\n {2}· move the keys of \[work\] .* to \[work-keys\]\n/);
    expect([home.read(".aws/credentials"), home.read(".aws/config")]).toEqual(before);
    expect((await doctor(["--fix", "--json"])).status).toBe(2);
    expect((await doctor(["--yes"])).status).toBe(2);
  });

  it("mends it with --yes, and leaves every other byte", async () => {
    // The launcher remembers a Node from then on, wherever that is on this machine.
    await signIn();
    shadowed();
    const [credentials, config] = [home.read(".aws/credentials"), home.read(".aws/config")];
    const found = await report(["--fix", "--yes"]);
    // With a session the age is told as well.
    expect(troubles(found)).toEqual(["key-age: warn"]);
    expect(found.fixed).toHaveLength(5);
    expect(home.read(".aws/credentials")).toBe(credentials.replace("[work]", "[work-keys]"));
    expect(home.read(".aws/config")).toMatch(config.slice(0, config.indexOf("askonce-get")));
    expect(home.read(".aws/config")).toMatch(/credential_process {3}= {3}\/\S+\/askonce-get work-keys\n$/);
    const names = readdirSync(join(home.path, ".aws"));
    const backups = names.filter((name) => name.endsWith(".bak"));
    expect(backups).toHaveLength(2);
    expect(backups.map((name) => home.read(`.aws/${name}`)).sort()).toEqual([credentials, config].sort());
    for (const name of ["credentials", ...backups])
      expect(statSync(join(home.path, ".aws", name)).mode & 0o777).toBe(0o600);
    // Once is enough.
    expect((await report(["--fix", "--yes"])).fixed).toEqual([]);
  });

  it("asks on a terminal: no changes nothing, yes does it", async () => {
    shadowed();
    const before = home.read(".aws/credentials");
    const pty = await home.shell();
    await typeAnew(pty, "askonce doctor --fix --offline; echo status $?");
    await pty.waitFor("? Do it");
    expect(pty.screen()).toContain("move the keys of [work]");
    expect(pty.screen()).toContain("would");
    pty.type("n\r");
    await pty.waitFor("Nothing was changed.");
    expect(home.read(".aws/credentials")).toBe(before);
    await typeAnew(pty, "askonce doctor --fix --offline; echo status $?");
    await pty.waitFor("? Do it");
    pty.type("y\r");
    await pty.waitFor("status 0");
    expect(home.read(".aws/credentials")).toBe(before.replace("[work]", "[work-keys]"));
    expect(pty.sttyFlags()).toEqual(expect.arrayContaining(["icanon", "echo", "isig"]));
  });
});

it("says of another user's files that they are not ours", async (context) => {
  needs(context, process.getuid?.() === 0, "to be root");
  chmodSync(home.path, 0o755);
  chmodSync(join(home.path, ".aws/credentials"), 0o640);
  execFileSync("chown", ["-R", "65534:65534", join(home.path, ".aws")]);
  execFileSync("chown", ["1:65534", join(home.path, ".aws/credentials")]);
  const run = ["--reuid=65534", "--regid=65534", "--clear-groups", process.execPath];
  const script = (
    await home.command("readlink", ["-f", join(import.meta.dirname, "../../dist/askonce.cjs")])
  ).stdout.trim();
  const outcome = await home.command("setpriv", [...run, script, "doctor", "work-keys", "--json", "--offline"]);
  const found = JSON.parse(outcome.stdout) as DoctorReport;
  expect(textOf(found, "files")).toMatch(/credentials belongs to another user/);
  expect(textOf(found, "cache")).toMatch(/belongs to another user \(0\)/);
  expect(outcome.status).toBe(1);
});

it("says which session is another user's, and where nothing can be written", async (context) => {
  needs(context, process.getuid?.() === 0, "to be root");
  await signIn();
  const [session = ""] = readdirSync(join(home.cache, "sessions"));
  execFileSync("chown", ["65534", join(home.cache, "sessions", session)]);
  expect((await home.run(["get", "work-keys", "--no-prompt"])).status).toBe(3);
  expect(textOf(await report(["--offline"]), "cache")).toBe(
    `~/.cache/askonce/sessions/${session} belongs to another user: calls for its session are refused -> rm ${home.cache}/sessions/${session}`,
  );
  // Root may write everywhere.
  execFileSync("chown", ["-R", "65534:65534", home.path]);
  chmodSync(join(home.cache, "locks"), 0o500);
  const script = execFileSync("readlink", ["-f", join(import.meta.dirname, "../../dist/askonce.cjs")], {
    encoding: "utf8",
  });
  const run = ["--reuid=65534", "--regid=65534", "--clear-groups", process.execPath, script.trim()];
  const outcome = await home.command("setpriv", [...run, "doctor", "work-keys", "--json", "--offline"]);
  expect(textOf(JSON.parse(outcome.stdout) as DoctorReport, "cache")).toMatch(
    /^no session is kept, each call asks again: nothing can be written in ~\/\.cache\/askonce\/locks/,
  );
});

describe("on a terminal", () => {
  it.each([80, 40])("of %i columns no line is longer, and colour is on the marks alone", async (columns) => {
    home.configure("mfa_procces = x\nmfa_serial = arn:aws:iam::123456789012:mfa/mia-phone");
    const pty = home.onPty(["doctor"], { cols: columns, rows: 60 });
    await waitUntil(
      () => /wrong: .*\n/s.test(pty.output()),
      () => pty.output(),
    );
    // What is between colours, and what was drawn over meanwhile.
    const parts = pty.output().split("\u001b[");
    const text = parts.map((part, index) => (index === 0 ? part : part.replace(/^[\d;]*[A-Za-z]/, ""))).join("");
    const lines = text.split(/\r?\n/).map((line) => line.split("\r").at(-1) ?? "");
    expect(Math.max(...lines.map((line) => [...line].length))).toBeLessThanOrEqual(columns);
    expect(text).toMatch(/✗ device/);
    expect(text).toMatch(/here: this terminal/);
    const coloured = parts.filter((part) => /^3\dm/.test(part)).map((part) => part.slice(3));
    expect(new Set(coloured)).toEqual(new Set(["✓", "!", "✗"]));
  });
});
