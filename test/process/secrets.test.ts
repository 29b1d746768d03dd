/**
 * No secret in an argument, in somebody else's environment, in the log, in an error, in a temporary file, in a core file
 * or on the terminal. Each way a run can go is gone once, with secrets planted that nothing else looks like; then every
 * place is looked at for them.
 */

import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { answerOf, Home, type Outcome, PROGRAM } from "../support/askonce.ts";
import { FAULTS, type Fault } from "../support/fake-aws/faults.ts";
import { type FakeAws, startFakeAws } from "../support/fake-aws/server.ts";
import { type Child, type Entry, leaks, listing, programsBelow, watchChildren } from "../support/leaks.ts";
import { type ProxyOptions, startProxy } from "../support/proxies.ts";
import { killAllPtys, type PtySession } from "../support/pty.ts";
import { needs } from "../support/tools.ts";
import { waitUntil } from "../support/waiting.ts";

/** What the caller has in its environment; none of it is askonce's business. */
const CALLER = {
  AWS_ACCESS_KEY_ID: "AKIACALLERSOWNKEYID0",
  AWS_SECRET_ACCESS_KEY: "Callers/Own+Secret0Key1Of2Forty3Letters4",
  AWS_SESSION_TOKEN: "CallersOwnSessionToken//0123456789abcdefghij==",
  AWS_SECURITY_TOKEN: "CallersOwnSecurityToken/9876543210zyxwvutsrq==",
};
/** What the program that calls has on its own command line. */
const ARGUMENT = "Callers-Own-Argument-Hunter2";
const NODE_OPTIONS = "--no-deprecation";
const WRONG_SECRET = "Wrong/Secret+Of1The2Right3Key4Forty5Long";
/** A proxy's own secret, with what has to be percent-encoded in an address. */
const PROXY_PASSWORD = "Proxys@Own/Word:0%Never+Seen#Anywhere9";
const ESCAPE = "\u001b]0;owned\u0007\u001b[2J\u009b31m";
const ON_LINUX = process.platform === "linux";

let aws: FakeAws;
/** Where the tests keep what they must not find in the home. */
let elsewhere: string;

beforeAll(async () => {
  aws = await startFakeAws();
  elsewhere = mkdtempSync(join(tmpdir(), "askonce-elsewhere-"));
});
afterAll(async () => {
  rmSync(elsewhere, { recursive: true, force: true });
  await aws.close();
});

/** What one run showed to the world. */
interface Evidence {
  readonly outcome: Outcome;
  /** Every byte a terminal got, and what was left on its screen. */
  readonly terminal: string;
  readonly screen: string;
  readonly log: string;
  readonly children: readonly Child[];
  /** Files and directories that are new or changed, by their path in the home. */
  readonly changed: ReadonlyMap<string, Entry>;
  readonly secrets: Readonly<Record<string, string>>;
}

interface Scene {
  readonly home: Home;
  readonly code: string;
  /** The home is as its user left it: whatever changes from here on is askonce's doing. */
  begin(): void;
  /** Begins, and runs `get` with the caller's secrets around it. */
  get(name?: string, ...flags: string[]): Promise<Outcome>;
  readonly env: Record<string, string>;
}

type Play = (scene: Scene) => Promise<Outcome | { outcome: Outcome; pty: PtySession }>;

const serial = (): string => aws.fixture.jane.devices.phone.serial;
const failure = (code: string, message: string): Fault => ({ kind: "error", status: 400, code, message });
const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

/** Every way a run can go: its name, its status, what happens. A `null` is the end by a signal. */
const PLAYS: [string, number | null, Play][] = [
  ["a success through mfa_process", 0, ({ get }) => get()],
  ["a success with a role", 0, ({ get }) => get("admin")],
  ["a success on the terminal", 0, (scene) => onTerminal(scene, [scene.code], "status 0")],
  ["three wrong codes on the terminal", 4, (scene) => onTerminal(scene, ["271828", "314159", "141421"], "status 4")],
  [
    "a wrong code of mfa_process",
    4,
    ({ home, get }) => {
      home.showCode("271828");
      return get();
    },
  ],
  [
    "keys that AWS refuses",
    5,
    ({ home, get }) => {
      const { accessKeyId } = aws.fixture.jane;
      const keys = `aws_access_key_id = ${accessKeyId}\naws_secret_access_key = ${WRONG_SECRET}`;
      home.write(".aws/credentials", `[work-keys]\n${keys}\n`);
      return get("work-keys", "--mfa-serial", serial());
    },
  ],
  [
    "a role that AWS refuses",
    5,
    ({ get }) => {
      aws.fault("AssumeRole", failure("AccessDenied", "User is not authorized to perform: sts:AssumeRole"));
      return get("admin");
    },
  ],
  [
    "an AWS that cannot be reached",
    5,
    ({ env, get }) => {
      env.AWS_ENDPOINT_URL = "http://127.0.0.1:9";
      return get("work-keys", "--mfa-serial", serial());
    },
  ],
  ...([FAULTS.garbage, FAULTS.html, FAULTS.halfBody, FAULTS.empty] as Fault[]).map((fault): [string, number, Play] => [
    `garbage from STS (${fault.kind} ${"body" in fault ? fault.body.slice(0, 9).trim() : ""})`,
    5,
    ({ get }) => {
      aws.fault("GetSessionToken", fault);
      return get();
    },
  ]),
  [
    "garbage from STS that repeats what it was sent",
    5,
    ({ code, get }) => {
      const { secretAccessKey } = aws.fixture.jane;
      const body = `<ErrorResponse><Error>TokenCode=${code} ${secretAccessKey}`;
      aws.fault("GetSessionToken", { kind: "body", status: 400, body });
      return get();
    },
  ],
  [
    "a reader that is gone",
    0,
    ({ home, env, begin }) => {
      begin();
      return home.command("sh", ["-c", "askonce get work-keys | true"], { env });
    },
  ],
  ...(["a success", "a failure"] as const).map((what): [string, number, Play] => [
    `${what} under a program with a secret among its arguments`,
    what === "a success" ? 0 : 4,
    ({ home, env, begin }) => {
      if (what === "a failure") home.showCode("none");
      begin();
      return home.command("sh", ["-c", "askonce get work-keys; exit $?", "deploy", `--password=${ARGUMENT}${ESCAPE}`], {
        env,
      });
    },
  ]),
  ["a success through a proxy", 0, (scene) => throughProxy(scene, { login: `jane:${PROXY_PASSWORD}` })],
  ["a success with a role through a proxy", 0, (scene) => throughProxy(scene, {}, "admin")],
  ["a proxy that wants another password", 5, (scene) => throughProxy(scene, { login: "jane:another" })],
  ["a proxy that fails", 5, (scene) => throughProxy(scene, { fault: 502 })],
  ["a proxy that hangs up", 5, (scene) => throughProxy(scene, { fault: "hangs up" })],
  ...["http://USER@127.0.0.1:9", "socks5://USER@127.0.0.1:9", "http://USER@127.0.0.1:port"].map(
    (address): [string, number, Play] => [
      `a proxy that is none (${address})`,
      address.endsWith("127.0.0.1:9") && address.startsWith("http:") ? 5 : 3,
      ({ env, get }) => {
        env.HTTP_PROXY = address.replace("USER", `jane:${encodeURIComponent(PROXY_PASSWORD)}`);
        return get();
      },
    ],
  ),
  ["a profile that is not there", 3, ({ get }) => get("nobody")],
  ["a command line that is none", 2, ({ get }) => get("work-keys", "--frobnicate")],
  [
    "the deadline",
    4,
    ({ home, get }) => {
      home.executable("bin/phone", "exec sleep 60");
      // The question has to be reached before it, also on a busy machine.
      return get("work-keys", "--deadline", "6");
    },
  ],
  ...(["SIGTERM", "SIGKILL"] as const).map((signal): [string, null, Play] => [
    `${signal} while asking`,
    null,
    async ({ home, env, begin }) => {
      home.executable("bin/phone", "exec sleep 2");
      begin();
      const { child, done } = home.start(["get", "work-keys"], { env });
      await pause(900);
      child.kill(signal);
      return done;
    },
  ]),
  [
    "SIGKILL while asking on the terminal",
    null,
    (scene) =>
      onTerminal(scene, [], /Killed|status 137/, (pty) => {
        for (const pid of programsBelow(PROGRAM, pty.pid)) process.kill(pid, "SIGKILL");
      }),
  ],
];

describe.each(PLAYS)("%s", (_, status, play) => {
  let seen: Evidence;

  beforeAll(async () => {
    seen = await witness(play);
  });

  it(`ends as it should (${status ?? "by the signal"})`, () => {
    expect(seen.outcome.status).toBe(status);
  });

  it("puts no secret on stderr or the terminal", () => {
    expect(leaks(seen.outcome.stderr + seen.terminal, seen.secrets, TYPED)).toEqual([]);
    expect(leaks(seen.outcome.stderr + seen.screen, seen.secrets)).toEqual([]);
  });

  it("puts no secret in the log", () => {
    expect(leaks(seen.log, seen.secrets)).toEqual([]);
    expect(seen.log).toMatch(/started|failed/);
  });

  it.runIf(ON_LINUX)("gives no child a secret, as an argument or in its environment", () => {
    for (const { argv, environment } of seen.children) {
      expect(leaks(argv, seen.secrets), argv).toEqual([]);
      // The program for the code may have to go through the caller's proxy itself.
      expect(leaks(environment, seen.secrets, ["proxy"]), argv).toEqual([]);
    }
  });

  it.runIf(ON_LINUX)("keeps the caller's keys and NODE_OPTIONS from every child", () => {
    const names = [...Object.keys(CALLER), "NODE_OPTIONS"];
    for (const { argv, environment } of seen.children)
      expect(
        names.filter((variable) => environment.split("\0").some((entry) => entry.startsWith(`${variable}=`))),
        argv,
      ).toEqual([]);
  });

  it("leaves a session's secrets in its own file and nowhere else, and the other secrets nowhere", () => {
    for (const [path, { text }] of seen.changed) {
      const allowed = /^\.cache\/askonce\/sessions\/[0-9a-f]{40}\.json$/.test(path) ? SESSION_SECRETS : [];
      expect(leaks(text, seen.secrets, allowed), path).toEqual([]);
    }
  });

  it("writes nothing outside its cache", () => {
    expect(
      [...seen.changed.keys()].filter((path) => path !== ".cache" && !/^\.cache\/askonce(\/|$)/.test(path)),
    ).toEqual([]);
  });

  it("makes files 0600 in directories 0700", () => {
    for (const [path, { kind, mode }] of seen.changed) {
      if (path === ".cache") continue;
      expect(`${kind} ${(mode & 0o777).toString(8)}`, path).toBe(kind === "directory" ? "directory 700" : "file 600");
    }
  });
});

describe("what the looking finds", () => {
  it.runIf(ON_LINUX)(
    "are the children there are: mfa_process with what it starts, and the terminal's guard",
    async () => {
      const throughProcess = await witness(({ get }) => get());
      expect(throughProcess.children.some(({ argv }) => argv.includes("bin/phone"))).toBe(true);
      expect(throughProcess.children.some(({ argv }) => argv.startsWith("sleep"))).toBe(true);
      const terminal = await witness((scene) => onTerminal(scene, [scene.code], "status 0"));
      expect(terminal.children.some(({ argv }) => argv.includes("stty -g"))).toBe(true);
      expect(terminal.screen).toContain("until");
    },
  );

  it("is every secret, also in part and as a part of an address", () => {
    const secrets = { key: aws.fixture.jane.secretAccessKey, code: "271828" };
    for (const text of [
      secrets.key,
      `Value '${secrets.key.slice(0, 30)}...`,
      `?key=${encodeURIComponent(secrets.key)}&`,
    ]) {
      expect(leaks(text, secrets)).toEqual(["key"]);
    }
    expect(leaks("code=271828", secrets)).toEqual(["code"]);
    expect(leaks("at 1271828 ms", secrets)).toEqual([]);
  });
});

describe("AWS's own words", () => {
  let home: Home;
  beforeEach(() => {
    aws.clearFaults();
    home = prepare();
  });
  afterEach(() => home.dispose());

  const everything = (outcome: Outcome): string =>
    [outcome.stderr, read("log"), ...[...listing(home.path)].filter(isInCache).map(([, entry]) => entry.text)].join(
      "\n",
    );
  const withLog = (): string[] => ["--log", fresh("log")];

  it("are shown, when they are an error's", async () => {
    aws.fault("GetSessionToken", failure("ValidationError", "1 validation error detected."));
    const { stderr } = await home.run(["get", "work-keys"]);
    expect(stderr).toMatch(
      /^askonce: AWS refused GetSessionToken .*\(ValidationError\); 1 validation error detected\n$/,
    );
  });

  it("do not bring the code back that was sent", async () => {
    const code = home.showCode();
    const message = `1 validation error detected: Value '${code}' at 'tokenCode' failed to satisfy constraint`;
    aws.fault("GetSessionToken", failure("ValidationError", message));
    const outcome = await home.run(["get", "work-keys", ...withLog()]);
    expect(outcome).toMatchObject({ status: 5, stdout: "" });
    expect(leaks(everything(outcome), { code })).toEqual([]);
  });

  it("do not bring back the keys that signed", async () => {
    const secrets = { key: aws.fixture.jane.secretAccessKey };
    aws.fault("GetSessionToken", failure("ValidationError", `the key ${secrets.key} is bad`));
    const outcome = await home.run(["get", "work-keys", ...withLog()]);
    expect(outcome.status).toBe(5);
    expect(leaks(everything(outcome), secrets)).toEqual([]);
  });

  it("do not bring back the session that signed", async () => {
    const { SessionToken } = answerOf(await home.run(["get", "work-keys"]));
    aws.fault("AssumeRole", failure("ValidationError", `the token ${SessionToken} is bad`));
    const outcome = await home.run(["get", "admin", ...withLog()]);
    expect(outcome.status).toBe(5);
    expect(leaks(outcome.stderr + read("log"), { SessionToken })).toEqual([]);
  });

  it("do not make the line as long as they like", async () => {
    aws.fault("GetSessionToken", failure("X".repeat(20_000), "Y".repeat(20_000)));
    const { stderr } = await home.run(["get", "work-keys"]);
    expect(stderr.length).toBeLessThan(1_000);
  });

  it("do not drive the terminal", async () => {
    aws.fault("GetSessionToken", failure("ValidationError", `see${ESCAPE}\r\nthere`));
    const { stderr } = await home.run(["get", "work-keys"]);
    expect(stderr).toMatch(/^askonce: [^\n]+\n$/);
    expect(controls(stderr)).toEqual([]);
  });
});

describe("a text that drives terminals", () => {
  let home: Home;
  const name = `work${ESCAPE}`;
  beforeEach(() => {
    aws.clearFaults();
    home = prepare();
    const { accessKeyId, secretAccessKey } = aws.fixture.jane;
    home.write(
      ".aws/credentials",
      `[${name}]\naws_access_key_id = ${accessKeyId}\naws_secret_access_key = ${secretAccessKey}\n`,
    );
  });
  afterEach(async () => {
    await killAllPtys();
    home.dispose();
  });
  const phone = (): string[] => ["--mfa-process", join(home.path, "bin/phone")];

  it.each([
    ["a profile's name", () => ["get", `nobody${ESCAPE}`]],
    ["the name of a profile without a way to ask", () => ["get", name]],
    ["a role", () => ["get", name, "--role-arn", `arn:aws:iam::210987654321:role/x${ESCAPE}`, ...phone()]],
    ["a device", () => ["get", name, "--mfa-serial", `arn:aws:iam::123456789012:u2f/user/x${ESCAPE}`]],
    ["a region", () => ["get", name, "--region", `eu${ESCAPE}`]],
    ["a flag", () => ["get", name, `--x${ESCAPE}`]],
    ["a command", () => [`get${ESCAPE}`]],
  ])("does not reach stderr as %s", async (_, args) => {
    const { status, stdout, stderr } = await home.run(args());
    expect(status).toBeGreaterThan(0);
    expect(stdout).toBe("");
    expect(stderr).toMatch(/^askonce: [^\n]+\n$/);
    expect(controls(stderr)).toEqual([]);
  });

  it("does not reach the terminal from a question, its complaint or the failure at its end", async () => {
    const pty = await home.shell({ env: { NAME: name, SERIAL: `${serial()}${ESCAPE}`, OUT: fresh("err") } });
    pty.type('askonce get "$NAME" --mfa-serial "$SERIAL" >/dev/null 2>"$OUT"; echo "status $?"\r');
    await pty.waitFor("? Code");
    const words = "MultiFactorAuthentication failed, unable to validate MFA code.";
    aws.fault("GetSessionToken", failure("AccessDenied", `${words}${ESCAPE}`));
    pty.type("271828\r");
    await pty.waitFor("not this user's device");
    pty.press("escape");
    await pty.waitFor("status 4");
    expect(pty.screen()).toContain("askonce: ");
    expect(pty.output()).not.toContain("\u001b]0;owned");
    expect(pty.output()).not.toContain("\u001b[2J");
    expect(pty.output()).not.toContain("\u009b");
  });

  it("does not come out of login and logout", async () => {
    const login = await home.run(["login", name, ...phone()]);
    const logout = await home.run(["logout", name]);
    const again = await home.run(["logout", name]);
    expect([login.status, logout.status, again.status]).toEqual([0, 0, 0]);
    expect(controls(login.stdout + logout.stdout + again.stdout)).toEqual([]);
  });

  it("does not stand in the log", async () => {
    await home.run(["get", `nobody${ESCAPE}`, "--log", fresh("log")]);
    expect(read("log")).toContain("nobody");
    expect(controls(read("log"))).toEqual([]);
  });
});

describe("a bug", () => {
  let home: Home;
  beforeEach(() => {
    aws.clearFaults();
    home = prepare();
  });
  afterEach(() => home.dispose());

  /** Something that never fails does, with an error whose message holds a secret. */
  const broken = (): Record<string, string> => {
    const preload = `String.prototype.padStart = () => { throw new Error("the-phones-own-secret"); };`;
    return { NODE_OPTIONS: `--require ${home.write("broken.cjs", preload)}` };
  };

  it("has one line on stderr that says nothing of what it met", async () => {
    const outcome = await home.run(["get", "work-keys", "--log", fresh("log")], { env: broken() });
    expect(outcome).toMatchObject({ status: 1, stdout: "" });
    expect(outcome.stderr).toMatch(/^askonce: a bug in askonce; [^\n]+\n$/);
    expect(read("log")).toContain("stack");
  });

  it("has no command line in its stack", async () => {
    await home.run(["get", "work-keys", "--log", fresh("log")], { env: broken() });
    expect(read("log")).toContain("stack");
    expect(read("log")).not.toContain("the-phones");
  });

  it("in the middle of waiting is one line as well", async () => {
    answerOf(await home.run(["get", "work-keys"]));
    const sessions = join(home.cache, "sessions");
    const session = join(sessions, readdirSync(sessions)[0] ?? "");
    rmSync(session);
    home.executable("bin/phone", "exec sleep 3");
    const { done } = home.start(["get", "work-keys", "--deadline", "3"]);
    await pause(700);
    // Found by whoever looks for the session meanwhile.
    symlinkSync("/etc/passwd", session);
    const outcome = await done;
    expect(outcome.stderr).toMatch(/^askonce: [^\n]+\n$/);
    expect(outcome).toMatchObject({ status: 3, stdout: "" });
  });
});

describe("the moment of writing", () => {
  let home: Home;
  beforeEach(() => {
    aws.clearFaults();
    home = prepare();
    writeFileSync(join(elsewhere, "witness.cjs"), WITNESS);
    writeFileSync(join(elsewhere, "written"), "");
  });
  afterEach(() => home.dispose());
  const watched = (more: Record<string, string> = {}): Record<string, string> => ({
    NODE_OPTIONS: `--require ${join(elsewhere, "witness.cjs")}`,
    WITNESS: join(elsewhere, "written"),
    ...more,
  });
  const written = (): { path: string; mode: number; directory: number }[] =>
    read("written")
      .split("\n")
      .filter(Boolean)
      .map((line) => JSON.parse(line));

  it("finds each new file 0600 in a directory 0700 before there is anything in it", async () => {
    answerOf(await home.run(["get", "admin"], { env: watched() }));
    const files = written().filter(({ path }) => path.startsWith(home.path));
    expect(files.filter(({ path }) => path.endsWith(".tmp")).length).toBeGreaterThan(2);
    for (const { path, mode, directory } of files)
      expect([mode.toString(8), directory.toString(8)], path).toEqual(["600", "700"]);
  });

  it("is the same under a loose umask", async () => {
    await home.command("sh", ["-c", "umask 000; askonce get admin"], { env: watched() });
    const files = written().filter(({ path }) => path.startsWith(home.path));
    expect(files.length).toBeGreaterThan(2);
    for (const { path, mode, directory } of files)
      expect([(mode & 0o077).toString(8), directory.toString(8)], path).toEqual(["0", "700"]);
  });

  it("opens nothing for writing but what is in its cache, its log, /dev/null and the terminal", async () => {
    await home.run(["get", "admin", "--log", fresh("log")], { env: watched() });
    const others = written().filter(
      ({ path }) =>
        !path.startsWith(`${home.cache}/`) &&
        !["/dev/null", "/dev/tty", "/proc/self/coredump_filter", join(elsewhere, "log")].includes(path),
    );
    expect(others).toEqual([]);
  });

  it("leaves no temporary file where a directory is in its place", async () => {
    answerOf(await home.run(["get", "work-keys"]));
    const sessions = join(home.cache, "sessions");
    const [file = ""] = readdirSync(sessions);
    rmSync(join(sessions, file));
    mkdirSync(join(sessions, file));
    await home.run(["logout", "--all"]);
    home.showCode();
    // The code was used a moment ago by the same device; the next one is another step.
    answerOf(await home.run(["get", "work-keys"]));
    expect(readdirSync(sessions)).toEqual([file]);
  });

  it("may be a run's last: what it leaves goes with the next logout --all", async () => {
    const outcome = await home.run(["get", "work-keys"], { env: watched({ DIE_BEFORE: "/sessions/" }) });
    expect(outcome.signal).toBe("SIGKILL");
    const sessions = join(home.cache, "sessions");
    expect(readdirSync(sessions)).toEqual([expect.stringMatching(/\.tmp$/)]);
    expect((await home.run(["logout", "--all"])).status).toBe(0);
    expect(readdirSync(sessions)).toEqual([]);
  });
});

describe("a core file", () => {
  it("holds no secret, should the system write one", async (context) => {
    const pattern = ON_LINUX ? readFileSync("/proc/sys/kernel/core_pattern", "utf8").trim() : "|";
    needs(context, /^[^|/]/.test(pattern), "a system that writes core files where the program stands");
    aws.clearFaults();
    const home = prepare();
    home.executable("bin/phone", `touch ${home.path}/asked; exec sleep 5`);
    const directory = mkdtempSync(join(elsewhere, "core-"));
    try {
      const { child, done } = home.startCommand(
        "sh",
        ["-c", `ulimit -c unlimited && exec ${process.execPath} ${PROGRAM} get work-keys`],
        { cwd: directory, env: CALLER },
      );
      // Before our code runs, what a core holds is Node's matter.
      await waitUntil(
        () => existsSync(join(home.path, "asked")),
        () => "the question",
      );
      child.kill("SIGQUIT");
      expect((await done).signal).toBe("SIGQUIT");
      const secrets = { key: aws.fixture.jane.secretAccessKey, caller: CALLER.AWS_SECRET_ACCESS_KEY };
      for (const file of readdirSync(directory)) {
        const core = readFileSync(join(directory, file));
        expect(Object.entries(secrets).flatMap(([what, secret]) => (core.includes(secret) ? [what] : []))).toEqual([]);
      }
    } finally {
      home.dispose();
    }
  });
});

describe("a crash report", () => {
  it("holds no secret, should Node be told to write one", async () => {
    aws.clearFaults();
    const home = prepare();
    home.executable("bin/phone", `touch ${home.path}/asked; sleep 5`);
    const directory = mkdtempSync(join(elsewhere, "report-"));
    const reports = `--report-on-signal --report-signal=SIGUSR2 --report-directory=${directory}`;
    try {
      const { child, done } = home.start(["get", "work-keys"], { env: { ...CALLER, NODE_OPTIONS: reports } });
      const reported = (): string | undefined => readdirSync(directory).find((file) => file.endsWith(".json"));
      await waitUntil(
        () => existsSync(join(home.path, "asked")),
        () => "the question",
      );
      child.kill("SIGUSR2");
      await waitUntil(
        () => reported() !== undefined,
        () => "the report",
      );
      await pause(200);
      child.kill("SIGTERM");
      await done;
      const report = readFileSync(join(directory, reported() ?? ""), "utf8");
      expect(report).toContain('"nodejsVersion"');
      const secrets = { key: aws.fixture.jane.secretAccessKey, ...CALLER };
      expect(leaks(report, secrets, ["AWS_ACCESS_KEY_ID"])).toEqual([]);
    } finally {
      home.dispose();
    }
  });
});

describe("the children's environment", () => {
  it("has none of the caller's other AWS tokens either", async () => {
    aws.clearFaults();
    const home = prepare();
    const tokens = {
      AWS_CONTAINER_AUTHORIZATION_TOKEN: "CallersContainerToken0",
      AWS_BEARER_TOKEN_BEDROCK: "Callers0",
    };
    home.executable("bin/phone", `env >${fresh("environment")}; cat ${home.path}/code`);
    answerOf(await home.run(["get", "work-keys"], { env: tokens }));
    home.dispose();
    expect(read("environment")).toContain("HOME=");
    expect(read("environment")).not.toMatch(/^AWS_.*TOKEN/m);
  });
});

/** Notes what is opened for writing; with DIE_BEFORE it ends the process where a file would be renamed into that place. */
const WITNESS = `
const fs = require("node:fs");
const { openSync, renameSync, writeFileSync, fstatSync, statSync, writeSync, closeSync } = fs;
const { dirname, resolve } = require("node:path");
const note = (given, stats) => {
  const path = resolve(given);
  const line = { path, mode: stats.mode & 0o777, directory: statSync(dirname(path)).mode & 0o777 };
  const out = openSync(process.env.WITNESS, "a");
  writeSync(out, JSON.stringify(line) + "\\n");
  closeSync(out);
};
fs.openSync = (path, flags, ...more) => {
  const fd = openSync(path, flags, ...more);
  const writes = typeof flags === "string" ? /[wa+]/.test(flags) : (flags & 3) !== 0;
  if (writes && !String(path).startsWith("/dev/fd/")) note(path, fstatSync(fd));
  return fd;
};
fs.writeFileSync = (file, ...more) => {
  writeFileSync(file, ...more);
  if (typeof file === "string") note(file, statSync(file));
};
fs.renameSync = (from, to) => {
  if (process.env.DIE_BEFORE && to.includes(process.env.DIE_BEFORE)) process.kill(process.pid, "SIGKILL");
  return renameSync(from, to);
};
require("node:module").syncBuiltinESMExports();
`;

/** They are seen while they are typed, and gone with the question. */
const TYPED = ["code", "wrongCode"];
const SESSION_SECRETS = ["sessionSecret", "sessionToken"];

/** A home with a phone that leaves no trace, and is there long enough to be seen. */
function prepare(): Home {
  const home = new Home(aws);
  mkdirSync(join(home.path, "tmp"));
  home.executable("bin/phone", `sleep 0.15; cat ${home.path}/code`);
  home.configure(`mfa_process = ${join(home.path, "bin/phone")}`);
  home.showCode();
  return home;
}

/** The path of an empty file beside the homes. */
function fresh(name: string): string {
  const path = join(elsewhere, name);
  rmSync(path, { force: true });
  return path;
}

function read(name: string): string {
  try {
    return readFileSync(join(elsewhere, name), "utf8");
  } catch {
    return "";
  }
}

/** Plays one run and notes everything that could be seen of it. */
async function witness(play: Play): Promise<Evidence> {
  aws.clearFaults();
  const home = prepare();
  const code = home.showCode();
  const log = fresh("log");
  const env: Record<string, string> = { ...CALLER, NODE_OPTIONS, TMPDIR: join(home.path, "tmp"), ASKONCE_LOG: log };
  const known = new Set(aws.state.sessions().map(({ accessKeyId }) => accessKeyId));
  let before = new Map<string, Entry>();
  const begin = (): void => {
    before = listing(home.path);
  };
  const get: Scene["get"] = (name = "work-keys", ...flags) => {
    begin();
    return home.run(["get", name, ...flags], { env });
  };
  const watch = watchChildren(PROGRAM, 4);
  try {
    const played = await play({ home, code, env, begin, get });
    const { outcome, pty } = "outcome" in played ? played : { outcome: played, pty: undefined };
    const children = await watch.stop();
    const made = aws.state.sessions().filter(({ accessKeyId }) => !known.has(accessKeyId));
    const last = made.map(({ secretAccessKey, sessionToken }) => [secretAccessKey, sessionToken] as const);
    return {
      outcome,
      children,
      terminal: pty?.output() ?? "",
      screen: pty?.screen() ?? "",
      log: read("log"),
      changed: new Map(
        [...listing(home.path)].filter(([path, entry]) => JSON.stringify(before.get(path)) !== JSON.stringify(entry)),
      ),
      secrets: {
        key: aws.fixture.jane.secretAccessKey,
        wrongKey: WRONG_SECRET,
        callerSecret: CALLER.AWS_SECRET_ACCESS_KEY,
        callerToken: CALLER.AWS_SESSION_TOKEN,
        callerArgument: ARGUMENT,
        callerOtherToken: CALLER.AWS_SECURITY_TOKEN,
        proxyPassword: PROXY_PASSWORD,
        proxyLogin: Buffer.from(`jane:${PROXY_PASSWORD}`).toString("base64"),
        code,
        wrongCode: "271828",
        ...Object.fromEntries(
          last.flatMap(([secret, token], index) => [
            [`sessionSecret${index}`, secret],
            [`sessionToken${index}`, token],
          ]),
        ),
      },
    };
  } finally {
    await watch.stop();
    await killAllPtys();
    home.dispose();
  }
}

/** Runs `get` through a proxy that is told a password, with the debug log of the libraries asked for. */
async function throughProxy({ env, get }: Scene, options: ProxyOptions, name?: string): Promise<Outcome> {
  const proxy = await startProxy(options);
  env.HTTP_PROXY = proxy.url.replace("//", `//jane:${encodeURIComponent(PROXY_PASSWORD)}@`);
  env.DEBUG = "*";
  try {
    const outcome = await get(name);
    expect(proxy.requests.length).toBeGreaterThan(0);
    return outcome;
  } finally {
    await proxy.close();
  }
}

/** Runs `get` in a shell on a terminal, with its streams in files beside the home, and types the codes. */
async function onTerminal(
  { home, env, begin }: Scene,
  codes: readonly string[],
  end: string | RegExp,
  then: (pty: PtySession) => void = () => {},
): Promise<{ outcome: Outcome; pty: PtySession }> {
  home.configure();
  begin();
  const pty = await home.shell({ env: { ...env, OUT: fresh("out"), ERR: fresh("err") } });
  pty.type('askonce get work-keys >"$OUT" 2>"$ERR"; echo "status $?"\r');
  for (const [index, code] of codes.entries()) {
    await pty.waitFor(index === 0 ? "? Code" : `try ${index + 1} of 3`);
    pty.type(`${code}\r`);
  }
  if (codes.length === 0) await pty.waitFor("? Code");
  then(pty);
  await pty.waitFor(end);
  const status = /status (\d+)/.exec(pty.screen())?.[1];
  const killed = codes.length === 0;
  return {
    pty,
    outcome: {
      status: killed ? null : Number(status),
      signal: killed ? "SIGKILL" : null,
      stdout: read("out"),
      stderr: read("err"),
    },
  };
}

/** Control characters of a text that a terminal would obey; line ends are none. */
function controls(text: string): string[] {
  return [...text].filter((character) => /\p{Cc}/u.test(character) && character !== "\n");
}

function isInCache([path]: [string, Entry]): boolean {
  return path.startsWith(".cache/") && !path.includes("/sessions/");
}
