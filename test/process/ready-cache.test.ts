/** What is kept ready stays inside the cache and private, is gone after a logout, and costs no answer whatever stands in its way. */

import { execFileSync } from "node:child_process";
import { existsSync, lstatSync, mkdirSync, readdirSync, readFileSync, rmSync, symlinkSync, utimesSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { describe, expect, it } from "vitest";
import { answerOf, PROGRAM } from "../support/askonce.ts";
import { snapshot } from "../support/canaries.ts";
import { Disk, needsDisks } from "../support/disks.ts";
import { home, ready, withReadyHome } from "../support/ready-home.ts";

withReadyHome(["work-keys"], (fresh) => fresh.configure(fresh.serialLine));

const room = (path: string): string => join(home.cache, "ready", path);
const kept = (path: string): number => readdirSync(room(path)).length;

const IN_THE_WAY: Record<string, (path: string) => void> = {
  "a FIFO": (path) => execFileSync("mkfifo", ["-m", "600", path]),
  "a directory": (path) => mkdirSync(join(path, "full"), { recursive: true }),
  "a link to nothing": (path) => symlinkSync(`${home.path}/nothing`, path),
};

describe.each(Object.keys(IN_THE_WAY))("%s in place of", (what) => {
  it.each([".node", ".clock", "work-keys/1", "work-keys"])(
    "%s costs no answer, and leaves nothing",
    async (name) => {
      rmSync(room("work-keys/1"));
      rmSync(room(name), { recursive: true, force: true });
      for (const slot of name === "work-keys/1" ? ["2", "3"] : []) IN_THE_WAY[what]?.(room(`work-keys/${slot}`));
      IN_THE_WAY[what]?.(room(name));
      answerOf(await ready.runFull());
      const inRoom = kept(".");
      const inName = name === "work-keys/1" ? kept("work-keys") : 0;
      answerOf(await ready.runFull());
      expect(kept(".")).toBe(inRoom);
      if (inName > 0) expect(kept("work-keys")).toBe(inName);
      expect(existsSync(join(home.path, "nothing"))).toBe(false);
    },
    30_000,
  );
});

it("nothing is written or swept through a link", async () => {
  const outside = join(home.path, "outside");
  mkdirSync(join(outside, "precious"), { recursive: true });
  home.write("outside/1", "mine");
  for (const path of ["outside/precious", "outside/1"]) utimesSync(join(home.path, path), 1e9, 1e9);
  rmSync(room("work-keys"), { recursive: true });
  symlinkSync(outside, room("work-keys"));
  const before = snapshot(outside);
  answerOf(await ready.runFull());
  // Whoever makes a session sweeps.
  rmSync(join(home.cache, "notes/swept.json"));
  const login = await home.run(["login", "work-keys", "--code", "-"], {
    input: `${home.aws.freshCode()}\n`,
  });
  expect(login).toMatchObject({ status: 0, stderr: "" });
  expect(existsSync(join(home.cache, "notes/swept.json"))).toBe(true);
  expect(snapshot(outside)).toEqual(before);
});

it("the clock that a launcher tells the time by never tells another", async () => {
  const times = new Set<boolean>();
  for (let round = 0; round < 4; round++) {
    rmSync(room("work-keys"), { recursive: true, force: true });
    let isRunning = true;
    const call = ready.runFull().finally(() => (isRunning = false));
    for (; isRunning; await new Promise(setImmediate)) {
      for (let looks = 0; looks < 500; looks++) times.add(lstatSync(room(".clock")).mtimeMs > 1e12);
    }
    answerOf(await call);
    expect(existsSync(room("work-keys/1"))).toBe(true);
  }
  expect([...times]).toEqual([true]);
}, 30_000);

describe("a logout", () => {
  it("leaves no answer, however many calls keep theirs ready meanwhile", async () => {
    for (let round = 0; round < 12; round++) {
      ready.restore();
      rmSync(room("work-keys"), { recursive: true });
      // Some are about to keep theirs when the session goes.
      const calls = [0, 1, 2, 3].map(() => ready.runFull());
      await sleep(40 + round * 12);
      expect(await home.run(["logout", "--all"])).toMatchObject({ status: 0, stderr: "" });
      const answers = (await Promise.all(calls)).filter(({ status }) => status === 0).map(answerOf);
      const keys = [...answers.map(({ SecretAccessKey }) => SecretAccessKey), '"SecretAccessKey":'];
      const files = readdirSync(home.cache, { recursive: true, encoding: "utf8" }).map((name) =>
        join(home.cache, name),
      );
      const secret = files.filter(
        (path) => lstatSync(path).isFile() && keys.some((key) => readFileSync(path, "latin1").includes(key)),
      );
      expect([round, secret]).toEqual([round, []]);
    }
  }, 60_000);

  it("says what it cannot remove", async (context) => {
    needsDisks(context);
    const disk = new Disk();
    // A disk of a test has no room for what V8 has compiled.
    rmSync(join(home.cache, "code"), { recursive: true });
    execFileSync("cp", ["-a", `${home.cache}/.`, disk.path]);
    disk.writeProtect();
    const run = (words: string[]) => home.run(words, { env: { ASKONCE_CACHE_DIR: disk.path } });
    const outcome = await run(["logout", "--all"]);
    expect(outcome).toMatchObject({ status: 3, stdout: "" });
    expect(outcome.stderr).toMatch(/^askonce: cannot remove .*sessions.* \(EROFS\); [^\n]+\n$/);
    disk.mend();
    expect(await run(["logout", "--all"])).toMatchObject({ status: 0, stdout: "forgot 1 session\n" });
    expect(readdirSync(join(disk.path, "ready")).filter((name) => !name.startsWith("."))).toEqual([]);
  }, 30_000);
});

it("nothing is kept of files that were switched before it could be", async () => {
  execFileSync("mv", [join(home.path, ".aws"), join(home.path, "first")]);
  execFileSync("cp", ["-a", join(home.path, "first"), join(home.path, "second")]);
  symlinkSync("first", join(home.path, ".aws"));
  // The pipe is full until the link leads elsewhere.
  const around = `mkfifo pipe; exec 3<>pipe; head -c 65536 /dev/zero >&3
    "$@" >pipe & sleep 2; SWITCH
    head -c 65536 <&3 >answer; wait; exec 4<&3 3<&-; timeout 1 cat <&4 >answer; true`;
  for (const [change, isKept] of [
    ["true", true],
    ["ln -sfn second .aws", false],
  ] as const) {
    rmSync(room("work-keys"), { recursive: true, force: true });
    rmSync(join(home.path, "pipe"), { force: true });
    await ready.runFull({ around: around.replace("SWITCH", change) });
    expect(home.read("answer")).toMatch(/^\{"Version":1,.*\}\n$/);
    expect([change, existsSync(room("work-keys/1"))]).toEqual([change, isKept]);
  }
}, 30_000);

it("a terminal is left as it is, where another one asks by now", async () => {
  home.write("raw.cjs", `require("node:child_process").execFileSync("stty", ["raw"], { stdio: "inherit" });`);
  const get = `'${process.execPath}' -r ./raw.cjs '${PROGRAM}' get work-keys >out`;
  const pty = home.commandOnPty("env", ["-u", "ASKONCE_LOG", "sh", "-c", `cd; ${get}; stty -a; echo 'all of it'`]);
  await pty.waitFor("all of it");
  expect(pty.output()).toMatch(/-icanon/);
  expect(home.read("out")).toMatch(/^\{"Version":1,.*\}\n$/);
}, 30_000);
