/** What is ready: for roles, found devices, several environments, through links; for whom, and until when. */

import { spawnSync } from "node:child_process";
import {
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { dirname, join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { answerOf, PROGRAM } from "../support/askonce.ts";
import { aws, home, withFreshHomes } from "../support/fresh-homes.ts";
import { age, LAUNCHER, OLD_SECONDS, ReadyHome, readyFiles, SHELLS } from "../support/ready-home.ts";
import { needs, needsTool } from "../support/tools.ts";

let ready: ReadyHome;

withFreshHomes(() => {
  home.configure(home.phoneLines());
  home.showCode();
  age(join(home.path, ".aws"), OLD_SECONDS);
});
beforeEach(() => {
  ready = new ReadyHome(home);
});
afterEach(() => ready.dispose());

/** Has the answer for a name made and ready. */
async function makeReady(name = "work-keys", env: Record<string, string> = {}): Promise<string> {
  answerOf(await ready.runNode({ args: [name], env }));
  await sleep(1_300);
  const { stdout } = await ready.runNode({ args: [name], env });
  ready.useOwnNode();
  return stdout;
}

/** What the launcher prints, and whether it took a Node for it. */
async function launched(name = "work-keys", env: Record<string, string> = {}): Promise<[string, number]> {
  const outcome = await ready.runLauncher("dash", { args: [name], env });
  answerOf(outcome);
  return [outcome.stdout, outcome.nodes];
}

describe("an answer is ready", () => {
  it("once it is older than a tick of the clock, with one Node for that", async () => {
    const [first] = await launched();
    expect(await launched()).toEqual([first, 1]);
    await sleep(1_300);
    expect(await launched()).toEqual([first, 1]);
    expect(await launched()).toEqual([first, 0]);
    expect(await launched()).toEqual([first, 0]);
  });

  it("for a role and for a profile that calls askonce", async () => {
    for (const name of ["admin", "work"]) {
      const answer = await makeReady(name);
      expect(await launched(name)).toEqual([answer, 0]);
    }
    expect([aws.count("GetSessionToken"), aws.count("AssumeRole")]).toEqual([1, 1]);
  });

  it("where the device was found, until something else is known of the user", async () => {
    home.configure(`mfa_process = ${home.phone()}`);
    age(join(home.path, ".aws"), OLD_SECONDS);
    const answer = await makeReady();
    expect(await launched()).toEqual([answer, 0]);
    const [user = ""] = readdirSync(join(home.cache, "users"));
    const path = join(home.cache, "users", user);
    writeFileSync(path, readFileSync(path));
    expect((await launched())[1]).toBe(1);
  });

  it("where a program has the keys, which is not run", async () => {
    const { accessKeyId, secretAccessKey } = aws.fixture.jane;
    const keys = JSON.stringify({ Version: 1, AccessKeyId: accessKeyId, SecretAccessKey: secretAccessKey });
    home.write("keys.json", keys);
    const program = home.executable("bin/keys", `echo run >> ${home.path}/keys.run; cat ${home.path}/keys.json`);
    home.configure("", `[profile theirs]\ncredential_process = ${program}\nmfa_process = ${home.phone()}\n`);
    age(join(home.path, ".aws"), OLD_SECONDS);
    const answer = await makeReady("theirs");
    expect(await launched("theirs")).toEqual([answer, 0]);
    expect(home.read("keys.run")).toBe("run\n");
    rmSync(join(home.path, "keys.json"));
  });

  it("where there is no ~/.aws, until there is", async () => {
    const { accessKeyId, secretAccessKey } = aws.fixture.jane;
    const keys = `aws_access_key_id = ${accessKeyId}\naws_secret_access_key = ${secretAccessKey}\n`;
    mkdirSync(join(home.path, "elsewhere"));
    const config = home.write(
      "elsewhere/config",
      `${home.read(".aws/config").replace("[profile work-keys]\n", `$&${keys}`)}`,
    );
    rmSync(join(home.path, ".aws"), { recursive: true });
    age(dirname(config), OLD_SECONDS);
    const env = { AWS_CONFIG_FILE: config };
    const answer = await makeReady("work-keys", env);
    expect(await launched("work-keys", env)).toEqual([answer, 0]);
    mkdirSync(join(home.path, ".aws"));
    home.write(".aws/credentials", "[other]\n");
    expect((await launched("work-keys", env))[1]).toBe(1);
  });

  it("in three environments at a time", async () => {
    const environments = ["a", "b", "c"].map((region) => ({ AWS_REGION: `eu-west-${region}` }));
    for (const env of environments) await makeReady("work-keys", env);
    for (const env of environments) expect((await launched("work-keys", env))[1]).toBe(0);
    await makeReady("work-keys", { AWS_REGION: "eu-west-d" });
    expect((await launched("work-keys", { AWS_REGION: "eu-west-d" }))[1]).toBe(0);
    expect(readyFiles(home)).toHaveLength(3);
  });

  it("through a link, until that leads elsewhere: to a file of the same time, as a Nix store has them", async () => {
    const config = join(home.path, ".aws/config");
    const stores = ["one", "two"].map((store) => {
      const path = join(home.path, store);
      mkdirSync(path);
      writeFileSync(join(path, "config"), `${readFileSync(config, "utf8")}\n# ${store}\n`);
      age(path, OLD_SECONDS);
      utimesSync(join(path, "config"), 1, 1);
      return join(path, "config");
    });
    rmSync(config);
    symlinkSync(stores[0] ?? "", config);
    age(dirname(config), OLD_SECONDS);
    const answer = await makeReady();
    expect(await launched()).toEqual([answer, 0]);
    const { atime, mtime } = lstatSync(dirname(config));
    symlinkSync(stores[1] ?? "", `${config}.new`);
    renameSync(`${config}.new`, config);
    utimesSync(dirname(config), atime, mtime);
    expect(await launched()).toEqual([answer, 1]);
  });

  it("never for what each run has to do itself", async () => {
    home.configure(
      `mfa_process = ${home.phone()}`,
      ["--force", `--log ${home.path}/its.log`]
        .map((flag, index) => `[profile own${index}]\ncredential_process = askonce get work-keys ${flag}\n`)
        .join("\n"),
    );
    age(join(home.path, ".aws"), OLD_SECONDS);
    await makeReady("own1");
    expect((await launched("own1"))[1]).toBe(1);
    home.showCode();
    aws.clearCalls();
    await launched("own0");
    expect(aws.count("GetSessionToken")).toBe(1);
    expect(readyFiles(home)).toEqual([]);
  });

  it("no longer than min_remaining allows", async () => {
    home.configure(`mfa_process = ${home.phone()}`, "[profile long]\nsource_profile = work-keys\nmin_remaining = 6h\n");
    age(join(home.path, ".aws"), OLD_SECONDS);
    await makeReady("long");
    const [file = ""] = readyFiles(home);
    expect(lstatSync(file).mtimeMs - Date.now()).toBeGreaterThan(5.9 * 3_600_000);
    expect(lstatSync(file).mtimeMs - Date.now()).toBeLessThan(6 * 3_600_000);
  });
});

describe("an answer is ready no more", () => {
  it("after a logout, which leaves nothing of it", async () => {
    await makeReady();
    await home.run(["logout", "work-keys"]);
    expect(readyFiles(home)).toEqual([]);
    expect((await home.command("grep", ["-r", "SecretAccessKey", home.cache])).stdout).toBe("");
  });

  it("from the moment another session is there, fifty times", async () => {
    await makeReady();
    const [name = ""] = readdirSync(join(home.cache, "sessions"));
    const path = join(home.cache, "sessions", name);
    const session = JSON.parse(readFileSync(path, "utf8"));
    for (let round = 0; round < 50; round++) {
      const accessKeyId = `ASIA${String(round).padStart(16, "0")}`;
      writeFileSync(`${path}.x.tmp`, JSON.stringify({ ...session, accessKeyId, sum: undefined }), { mode: 0o600 });
      renameSync(`${path}.x.tmp`, path);
      const [outcome, node] = [await ready.runLauncher("dash"), await ready.runNode()];
      expect([answerOf(outcome).AccessKeyId, answerOf(node).AccessKeyId]).toEqual([accessKeyId, accessKeyId]);
    }
  });

  it("once it ended, and is swept with what killed writers left", async () => {
    await makeReady();
    const [file = ""] = readyFiles(home);
    utimesSync(file, 1, 1);
    const left = join(dirname(file), "0".repeat(18));
    mkdirSync(left);
    utimesSync(left, 1, 1);
    await home.run(["logout", "--all"]);
    const other = join(home.cache, "ready/gone");
    mkdirSync(join(other, "1".repeat(18)), { recursive: true });
    writeFileSync(join(other, "1"), "x");
    for (const path of [join(other, "1"), join(other, "1".repeat(18))]) utimesSync(path, 1, 1);
    rmSync(join(home.cache, "notes/swept.json"), { force: true });
    home.showCode();
    answerOf(await ready.runNode());
    expect([existsSync(left), existsSync(other)]).toEqual([false, false]);
  });
});

it("twenty that make it ready at once leave one, and nothing else", async () => {
  answerOf(await ready.runNode());
  await sleep(1_300);
  const outcomes = await Promise.all(Array.from({ length: 20 }, () => ready.runNode()));
  expect(new Set(outcomes.map(answerOf).map(({ AccessKeyId }) => AccessKeyId)).size).toBe(1);
  ready.useOwnNode();
  expect((await launched())[1]).toBe(0);
  expect(readyFiles(home)).toHaveLength(1);
});

it.for(Object.entries(SHELLS))(
  "%s starts no process for it, and no second copy of itself",
  async ([, shell], context) => {
    needsTool(context, "strace", shell[0] ?? "");
    const answer = await makeReady();
    const trace = join(home.path, "trace");
    const { ASKONCE_LOG: __, ...env } = home.env;
    const words = ["-f", "-qq", "-o", trace, "-e", "trace=process", ...shell, LAUNCHER, "work-keys"];
    expect(spawnSync("strace", words, { env, encoding: "utf8" }).stdout).toBe(answer);
    const calls = readFileSync(trace, "utf8").match(/\b(?:execve|v?fork|clone3?)\(/g);
    expect(calls).toEqual(["execve("]);
  },
);

it("is for its user alone: another who may not read the config is told so, and one who may is served", async (context) => {
  needs(context, process.getuid?.() === 0, "root");
  needsTool(context, "setpriv");
  const drop = 'exec setpriv --reuid=65534 --regid=65534 --clear-groups "$@"';
  // The checkout may be private to us, and so may Node.
  const program = join(home.path, "dist");
  await home.command("cp", ["-a", dirname(PROGRAM), program]);
  await home.command("cp", [process.execPath, join(home.path, "their-node")]);
  await home.command("chown", ["-R", "65534:65534", home.path]);
  const run = (command: string[]) => home.command("bash", ["-c", drop, "drop", "env", "-u", "ASKONCE_LOG", ...command]);
  const get = () => run([join(home.path, "their-node"), join(program, "askonce.cjs"), "get", "work-keys"]);
  const launch = () => run(["sh", join(program, "askonce-get"), "work-keys"]);
  answerOf(await get());
  await sleep(1_300);
  answerOf(await get());
  const started = join(home.path, "node.started");
  const node = home.executable("bin/node", `printf "%s\\0" "$*" >> ${started}; exec ${home.path}/their-node "$@"`);
  home.write(".cache/askonce/ready/.node", `${node}\n`);
  answerOf(await launch());
  expect(existsSync(started)).toBe(false);
  // Root is not 65534: it is somebody else's cache.
  expect((await ready.runLauncher("dash")).nodes).toBe(1);
  rmSync(started);
  await home.command("chmod", ["000", join(home.path, ".aws/config")]);
  const [refused, full] = [await launch(), await get()];
  expect([refused.status, refused.stdout]).toEqual([3, ""]);
  expect(refused.stderr).toBe(full.stderr);
});
