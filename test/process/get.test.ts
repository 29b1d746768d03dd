import { readFileSync, writeFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { COMMANDS } from "../../src/commands/registry.ts";
import { answerOf, type Home } from "../support/askonce.ts";
import { aws, home, withFreshHomes } from "../support/fresh-homes.ts";
import { allProcesses } from "../support/processes.ts";

withFreshHomes(() => {
  home.configure(`mfa_process = ${home.phone()}`);
  home.showCode();
});

describe("an answer", () => {
  it("is one compact line with the session of STS, and the next one comes from the cache", async () => {
    const first = await home.run(["get", "work-keys"]);
    const answer = answerOf(first);
    expect(first.stdout).toMatch(
      /^\{"Version":1,"AccessKeyId":"ASIA[A-Z0-9]{16}","SecretAccessKey":"[^"]+","SessionToken":"[^"]+","Expiration":"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ","AccountId":"123456789012"\}\n$/,
    );
    const hours = (Date.parse(answer.Expiration) - Date.now()) / 3_600_000;
    expect(hours).toBeGreaterThan(11.9);
    expect(hours).toBeLessThan(12.1);
    expect(aws.count("GetSessionToken")).toBe(1);
    aws.clearCalls();
    expect((await home.run(["get", "work-keys"])).stdout).toBe(first.stdout);
    expect(aws.calls()).toEqual([]);
    expect(home.prompts).toBe(1);
  });

  it.each([["work-keys"], ["work"]])("is the same session whether asked for by %s", async (name) => {
    const first = answerOf(await home.run(["get", "work-keys"]));
    expect(answerOf(await home.run(["get", name]))).toEqual(first);
    expect(aws.count("GetSessionToken")).toBe(1);
  });

  it("for a role above the calling profile takes the role with the same session", async () => {
    answerOf(await home.run(["get", "work-keys"]));
    const role = answerOf(await home.run(["get", "admin"]));
    expect(role.AccountId).toBe("210987654321");
    expect(answerOf(await home.run(["get", "admin"]))).toEqual(role);
    expect(aws.count("GetSessionToken")).toBe(1);
    expect(aws.count("AssumeRole")).toBe(1);
    expect(home.prompts).toBe(1);
  });

  it("for a cold role asks once and serves the session below it afterwards", async () => {
    answerOf(await home.run(["get", "admin"]));
    answerOf(await home.run(["get", "work"]));
    expect(aws.count("GetSessionToken")).toBe(1);
    expect(home.prompts).toBe(1);
  });

  it("names the role session after the IAM user, learnt once", async () => {
    home.configure(home.phoneLines());
    const role = answerOf(await home.run(["get", "admin"]));
    const { stdout } = await home.run(["get", "work-keys", "--role-arn", aws.fixture.roles.reader]);
    expect(stdout).not.toBe("");
    expect(aws.count("GetCallerIdentity")).toBe(1);
    const taken = aws.state.sessions().find((session) => session.accessKeyId === role.AccessKeyId);
    expect(taken).toMatchObject({ kind: "role", name: "jane" });
  });

  it("with --session-duration lasts as long, and an older session is too old for it", async () => {
    const long = answerOf(await home.run(["get", "work-keys"]));
    expect(answerOf(await home.run(["get", "work-keys", "--session-duration", "1h"]))).toEqual(long);
    const file = home.sessionFile();
    const stored = JSON.parse(readFileSync(file, "utf8"));
    writeFileSync(file, JSON.stringify({ ...stored, issuedAtMs: stored.issuedAtMs - 2 * 3_600_000 }));
    home.showCode();
    const short = answerOf(await home.run(["get", "work-keys", "--session-duration", "1h"]));
    expect(short.AccessKeyId).not.toBe(long.AccessKeyId);
    const minutes = (Date.parse(short.Expiration) - Date.now()) / 60_000;
    expect(minutes).toBeGreaterThan(58);
    expect(minutes).toBeLessThan(61);
  });

  it("survives a reader that is gone: the session is in the cache", async () => {
    const { status } = await home.command("bash", ["-c", `askonce get work-keys | true; exit "\${PIPESTATUS[0]}"`]);
    expect(status).toBe(0);
    expect(aws.count("GetSessionToken")).toBe(1);
    answerOf(await home.run(["get", "work-keys"]));
    expect(aws.count("GetSessionToken")).toBe(1);
  });

  it("says so where its answer cannot be written, and has kept the session", async () => {
    // The second is a file that may not grow: what it takes of an answer is no answer.
    for (const [where, code] of [
      ["> /dev/full", "ENOSPC"],
      ['> "$HOME/answer"', "EFBIG"],
    ]) {
      const limit = code === "EFBIG" ? "ulimit -f 0; " : "";
      const outcome = await home.command("bash", ["-c", `${limit}askonce get work-keys ${where}`]);
      const stderr = `askonce: standard output takes no more (${code}); look at where it goes\n`;
      expect(outcome).toMatchObject({ status: 1, stdout: "", stderr });
    }
    expect(aws.count("GetSessionToken")).toBe(1);
    answerOf(await home.run(["get", "work-keys"]));
    expect(aws.count("GetSessionToken")).toBe(1);
  });

  it("does not read stdin", async () => {
    const { stdout } = await home.command("sh", ["-c", "askonce get work-keys > /dev/null; cat"], {
      input: "for somebody else",
    });
    expect(stdout).toBe("for somebody else");
  });

  it("has nothing of Node's on stderr, whatever NODE_OPTIONS and NODE_ENV make it warn of", async () => {
    answerOf(
      await home.run(["get", "work-keys"], {
        env: { NODE_OPTIONS: "--trace-warnings --pending-deprecation", AWS_PROFILE: "admin" },
      }),
    );
  });
});

describe("the device", () => {
  it("is found through IAM once and remembered", async () => {
    answerOf(await home.run(["get", "work-keys"]));
    await home.run(["logout", "work-keys"]);
    home.showCode();
    answerOf(await home.run(["get", "work-keys"]));
    expect(aws.count("ListMFADevices")).toBe(1);
    expect(aws.count("GetSessionToken")).toBe(2);
  });

  it("may be a hardware token with a serial number", async () => {
    home.configure("", `[profile hank]\nmfa_process = ${home.phone()}\nregion = eu-west-1`);
    home.showCode(aws.freshCode("GAHT12345678"));
    expect(answerOf(await home.run(["get", "hank"])).AccessKeyId).toMatch(/^ASIA/);
  });

  it("that is a security key is refused with the reason and the way out", async () => {
    const outcome = await home.run(["get", "fido"]);
    expect(outcome).toMatchObject({ status: 3, stdout: "" });
    expect(outcome.stderr).toMatch(
      /^askonce: .*security key and STS takes six-digit codes only; .*authenticator app.*\n$/,
    );
    const named = await home.run(["get", "work-keys", "--mfa-serial", aws.fixture.fido.devices.key.serial]);
    expect(named.status).toBe(3);
  });

  it("has to be named where IAM may not be asked", async () => {
    const { status, stderr } = await home.run(["get", "dan"]);
    expect(status).toBe(3);
    expect(stderr).toMatch(/mfa_serial/);
  });
});

describe("a code", () => {
  it("that mfa_process prints once more after STS rejected it ends the run", async () => {
    home.showCode("000000");
    const outcome = await home.run(["get", "work-keys"]);
    expect(outcome).toMatchObject({ status: 4, stdout: "" });
    expect(outcome.stderr).toMatch(/^askonce: AWS did not accept .*\n$/);
    expect(aws.count("GetSessionToken")).toBe(1);
  });

  it("that mfa_process gets wrong is asked for three times in all", async () => {
    home.executable("bin/phone", `echo asked >> ${home.path}/asked; printf '%06d' $(wc -l < ${home.path}/asked)`);
    const { status } = await home.run(["get", "work-keys"]);
    expect(status).toBe(4);
    expect(aws.count("GetSessionToken")).toBe(3);
  });

  it("that is no code costs no call", async () => {
    home.showCode("1234567");
    const { status, stderr } = await home.run(["get", "work-keys"]);
    expect(status).toBe(4);
    expect(stderr).not.toContain("1234567");
    expect(aws.count("GetSessionToken")).toBe(0);
  });

  it("that was used already is known to be: mfa_process is asked again in the next step, and STS is not", async () => {
    answerOf(await home.run(["get", "work-keys"]));
    await home.run(["logout", "--all"]);
    aws.clearCalls();
    const { child, done } = home.start(["get", "work-keys"]);
    await new Promise((resolve) => setTimeout(resolve, 1_500));
    expect(aws.count("GetSessionToken")).toBe(0);
    child.kill("SIGTERM");
    expect((await done).signal).toBe("SIGTERM");
  });

  it("cannot be had where nobody can be asked: status 4 at once, with the command to run", async () => {
    home.configure();
    const outcome = await home.run(["get", "work-keys"]);
    expect(outcome).toMatchObject({ status: 4, stdout: "" });
    expect(outcome.stderr).toBe(
      "askonce: nobody to ask for the MFA code of work-keys; run `askonce login work-keys` in a terminal, then try again\n",
    );
    expect(aws.count("GetSessionToken")).toBe(0);
  });

  it("is given by a command without a shell where its words allow, and through one where they do not", async () => {
    const code = home.showCode();
    home.write("a b.txt", code);
    home.configure(`mfa_process = cat "${home.path}/a b.txt"`);
    answerOf(await home.run(["get", "work-keys"]));
    home.showCode();
    home.configure(`mfa_process = cat ${home.path}/code | tr -d x`);
    await home.run(["logout", "--all"]);
    answerOf(await home.run(["get", "work-keys"]));
  });

  it("comes with --no-prompt from mfa_process all the same", async () => {
    answerOf(await home.run(["get", "work-keys", "--no-prompt"]));
  });
});

describe("a failure", () => {
  const cases: [string, number, RegExp, (home: Home) => string[]][] = [
    ["no command", 2, /a command is missing/, () => []],
    ["an unknown command", 2, /no command "frobnicate"/, () => ["frobnicate"]],
    ["an unknown flag", 2, /--frobnicate/, () => ["get", "work-keys", "--frobnicate"]],
    ["a time to remain that is none", 2, /--min-remaining/, () => ["get", "work-keys", "--min-remaining", "soon"]],
    ["a flag without its value", 2, /region/, () => ["get", "work-keys", "--region"]],
    ["no name", 2, /name of a profile/, () => ["get"]],
    ["two names", 2, /one profile/, () => ["get", "a", "b"]],
    ["a session of 14 minutes", 2, /900 s/, () => ["get", "work-keys", "--session-duration", "14m"]],
    ["a session of 37 hours", 2, /36 h/, () => ["get", "work-keys", "--session-duration", "37h"]],
    ["a deadline that is none", 2, /--deadline/, () => ["get", "work-keys", "--deadline", "soon"]],
    ["a profile that is not there", 3, /there is no profile nobody/, () => ["get", "nobody"]],
    ["a profile without keys", 3, /no long-term keys for empty/, () => ["get", "empty"]],
    ["temporary keys", 3, /temporary/, () => ["get", "temporary"]],
    ["a circle", 3, /circle-a -> circle-b -> circle-a/, () => ["get", "circle-a"]],
    ["a prompt in a profile that does not exist", 3, /no way to ask named pigeon/, () => ["get", "included"]],
    ["a foreign credential_process", 3, /foreign/, () => ["get", "foreign"]],
    ["a prompt that does not exist", 3, /named pigeon/, () => ["get", "work-keys", "--prompt", "pigeon"]],
  ];
  it.each(cases)("of %s has status %i, nothing on stdout, and one line", async (_, status, text, args) => {
    home.configure(
      "",
      `[profile empty]\nregion = eu-west-1
[profile temporary]\naws_access_key_id = ASIAAAAAAAAAAAAAAAAA\naws_secret_access_key = s\naws_session_token = t
[profile circle-a]\nrole_arn = arn:aws:iam::123456789012:role/a\nsource_profile = circle-b
[profile circle-b]\nsource_profile = circle-a
[profile included]\nmfa_prompt = pigeon\naws_access_key_id = AKIAAAAAAAAAAAAAAAAA\naws_secret_access_key = s
[profile foreign]\ncredential_process = /usr/bin/true foreign`,
    );
    const outcome = await home.run(args(home));
    expect(outcome).toMatchObject({ status, stdout: "" });
    expect(outcome.stderr).toMatch(/^askonce: [^\n]+\n$/);
    expect(outcome.stderr).toMatch(text);
  });

  it("of the keys is AWS's refusal in our words", async () => {
    const key = aws.fixture.jane.accessKeyId;
    aws.state.setKeyActive(key, false);
    try {
      const outcome = await home.run(["get", "work-keys", "--mfa-serial", aws.fixture.jane.devices.phone.serial]);
      expect(outcome).toMatchObject({ status: 5, stdout: "" });
      expect(outcome.stderr).toMatch(/^askonce: AWS refused the keys of work-keys \(InvalidClientTokenId\); .*\n$/);
    } finally {
      aws.state.setKeyActive(key, true);
    }
  });

  it("of the network names the host", async () => {
    const outcome = await home.run(["get", "work-keys", "--mfa-serial", aws.fixture.jane.devices.phone.serial], {
      env: { AWS_ENDPOINT_URL: "http://127.0.0.1:9" },
    });
    expect(outcome).toMatchObject({ status: 5, stdout: "" });
    expect(outcome.stderr).toMatch(/^askonce: cannot reach 127\.0\.0\.1.*\(ECONNREFUSED\); .*\n$/);
  });

  it("of the role is told of the role, and the session below it is kept", async () => {
    const outcome = await home.run(["get", "work-keys", "--role-arn", "arn:aws:iam::210987654321:role/nobody"]);
    expect(outcome).toMatchObject({ status: 5, stdout: "" });
    expect(outcome.stderr).toMatch(/AWS refused role arn:aws:iam::210987654321:role\/nobody \(AccessDenied\)/);
    answerOf(await home.run(["get", "work-keys"]));
    expect(aws.count("GetSessionToken")).toBe(1);
  });

  it("at the deadline ends the children and has the status of what was waited for", async () => {
    home.executable("bin/phone", `echo $$ > ${home.path}/phone.pid; sleep 60 & wait`);
    const startedAtMs = Date.now();
    const outcome = await home.run(["get", "work-keys", "--deadline", "3"]);
    expect(outcome).toMatchObject({ status: 4, stdout: "" });
    expect(Date.now() - startedAtMs).toBeLessThan(6_000);
    const pid = Number(home.read("phone.pid"));
    expect(pid).toBeGreaterThan(0);
    const left = allProcesses().filter((one) => (one.pid === pid || one.parent === pid) && !one.isZombie);
    expect(left).toEqual([]);
    aws.fault("GetSessionToken", { kind: "silence" });
    home.configure(`mfa_process = ${home.phone()}`);
    // The phone has what is left of it after the time for AWS to answer: a machine at work needs more than a second.
    expect((await home.run(["get", "work-keys", "--deadline", "8"])).status).toBe(5);
  });

  it("comes in time where a config file, stdin or stderr would block for ever", async () => {
    const script = `mkfifo fifo full; exec 9<>fifo 8<>full
AWS_CONFIG_FILE=fifo timeout 9 askonce get work-keys --deadline 2 2>/dev/null; echo "config $?"
timeout 9 askonce login work-keys --code - --deadline 2 <fifo 2>/dev/null; echo "stdin $?"
dd if=/dev/zero bs=65536 count=1 >&8 2>/dev/null
timeout 9 askonce get nosuch --deadline 2 2>&8; echo "stderr $?"`;
    const { stdout } = await home.command("sh", ["-c", script]);
    expect(stdout).toBe("config 3\nstdin 4\nstderr 3\n");
  });

  it("of a region is not shared with a process that asks another", async () => {
    home.configure(home.phoneLines(2));
    aws.fault("GetSessionToken", { kind: "error", status: 403, code: "RegionDisabledException" });
    const one = home.run(["get", "work-keys", "--region", "ap-east-1"]);
    while (home.prompts === 0) await new Promise((resolve) => setTimeout(resolve, 20));
    const other = home.run(["get", "work-keys"]);
    expect((await one).status).toBe(5);
    answerOf(await other);
  });

  it("of a region is not shared for a role either", async () => {
    home.configure(`mfa_process = ${home.phone()}`);
    answerOf(await home.run(["get", "work"]));
    aws.fault("AssumeRole", { kind: "error", status: 403, code: "RegionDisabledException", delayMs: 2_000 });
    const one = home.run(["get", "admin", "--region", "ap-east-1"]);
    while (aws.count("AssumeRole") === 0) await new Promise((resolve) => setTimeout(resolve, 20));
    const other = home.run(["get", "admin"]);
    expect((await one).status).toBe(5);
    answerOf(await other);
  });

  it("of time is told by the --deadline of a followed command line, and noted in its --log", async () => {
    home.configure(
      `mfa_process = ${home.phone(30)}`,
      `[profile short]\ncredential_process = ${home.askonce} get work-keys --deadline 2 --log ${home.path}/log`,
    );
    const startedAtMs = Date.now();
    expect(await home.run(["get", "short"])).toMatchObject({ status: 4, stdout: "" });
    expect(Date.now() - startedAtMs).toBeLessThan(6_000);
    expect(home.read("log")).toContain("asking for a code");
  });

  it("of a loop through mfa_process spells the loop out", async () => {
    home.executable(
      "bin/phone",
      `askonce get work 2> ${home.path}/inner; echo "status $?" >> ${home.path}/inner; cat ${home.path}/code`,
    );
    answerOf(await home.run(["get", "work-keys"]));
    expect(home.read("inner")).toMatch(/^askonce: .*work-keys -> work; .*\nstatus 3\n$/);
  });
});

it("--version and --help say what is there, and nothing that is not", async () => {
  const { version } = JSON.parse(readFileSync(new URL("../../package.json", import.meta.url), "utf8")) as {
    version: string;
  };
  expect((await home.run(["--version"])).stdout).toBe(`${version}\n`);
  const { status, stdout, stderr } = await home.run(["--help"]);
  expect({ status, stderr }).toEqual({ status: 0, stderr: "" });
  const verbs = COMMANDS.map(({ verb }) => verb);
  for (const verb of verbs) {
    expect(stdout).toContain(`askonce ${verb}`);
    expect((await home.run([verb, "--help"])).stdout).toContain(`askonce ${verb}`);
  }
  const planned = ["setup", "doctor", "console", "agent"].filter((verb) => !verbs.includes(verb));
  for (const verb of planned) expect(stdout).not.toContain(`askonce ${verb}`);
});
