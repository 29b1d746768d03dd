/**
 * No secret in an argument, in another program's environment, in the log, in an error, in a temporary file or on the
 * terminal: each way a run can end is taken once, with secrets planted that no other test uses; then every place is searched.
 */

import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { PROGRAM } from "../support/askonce.ts";
import { FAULTS, type Fault } from "../support/fake-aws/faults.ts";
import { type FakeAws, startFakeAws } from "../support/fake-aws/server.ts";
import { leaks, programsBelow } from "../support/leaks.ts";
import { ARGUMENT, awsError, CALLER, ESCAPE, ON_LINUX, withOutsideDirectory } from "../support/secrets.ts";
import {
  type Act,
  type Evidence,
  onTerminal,
  PROXY_PASSWORD,
  throughProxy,
  WRONG_SECRET,
  witness,
} from "../support/witness.ts";

let aws: FakeAws;
withOutsideDirectory();
beforeAll(async () => {
  aws = await startFakeAws();
});
afterAll(() => aws.close());

/** These are on the screen while they are typed, and go with the question. */
const TYPED = ["code", "wrongCode"];
const SESSION_SECRETS = ["sessionSecret", "sessionToken"];

/** Every way a run can go: its name, its status, what happens. A `null` is the end by a signal. */
const RUNS: [string, number | null, Act][] = [
  ["a success through mfa_process", 0, ({ get }) => get()],
  ["a success with a role", 0, ({ get }) => get("admin")],
  ["a success on the terminal", 0, (run) => onTerminal(run, [run.code], "status 0")],
  ["three wrong codes on the terminal", 4, (run) => onTerminal(run, ["271828", "314159", "141421"], "status 4")],
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
      return get("work-keys", "--mfa-serial", aws.fixture.jane.devices.phone.serial);
    },
  ],
  [
    "a role that AWS refuses",
    5,
    ({ get }) => {
      aws.fault("AssumeRole", awsError("AccessDenied", "User is not authorized to perform: sts:AssumeRole"));
      return get("admin");
    },
  ],
  [
    "an AWS that cannot be reached",
    5,
    ({ env, get }) => {
      env.AWS_ENDPOINT_URL = "http://127.0.0.1:9";
      return get("work-keys", "--mfa-serial", aws.fixture.jane.devices.phone.serial);
    },
  ],
  ...([FAULTS.garbage, FAULTS.html, FAULTS.halfBody, FAULTS.empty] as Fault[]).map((fault): [string, number, Act] => [
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
  ...(["a success", "a failure"] as const).map((what): [string, number, Act] => [
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
  ["a success through a proxy", 0, (run) => throughProxy(run, { login: `jane:${PROXY_PASSWORD}` })],
  ["a success with a role through a proxy", 0, (run) => throughProxy(run, {}, "admin")],
  ["a proxy that wants another password", 5, (run) => throughProxy(run, { login: "jane:another" })],
  ["a proxy that fails", 5, (run) => throughProxy(run, { fault: 502 })],
  ["a proxy that hangs up", 5, (run) => throughProxy(run, { fault: "hangs up" })],
  ...["http://USER@127.0.0.1:9", "socks5://USER@127.0.0.1:9", "http://USER@127.0.0.1:port"].map(
    (address): [string, number, Act] => [
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
  ...(["SIGTERM", "SIGKILL"] as const).map((signal): [string, null, Act] => [
    `${signal} while asking`,
    null,
    async ({ home, env, begin }) => {
      home.executable("bin/phone", "exec sleep 2");
      begin();
      const { child, done } = home.start(["get", "work-keys"], { env });
      await sleep(900);
      child.kill(signal);
      return done;
    },
  ]),
  [
    "SIGKILL while asking on the terminal",
    null,
    (run) =>
      onTerminal(run, [], /Killed|status 137/, (pty) => {
        for (const pid of programsBelow(PROGRAM, pty.pid)) process.kill(pid, "SIGKILL");
      }),
  ],
];

describe.each(RUNS)("%s", (_, status, act) => {
  let seen: Evidence;

  beforeAll(async () => {
    seen = await witness(aws, act);
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
      const throughProcess = await witness(aws, ({ get }) => get());
      expect(throughProcess.children.some(({ argv }) => argv.includes("bin/phone"))).toBe(true);
      expect(throughProcess.children.some(({ argv }) => argv.startsWith("sleep"))).toBe(true);
      const terminal = await witness(aws, (run) => onTerminal(run, [run.code], "status 0"));
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
