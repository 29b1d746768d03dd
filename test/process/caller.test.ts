/** Which program askonce runs for, seen from below real ones whose arguments hold secrets. */

import { type SpawnSyncReturns, spawn, spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { withDriver } from "../support/driver.ts";
import { killAllPtys, startShellOnPty } from "../support/pty.ts";
import { needs, needsTool } from "../support/tools.ts";
import { waitUntil } from "../support/waiting.ts";

const WAIT_MS = 30_000;
const SECRET = "s3cr3t-value";
/** What an argument may be: a secret, with an escape that would set a terminal's title. */
const ARGUMENTS = ["--token", SECRET, `\x1b]0;${SECRET}\x07`];
const driver = withDriver("caller-driver");
const COMMAND = `'${process.execPath}' '${driver}' result`;
const NAMESPACE = ["--user", "--map-root-user", "--pid", "--fork"];
let home: string;

beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), "caller-test-"));
});
afterEach(async () => {
  await killAllPtys();
  rmSync(home, { recursive: true });
});

function file(name: string, text: string): string {
  writeFileSync(join(home, name), text, { mode: 0o755 });
  return name;
}

function run(program: string, args: readonly string[], env: Record<string, string> = {}): SpawnSyncReturns<string> {
  return spawnSync(program, args, {
    cwd: home,
    encoding: "utf8",
    timeout: WAIT_MS,
    env: { PATH: process.env.PATH, HOME: home, ...env },
  });
}

const result = (): { name: string | null; parent: number } => JSON.parse(readFileSync(join(home, "result"), "utf8"));

/** As the SDK for JavaScript runs a helper: by a shell. */
const NODE_SCRIPT = `require("node:child_process").execSync(${JSON.stringify(`${COMMAND}; true`)});`;
/** As botocore does: without one. */
const PYTHON_SCRIPT = `import subprocess\nsubprocess.run(["${process.execPath}", "${driver}", "result"])\n`;

test("a script of Node's, by a shell between", () => {
  run(process.execPath, [file("deploy.js", NODE_SCRIPT), ...ARGUMENTS]);
  expect(result().name).toBe("node deploy.js");
});

test("a program of Node's that has set a title of its own", () => {
  const title = `process.title = ${JSON.stringify(`npm run deploy ${ARGUMENTS.join(" ")}`)};`;
  run(process.execPath, [file("npm-cli.js", `${title}\n${NODE_SCRIPT}`), "x".repeat(200)]);
  expect(result().name).toBe("npm");
});

test("a script of Python's", (context) => {
  needsTool(context, "python3");
  run("python3", ["-u", file("sync.py", PYTHON_SCRIPT), ...ARGUMENTS]);
  expect(result().name).toMatch(/^python3(\.\d+)? sync\.py$/);
});

test("code on a command line is no script", () => {
  run(process.execPath, ["-e", NODE_SCRIPT, "--", ...ARGUMENTS]);
  expect(result().name).toBe("node");
});

test("a script of the shell's, with wrappers between", () => {
  run("sh", [file("deploy.sh", `env A=b timeout 60 sh -c "${COMMAND}; true"\ntrue\n`), ...ARGUMENTS]);
  expect(result().name).toBe("deploy.sh");
});

test("a program that was started with arguments of a megabyte", () => {
  run(process.execPath, [file("deploy.js", NODE_SCRIPT), ...Array.from({ length: 10 }, () => SECRET.repeat(8_000))]);
  expect(result().name).toBe("node deploy.js");
});

test("the AWS CLI, by its subcommand", (context) => {
  needsTool(context, "aws");
  const url = `http://user:${SECRET}@127.0.0.1:1/`;
  const config = join(
    home,
    file("config", `[profile ${SECRET}]\nregion = eu-west-1\ncredential_process = ${COMMAND}\n`),
  );
  const env = {
    AWS_CONFIG_FILE: config,
    AWS_SHARED_CREDENTIALS_FILE: join(home, "none"),
    AWS_EC2_METADATA_DISABLED: "true",
    AWS_MAX_ATTEMPTS: "1",
  };
  const flags = ["--cli-connect-timeout", "5", "--profile", SECRET, "--endpoint-url", url];
  const { stderr } = run("aws", [...flags, "s3", "ls", `s3://${SECRET}`, "--page-size", "7"], env);
  expect([existsSync(join(home, "result")), stderr]).toEqual([true, expect.any(String)]);
  expect(result().name).toBe("aws s3");
});

test("nobody, where a person types at a shell", async () => {
  const session = await startShellOnPty({ cwd: home });
  session.type(`${COMMAND}\r`);
  await waitUntil(
    () => existsSync(join(home, "result")),
    () => `the result:\n${session.screen()}`,
    WAIT_MS,
  );
  expect(result().name).toBeNull();
});

test("a script that a person runs at a shell", async () => {
  file("deploy", `#!/bin/sh\n${COMMAND}\ntrue\n`);
  const session = await startShellOnPty({ cwd: home });
  session.type(`./deploy ${SECRET}\r`);
  await waitUntil(
    () => existsSync(join(home, "result")),
    () => `the result:\n${session.screen()}`,
    WAIT_MS,
  );
  expect(result().name).toBe("deploy");
});

test("nobody, where the program above has ended", async (context) => {
  run("sh", ["-c", `(while kill -0 $$ 2>/dev/null; do sleep 0.05; done; exec ${COMMAND}) >/dev/null 2>&1 &`]);
  await waitUntil(
    () => existsSync(join(home, "result")),
    () => "the result",
    WAIT_MS,
  );
  needs(context, result().parent === 1, "orphans to go to the first process");
  expect(result().name).toBeNull();
});

test("nobody, above the first process of a namespace", (context) => {
  const { status } = run("unshare", [...NAMESPACE, "--mount-proc", "sh", "-c", `${COMMAND}; true`]);
  needs(context, status === 0, "the right to make a pid namespace");
  expect(result()).toEqual({ name: null, parent: 1 });
});

test("nobody, where the numbers in /proc are other processes'", async (context) => {
  const stranger = spawn("sleep", ["60"], { stdio: "ignore" });
  try {
    const number = (stranger.pid ?? 0) - 1;
    const first = `echo ${number} >/proc/sys/kernel/ns_last_pid && sh -c "${COMMAND}; true"; true`;
    run("unshare", [...NAMESPACE, "sh", "-c", first]);
    const isAble = existsSync(join(home, "result")) && result().parent === stranger.pid;
    needs(context, isAble, "the right to choose a number in a pid namespace");
    expect(result().name).toBeNull();
  } finally {
    stranger.kill("SIGKILL");
  }
});
