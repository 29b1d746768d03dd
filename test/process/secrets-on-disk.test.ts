/** No secret in a file that others can read: while it is written, in a core file, a crash report or a child's environment. */

import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { beforeEach, describe, expect, it } from "vitest";
import { answerOf, PROGRAM } from "../support/askonce.ts";
import { aws, home, withFreshHomes } from "../support/fresh-homes.ts";
import { leaks } from "../support/leaks.ts";
import {
  CALLER,
  emptyFile,
  ON_LINUX,
  outside,
  prepareHome,
  readOutside,
  withOutsideDirectory,
} from "../support/secrets.ts";
import { needs } from "../support/tools.ts";
import { waitUntil } from "../support/waiting.ts";

withOutsideDirectory();
withFreshHomes(() => prepareHome(home));

describe("the moment of writing", () => {
  beforeEach(() => {
    writeFileSync(join(outside, "witness.cjs"), WITNESS);
    writeFileSync(join(outside, "written"), "");
  });
  const watched = (more: Record<string, string> = {}): Record<string, string> => ({
    NODE_OPTIONS: `--require ${join(outside, "witness.cjs")}`,
    WITNESS: join(outside, "written"),
    ...more,
  });
  const written = (): { path: string; mode: number; directory: number }[] =>
    readOutside("written")
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
    await home.run(["get", "admin", "--log", emptyFile("log")], { env: watched() });
    const others = written().filter(
      ({ path }) =>
        !path.startsWith(`${home.cache}/`) &&
        !["/dev/null", "/dev/tty", "/proc/self/coredump_filter", join(outside, "log")].includes(path),
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
    home.executable("bin/phone", `touch ${home.path}/asked; exec sleep 5`);
    const directory = mkdtempSync(join(outside, "core-"));
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
  });
});

describe("a crash report", () => {
  it("holds no secret, should Node be told to write one", async () => {
    home.executable("bin/phone", `touch ${home.path}/asked; sleep 5`);
    const directory = mkdtempSync(join(outside, "report-"));
    const reports = `--report-on-signal --report-signal=SIGUSR2 --report-directory=${directory}`;
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
    await sleep(200);
    child.kill("SIGTERM");
    await done;
    const report = readFileSync(join(directory, reported() ?? ""), "utf8");
    expect(report).toContain('"nodejsVersion"');
    const secrets = { key: aws.fixture.jane.secretAccessKey, ...CALLER };
    expect(leaks(report, secrets, ["AWS_ACCESS_KEY_ID"])).toEqual([]);
  });
});

describe("the children's environment", () => {
  it("has none of the caller's other AWS tokens either", async () => {
    const tokens = {
      AWS_CONTAINER_AUTHORIZATION_TOKEN: "CallersContainerToken0",
      AWS_BEARER_TOKEN_BEDROCK: "Callers0",
    };
    home.executable("bin/phone", `env >${emptyFile("environment")}; cat ${home.path}/code`);
    answerOf(await home.run(["get", "work-keys"], { env: tokens }));
    expect(readOutside("environment")).toContain("HOME=");
    expect(readOutside("environment")).not.toMatch(/^AWS_.*TOKEN/m);
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
