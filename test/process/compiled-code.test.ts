/** What V8 compiled is kept for the next run: for us alone, never at the cost of an answer, and never anybody else's code. */

import { execFileSync, spawnSync } from "node:child_process";
import {
  chmodSync,
  chownSync,
  existsSync,
  linkSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { dirname, join } from "node:path";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { answerOf, PROGRAM } from "../support/askonce.ts";
import { Disk, needsDisks } from "../support/disks.ts";
import { home, withFreshHomes } from "../support/fresh-homes.ts";

withFreshHomes(() => {
  home.coolDown();
  home.configure(home.phoneLines());
  home.showCode();
});

const NAME = /^[\w-]+-[0-9a-f]{16}-v[\d.]+-\w+-\w+$/;
const room = (): string => join(home.cache, "code");
const names = (): string[] => (existsSync(room()) ? readdirSync(room()).sort() : []);
const bundles = (): string[] => names().map((name) => name.replace(/-[0-9a-f]{16}-.*$/, ""));
const pathOf = (bundle: string): string =>
  join(room(), names().find((name) => name.startsWith(`${bundle}-`)) ?? `no ${bundle}`);
const versions = (): string[] => names().map((name) => `${name} ${statSync(join(room(), name)).ino}`);

/** Whether the program runs code that is not its own: it ends with this status then. */
const FOREIGN = 66;
async function runsForeignCode(env: Record<string, string> = {}): Promise<boolean> {
  const { stdout, status } = await home.run(["--version"], { env });
  if (status === FOREIGN) return true;
  expect([status, stdout]).toEqual([0, "0.1.0\n"]);
  return false;
}

/** The code of a bundle that is another one in one place. V8 compares no more of the source than its length. */
function foreignCode(): Buffer {
  const path = join(dirname(PROGRAM), "main.cjs");
  const own = readFileSync(path, "latin1");
  const source = own.replace("process.exitCode=1", `process.exit(${FOREIGN});;`);
  expect([source.length, source === own]).toEqual([own.length, false]);
  const script = `const { Script } = require("node:vm");
    const made = new Script(require("node:fs").readFileSync(0, "latin1"), { filename: ${JSON.stringify(path)} });
    process.exit = () => {
      process.stdout.write(made.createCachedData());
      throw 0;
    };
    try {
      made.runInThisContext()((id) => (id.includes(":src/") ? {} : require(id)), {}, "", {});
    } catch {}`;
  const { stdout } = spawnSync(process.execPath, ["-e", script], { input: source, maxBuffer: 2 ** 25 });
  expect(stdout.length).toBeGreaterThan(10_000);
  return Buffer.concat([stdout, stdout]);
}

async function plant(change: (path: string) => void = () => {}): Promise<void> {
  answerOf(await home.run(["get", "work-keys"]));
  const path = pathOf("main");
  writeFileSync(path, foreignCode());
  change(path);
}

describe("what a call has compiled", () => {
  it("is kept for the next one, which runs it and writes nothing", async () => {
    answerOf(await home.run(["get", "work-keys"]));
    expect(bundles()).toEqual(expect.arrayContaining(["main", "refresh", "aws-sts"]));
    for (const name of names()) {
      expect(name).toMatch(NAME);
      expect(lstatSync(join(room(), name)).mode & 0o7777).toBe(0o600);
    }
    expect(lstatSync(room()).mode & 0o7777).toBe(0o700);
    const before = versions();
    answerOf(await home.run(["get", "work-keys", "--no-prompt"]));
    expect(versions()).toEqual(before);
    writeFileSync(pathOf("main"), foreignCode());
    // It is run indeed.
    expect(await runsForeignCode()).toBe(true);
  });

  it("is made anew when the program is another", async () => {
    const copy = join(home.path, "askonce-copy");
    execFileSync("cp", ["-r", dirname(PROGRAM), copy]);
    await plant();
    const entry = join(copy, "askonce.cjs");
    const [, build = ""] = /-([0-9a-f]{16})-/.exec(readFileSync(entry, "utf8")) ?? [];
    writeFileSync(entry, readFileSync(entry, "utf8").replace(build, "0123456789abcdef"));
    const { stdout } = spawnSync(process.execPath, [entry, "--version"], { env: home.env, encoding: "utf8" });
    expect(build).not.toBe("");
    expect(stdout.trim()).toBe("0.1.0");
  });

  it("is not what looks keep, nor a run that has failed", async () => {
    for (const words of [["--version"], ["--help"], ["status"], ["get", "nobody"]]) await home.run(words);
    expect(names()).toEqual([]);
  });

  it.each(["--max-old-space-size=300", "--stack-trace-limit=5"])("is left alone by a Node with %s", async (flag) => {
    await plant();
    const before = versions();
    expect(await runsForeignCode({ NODE_OPTIONS: flag })).toBe(false);
    answerOf(await home.run(["get", "work-keys", "--no-prompt"], { env: { NODE_OPTIONS: flag } }));
    expect(versions()).toEqual(before);
  });

  it("is thrown away when nobody has renewed it for long, and what a writer left", async () => {
    answerOf(await home.run(["get", "work-keys"]));
    rmSync(pathOf("main"));
    const left = { "main-0000000000000000-v1.0.0-x64-_usr_bin_node": "40 days ago", "abc.tmp": "2 hours ago" };
    for (const [name, since] of Object.entries(left)) {
      writeFileSync(join(room(), name), "");
      execFileSync("touch", ["-d", since, join(room(), name)]);
    }
    answerOf(await home.run(["get", "work-keys", "--no-prompt"]));
    expect(names().filter((name) => /^main-0{16}|^abc/.test(name))).toEqual([]);
    expect(bundles()).toContain("main");
  });

  it("is written by twenty at once as by one", async () => {
    const answers = await Promise.all(Array.from({ length: 20 }, () => home.run(["get", "work-keys"])));
    expect(new Set(answers.map((outcome) => answerOf(outcome).SessionToken)).size).toBe(1);
    expect(names().filter((name) => !NAME.test(name))).toEqual([]);
    const before = versions();
    answerOf(await home.run(["get", "work-keys", "--no-prompt"]));
    expect(versions()).toEqual(before);
  }, 60_000);
});

describe("code that somebody else may have written is not run:", () => {
  const WAYS: Record<string, (path: string) => void> = {
    "a file that others may write to": (path) => chmodSync(path, 0o620),
    "a file that others may read": (path) => chmodSync(path, 0o644),
    "a file with a second name": (path) => linkSync(path, join(home.path, "second")),
    "a link": (path) => {
      renameSync(path, join(home.path, "elsewhere"));
      symlinkSync(join(home.path, "elsewhere"), path);
    },
    "a FIFO": (path) => {
      rmSync(path);
      execFileSync("mkfifo", ["-m", "600", path]);
    },
    "another user's file": (path) => chownSync(path, 65_534, 65_534),
    "a directory that others may write to": () => chmodSync(room(), 0o770),
    "another user's directory": () => chownSync(room(), 65_534, 65_534),
    "a cache that others may write to": () => chmodSync(home.cache, 0o770),
  };
  it.each(Object.keys(WAYS))("%s", async (way) => {
    await plant(WAYS[way]);
    expect(await runsForeignCode()).toBe(false);
  });

  it("a link in place of the directory, which is refused", async () => {
    await plant();
    renameSync(room(), join(home.path, "elsewhere"));
    symlinkSync(join(home.path, "elsewhere"), room());
    expect(await runsForeignCode()).toBe(false);
    const outcome = await home.run(["get", "work-keys", "--no-prompt"]);
    expect(outcome).toMatchObject({ status: 3, stdout: "", stderr: expect.stringContaining("is a link") });
  });

  it("what is in a cache that belongs to another user", async () => {
    await plant();
    execFileSync("chmod", ["-R", "a+rX", home.path]);
    for (const path of [home.cache, room(), pathOf("main")]) chmodSync(path, path.endsWith("node") ? 0o600 : 0o700);
    execFileSync("chown", ["-R", "65534:65534", home.cache]);
    expect(await runsForeignCode()).toBe(false);
  });
});

describe("damage costs no answer:", () => {
  const DAMAGE: Record<string, (bytes: Buffer) => Buffer> = {
    "nothing left": () => Buffer.alloc(0),
    "one byte": () => Buffer.alloc(1),
    zeros: (bytes) => Buffer.alloc(bytes.length),
    "half of it": (bytes) => bytes.subarray(0, bytes.length / 2),
    "a quarter, twice": (bytes) => Buffer.concat([bytes.subarray(0, 9_000), bytes.subarray(0, 9_000)]),
    "a text": () => Buffer.from("no code"),
  };
  it.each(Object.keys(DAMAGE))("%s, and the next call has it whole again", async (what) => {
    answerOf(await home.run(["get", "work-keys"]));
    const whole = names();
    for (const name of whole) {
      const path = join(room(), name);
      writeFileSync(path, DAMAGE[what]?.(readFileSync(path)) ?? "");
      execFileSync("touch", ["-d", "1 minute ago", path]);
    }
    answerOf(await home.run(["get", "work-keys", "--no-prompt"]));
    const [half = Buffer.alloc(0), other = Buffer.alloc(1)] = halves(readFileSync(pathOf("main")));
    expect(half.equals(other) && half.length > 20_000).toBe(true);
    expect(names()).toEqual(whole);
  });

  it("a bit anywhere", async () => {
    answerOf(await home.run(["get", "work-keys"]));
    const path = pathOf("main");
    const whole = readFileSync(path);
    const bits = fc.tuple(fc.nat(whole.length - 1), fc.nat(7));
    await fc.assert(
      fc.asyncProperty(fc.array(bits, { minLength: 1, maxLength: 3 }), async (flips) => {
        const bytes = Buffer.from(whole);
        for (const [at, bit] of flips) bytes[at] = (bytes[at] ?? 0) ^ (1 << bit);
        writeFileSync(path, bytes);
        answerOf(await home.run(["get", "work-keys", "--no-prompt"]));
      }),
      { numRuns: 25 },
    );
  }, 60_000);

  it.each(["a directory", "a FIFO", "a file"])("%s in place of the room", async (what) => {
    mkdirSync(home.cache, { recursive: true, mode: 0o700 });
    if (what === "a file") writeFileSync(room(), "", { mode: 0o600 });
    if (what === "a FIFO") execFileSync("mkfifo", ["-m", "600", room()]);
    if (what === "a directory") mkdirSync(room(), { mode: 0o500 });
    for (const words of [[], ["--no-prompt"]]) answerOf(await home.run(["get", "work-keys", ...words]));
  });

  it("a disk that is full", async (context) => {
    needsDisks(context);
    const disk = new Disk();
    chmodSync(disk.path, 0o700);
    const env = { ASKONCE_CACHE_DIR: join(disk.path, "cache") };
    answerOf(await home.run(["get", "work-keys"], { env }));
    disk.fill();
    answerOf(await home.run(["get", "work-keys", "--no-prompt"], { env }));
    expect(readdirSync(join(env.ASKONCE_CACHE_DIR, "code")).filter((name) => name.endsWith(".tmp"))).toEqual([]);
  });
});

function halves(bytes: Buffer): [Buffer, Buffer] {
  return [bytes.subarray(0, bytes.length / 2), bytes.subarray(bytes.length / 2)];
}
