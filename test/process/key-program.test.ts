import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { type Answer, answerOf, typeAnew } from "../support/askonce.ts";
import { aws, home, withFreshHomes } from "../support/fresh-homes.ts";
import { waitUntil } from "../support/waiting.ts";

withFreshHomes(() => {
  vault();
  configure();
  home.showCode();
});

const get = async (...args: string[]): Promise<Answer> => answerOf(await home.run(["get", ...args]));
const calls = (): number => aws.count("GetSessionToken");
/** How often the password manager was asked. */
const unlocks = (): number => home.read("unlocked").split("\n").length - 1;

/** A password manager that prints these keys, or does what else it is told before. */
function vault(keys: { accessKeyId: string; secretAccessKey: string } = aws.fixture.jane, before = ""): void {
  const answer = { Version: 1, AccessKeyId: keys.accessKeyId, SecretAccessKey: keys.secretAccessKey };
  home.write("keys.json", JSON.stringify(answer, undefined, 2));
  home.executable("bin/vault", `echo unlocked >> ${home.path}/unlocked\n${before}\ncat ${home.path}/keys.json`);
}

function configure(workKeys = "", more = ""): void {
  home.write(".aws/credentials", "");
  home.configure(
    `credential_process = ${home.path}/bin/vault --item "aws jane"\nmfa_process = ${home.phone()}\n${workKeys}`,
    more,
  );
}

/** Moves the one session that is kept into the past, until ten minutes of it remain. */
function expireSoon(): void {
  const path = `${home.cache}/sessions/${readdirSync(`${home.cache}/sessions`)[0]}`;
  const stored = JSON.parse(readFileSync(path, "utf8"));
  const expiresAtMs = Date.now() + 600_000;
  const issuedAtMs = stored.issuedAtMs - stored.expiresAtMs + expiresAtMs;
  writeFileSync(path, JSON.stringify({ ...stored, issuedAtMs, expiresAtMs }));
}

describe("keys that a program has", () => {
  it("make a session, found device and all; a hit runs nothing, not for a role either", async () => {
    const first = await get("work");
    expect(await get("work")).toEqual(first);
    await get("admin");
    await get("admin");
    expect([unlocks(), home.prompts, calls(), aws.count("ListMFADevices"), aws.count("AssumeRole")]).toEqual([
      1, 1, 1, 1, 1,
    ]);
  });

  it("are got once or twice for twenty processes, never two at a time", async () => {
    vault(
      aws.fixture.jane,
      `mkdir ${home.path}/busy || echo overlap >> ${home.path}/overlaps; sleep 0.3; rmdir ${home.path}/busy`,
    );
    const answers = await Promise.all(Array.from({ length: 20 }, () => get("work")));
    expect(new Set(answers.map((answer) => answer.AccessKeyId)).size).toBe(1);
    expect([home.prompts, calls(), home.read("overlaps")]).toEqual([1, 1, ""]);
    expect(unlocks()).toBeLessThanOrEqual(2);
  });

  it("that were rotated are noticed at the next refresh: the old session is served until then", async () => {
    const first = await get("work");
    const added = aws.state.addKey(aws.state.user("jane"), "AKIAROTATEDROTATED00", "rotated-secret");
    try {
      vault(added);
      expect(await get("work")).toEqual(first);
      home.showCode();
      await get("work", "--force");
      expect(aws.calls("GetSessionToken").map((call) => call.accessKeyId)).toEqual([
        aws.fixture.jane.accessKeyId,
        added.accessKeyId,
      ]);
      expect([home.prompts, unlocks()]).toEqual([2, 2]);
      await get("work");
      expect(calls()).toBe(2);
    } finally {
      aws.state.deleteKey(added.accessKeyId);
    }
  });

  it("that were rotated cost no session near its end when there is no code for the new ones", async () => {
    const first = await get("work");
    home.leave("session", 600);
    const added = aws.state.addKey(aws.state.user("jane"), "AKIAROTATEDROTATED01", "rotated-secret");
    try {
      vault(added);
      home.showCode("000000");
      expect((await get("work")).AccessKeyId).toBe(first.AccessKeyId);
      expect(unlocks()).toBe(2);
    } finally {
      aws.state.deleteKey(added.accessKeyId);
    }
  });

  it("are not asked for, nor waited for, by a cold process that is to ask nobody", async () => {
    home.configure(`credential_process = ${home.path}/bin/vault --item "aws jane"`);
    const { status, stderr } = await home.run(["get", "work", "--no-prompt"]);
    expect([status, unlocks()]).toEqual([4, 0]);
    expect(stderr).toMatch(/^askonce: nobody to ask /);
  });

  it("that were rotated are noticed after logout", async () => {
    await get("work");
    await home.run(["logout", "work"]);
    expect(unlocks()).toBe(1);
    home.showCode();
    await get("work");
    expect(unlocks()).toBe(2);
  });

  it("are noticed as rotated for one run where what is learnt cannot be kept", async ({ skip }) => {
    await get("work");
    const added = aws.state.addKey(aws.state.user("jane"), "AKIAROTATEDROTATED00", "rotated-secret");
    const users = `${home.cache}/users`;
    // Immutable, as on a file system that is mounted read-only.
    if ((await home.command("chattr", ["+i", users]).catch(() => undefined))?.status !== 0) {
      aws.state.deleteKey(added.accessKeyId);
      skip("chattr is not to be had here");
    }
    try {
      vault(added);
      home.showCode();
      await get("work", "--force");
      expect([home.prompts, unlocks()]).toEqual([2, 2]);
    } finally {
      await home.command("chattr", ["-i", users]);
      aws.state.deleteKey(added.accessKeyId);
    }
  });

  it("are not asked for by who takes a role with a session that is there", async () => {
    configure(home.serialLine);
    await get("work");
    vault(aws.fixture.jane, "exit 1");
    await get("admin");
    expect(aws.calls("AssumeRole")[0]?.params.RoleSessionName).toBe("jane");
    expect(unlocks()).toBe(1);
  });

  it("are those of the file that is read, wherever its relative name is from", async () => {
    const { jane, hank } = aws.fixture;
    for (const [place, { accessKeyId, secretAccessKey }] of [
      ["one", jane],
      ["two", hank],
    ] as const) {
      mkdirSync(`${home.path}/${place}`);
      home.write(
        `${place}/config`,
        `[profile mine]\ncredential_process = ./keys\nmfa_process = cat ${home.path}/${place}/code`,
      );
      const keys = { Version: 1, AccessKeyId: accessKeyId, SecretAccessKey: secretAccessKey };
      home.executable(`${place}/keys`, `echo '${JSON.stringify(keys)}'`);
    }
    home.write("one/code", aws.freshCode());
    home.write("two/code", aws.freshCode(hank.devices.token.serial));
    const inside = async (place: string) =>
      answerOf(await home.run(["get", "mine"], { cwd: `${home.path}/${place}`, env: { AWS_CONFIG_FILE: "config" } }));
    expect((await inside("two")).AccessKeyId).not.toBe((await inside("one")).AccessKeyId);
    expect(aws.calls("GetSessionToken").map((call) => call.accessKeyId)).toEqual([hank.accessKeyId, jane.accessKeyId]);
  });

  it("may be other keys under another configuration file: the program is asked which", async () => {
    const first = await get("work");
    const env = { AWS_CONFIG_FILE: home.write("other-config", home.read(".aws/config")) };
    expect(answerOf(await home.run(["get", "work"], { env }))).toEqual(first);
    expect(unlocks()).toBe(2);
    expect(answerOf(await home.run(["get", "work"], { env }))).toEqual(first);
    expect(unlocks()).toBe(2);
  });

  it("are never on disk, nor is the command", async () => {
    await get("admin");
    const files = readdirSync(home.cache, { recursive: true, encoding: "utf8" });
    const texts = files.map((file) => `${file} ${readable(`.cache/askonce/${file}`)}`).join("\n");
    expect(texts).toContain("sessionToken");
    expect(texts).not.toContain(aws.fixture.jane.secretAccessKey);
    expect(texts).not.toContain("bin/vault");
  });

  it("are not asked for by who cannot get a code", async () => {
    await get("work");
    home.configure(`credential_process = ${home.path}/bin/vault --item "aws jane"`);
    const { status } = await home.run(["get", "work", "--force"]);
    expect([status, unlocks()]).toEqual([4, 1]);
  });
});

/** The text of a file of the home; empty for a directory. */
function readable(file: string): string {
  try {
    return home.read(file);
  } catch {
    return "";
  }
}

describe("a program with the keys", () => {
  const SECRET = "hunter2-in-the-command";

  it.each([
    [
      "fails",
      "echo hunter2-on-stderr >&2; exit 7",
      /^askonce: credential_process of work-keys failed \(7\); run it by hand to see why\n$/,
    ],
    [
      "prints something else",
      "echo hunter2; exit 0",
      /^askonce: credential_process of work-keys did not print keys; .*\n$/,
    ],
    [
      "prints another version",
      `echo '{"Version":2,"AccessKeyId":"a","SecretAccessKey":"b"}'; exit 0`,
      /did not print keys/,
    ],
    [
      "prints temporary keys",
      `echo '{"Version":1,"AccessKeyId":"a","SecretAccessKey":"hunter2","SessionToken":"t"}'; exit 0`,
      /keys of work-keys are temporary ones/,
    ],
  ])("that %s is status 3, and what it said and was called with is not repeated", async (_, before, line) => {
    vault(aws.fixture.jane, before);
    home.configure(`credential_process = ${home.path}/bin/vault ${SECRET}\nmfa_process = ${home.phone()}`);
    const outcome = await home.run(["get", "work", "--log", "log"]);
    expect([outcome.status, outcome.stdout]).toEqual([3, ""]);
    expect(outcome.stderr).toMatch(line);
    expect(outcome.stderr + home.read("log")).not.toMatch(/hunter2|bin\/vault/);
    expect(home.prompts).toBe(0);
  });

  it("that cannot be started is status 3", async () => {
    home.configure("credential_process = /nowhere/vault");
    const { status, stderr } = await home.run(["get", "work"]);
    expect([status, stderr]).toEqual([
      3,
      "askonce: credential_process of work-keys failed (ENOENT); run it by hand to see why\n",
    ]);
  });

  it("that fails is not asked again by the processes of the same command", async () => {
    vault(aws.fixture.jane, "sleep 0.3; exit 1");
    const { stdout } = await home.command("sh", ["-c", "for i in 1 2 3 4 5 6; do askonce get work 2>&1 & done; wait"]);
    expect(stdout.match(/credential_process of work-keys failed/g)).toHaveLength(6);
    expect(unlocks()).toBe(1);
    await home.run(["get", "work"]);
    expect(unlocks()).toBe(2);
  });

  it("that failed is asked again by login, also in the same command", async () => {
    vault(aws.fixture.jane, `test -e ${home.path}/unlocks-now || exit 1`);
    const script = "askonce get work; touch unlocks-now; askonce login work";
    expect((await home.command("sh", ["-c", script])).stdout).toContain("MFA session for work");
  });

  it("may need a session of its own that asks on the same terminal", async () => {
    const { phone } = aws.fixture.mia.devices;
    home.configure(
      `credential_process = ${home.path}/bin/vault`,
      `[profile other]\nsource_profile = mia\nmfa_serial = ${phone.serial}`,
    );
    const { accessKeyId, secretAccessKey } = aws.fixture.mia;
    home.write(
      ".aws/credentials",
      `[mia]\naws_access_key_id = ${accessKeyId}\naws_secret_access_key = ${secretAccessKey}\n`,
    );
    const pty = await home.shell();
    await typeAnew(pty, "askonce get work >out");
    await pty.waitFor("MFA session for work\n");
    pty.type(`${aws.freshCode()}\r`);
    await pty.waitFor("✓ MFA session for work");
    vault(aws.fixture.jane, "askonce get other >/dev/null || exit 1");
    await typeAnew(pty, "askonce get work --force >out; echo status $?");
    await pty.waitFor("MFA session for other\n");
    pty.type(`${aws.freshCode(phone.serial)}\r`);
    await pty.waitFor("MFA session for work\n");
    pty.type(`${aws.freshCode()}\r`);
    await pty.waitFor("status 0");
  });

  it("that asks when time is up is ended, and the terminal is whole", async () => {
    const { phone } = aws.fixture.mia.devices;
    home.configure(
      `credential_process = ${home.path}/bin/vault`,
      `[profile other]\nsource_profile = mia\nmfa_serial = ${phone.serial}`,
    );
    vault(aws.fixture.jane, "askonce get other >/dev/null || exit 1");
    const { accessKeyId, secretAccessKey } = aws.fixture.mia;
    home.write(
      ".aws/credentials",
      `[mia]\naws_access_key_id = ${accessKeyId}\naws_secret_access_key = ${secretAccessKey}\n`,
    );
    const pty = await home.shell({}, "sh");
    pty.type("askonce get work --deadline 8 >out; echo status $?\r");
    await pty.waitFor("MFA session for other\n");
    await pty.waitFor("status 3", 20_000);
    await waitUntil(
      () => pty.sttyFlags().includes("icanon") && pty.sttyFlags().includes("echo"),
      () => `a whole terminal: ${pty.sttyFlags().join(" ")}`,
      3_000,
    );
  });

  it("that another process runs is not waited for while something valid is at hand", async () => {
    const first = await get("work");
    expireSoon();
    vault(aws.fixture.jane, "sleep 8");
    configure("", `[profile long]\nrole_arn = ${aws.fixture.roles.admin}\nsource_profile = work\nmfa_mode = direct`);
    const other = home.start(["get", "long"]);
    while (unlocks() < 2) await new Promise((resolve) => setTimeout(resolve, 20));
    const startedAtMs = Date.now();
    expect((await get("work")).AccessKeyId).toBe(first.AccessKeyId);
    expect(Date.now() - startedAtMs).toBeLessThan(5_000);
    other.child.kill();
    await other.done;
  });

  it("that hangs is ended with its children at the deadline", async () => {
    vault(aws.fixture.jane, "sleep 987654 & sleep 987654");
    const startedAtMs = Date.now();
    const { status, stderr } = await home.run(["get", "work", "--deadline", "3"]);
    expect([status, stderr]).toEqual([3, expect.stringMatching(/^askonce: .*credential_process.* in time; .*\n$/)]);
    expect(Date.now() - startedAtMs).toBeLessThan(9_000);
    const { stdout } = await home.command("ps", ["-A", "-o", "args="]);
    expect(stdout).not.toContain("sleep 987654");
  });

  it("has an empty stdin, no NODE_OPTIONS, no keys of the caller, and none of our streams", async () => {
    vault(aws.fixture.jane, `cat > ${home.path}/stdin; env > ${home.path}/env; echo noise >&2`);
    const env = { NODE_OPTIONS: "--no-warnings", AWS_SECRET_ACCESS_KEY: "callers-secret", VAULT_ADDR: "kept" };
    const outcome = await home.run(["get", "work"], { env, input: "callers-input" });
    answerOf(outcome);
    expect(home.read("stdin")).toBe("");
    expect(home.read("env")).toContain("VAULT_ADDR=kept");
    expect(home.read("env")).not.toMatch(/NODE_OPTIONS|callers-secret/);
  });

  it("that needs a session which is fresh is served from the cache: nothing is made, and nothing loops", async () => {
    vault(aws.fixture.jane, `echo "$ASKONCE_RESOLVING" > ${home.path}/resolving`);
    const first = await get("work");
    const env = { ASKONCE_RESOLVING: home.read("resolving").trim() };
    expect(env.ASKONCE_RESOLVING).toMatch(/^[0-9a-f]{40}:/);
    expect(answerOf(await home.run(["get", "work", "--no-prompt"], { env }))).toEqual(first);
    rmSync(`${home.cache}/sessions`, { recursive: true });
    expect((await home.run(["get", "work"], { env })).stderr).toMatch(/while it is being made: work -> work;/);
  });

  it("that needs the very session it is to give keys for is a loop, spelt out", async () => {
    vault(aws.fixture.jane, `askonce get work 2> ${home.path}/inner || exit 1`);
    expect((await home.run(["get", "work"])).status).toBe(3);
    expect(home.read("inner")).toMatch(
      /^askonce: the MFA session is asked for while it is being made: work -> work; .*\n$/,
    );
    expect(unlocks()).toBe(1);
  });

  it("that is askonce under another name gives no long-term keys, and that is said", async () => {
    home.executable("bin/wrapped", `exec askonce get other`);
    home.write(
      ".aws/credentials",
      `[other]\naws_access_key_id = ${aws.fixture.jane.accessKeyId}\naws_secret_access_key = ${aws.fixture.jane.secretAccessKey}\n`,
    );
    home.configure(`credential_process = ${home.path}/bin/wrapped`, `[profile other]\nmfa_process = ${home.phone()}`);
    const { status, stderr } = await home.run(["get", "work"]);
    expect([status, stderr]).toEqual([3, expect.stringContaining("temporary ones")]);
  });
});
