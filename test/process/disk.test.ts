/**
 * A disk that takes nothing costs a question later, never the session that STS just gave: it is printed, stderr is empty,
 * the log says why it is not kept, and nobody is asked twice in one process.
 */

import {
  chmodSync,
  chownSync,
  cpSync,
  lchownSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import { digest } from "../../src/disk/file-names.ts";
import { answerOf, type Outcome, PROGRAM } from "../support/askonce.ts";
import { canaries, snapshot } from "../support/canaries.ts";
import { Disk, needsDisks } from "../support/disks.ts";
import { aws, home, withFreshHomes } from "../support/fresh-homes.ts";
import { needs, needsTool } from "../support/tools.ts";

withFreshHomes(() => {
  home.configure(`mfa_process = ${home.phone()}`);
  home.showCode();
});

const isRoot = process.geteuid?.() === 0;
const NOBODY = 65_534;
/** A user that the system does not know, as in a container that was told a number. */
const NUMBER_ONLY = 54_321;

/** One question and one call of each kind, whatever was written of it. */
function askedOnce(): void {
  expect([home.prompts, aws.count("ListMFADevices")]).toEqual([1, 1]);
  expect([aws.count("GetSessionToken"), aws.count("AssumeRole")]).toEqual([1, 1]);
}

/** No half file and no temporary one. */
function soundCache(cache: string): void {
  for (const room of ["sessions", "users", "notes"]) {
    for (const name of namesIn(join(cache, room))) {
      expect(name).toMatch(/\.json$/);
      expect(() => JSON.parse(readFileSync(join(cache, room, name), "utf8")), name).not.toThrow();
    }
  }
  expect(namesIn(join(cache, "locks")).filter((name) => name.startsWith("new-"))).toEqual([]);
}

function namesIn(path: string): string[] {
  try {
    return readdirSync(path);
  } catch {
    return [];
  }
}

/** A disk of its own below the home's cache. */
function diskOfHome(): Disk {
  const disk = new Disk();
  home.coolDown();
  symlinkSync(disk.path, join(home.path, ".cache"));
  return disk;
}

function makeRooms(): void {
  for (const room of ["sessions", "users", "locks", "notes"])
    mkdirSync(join(home.cache, room), { recursive: true, mode: 0o700 });
}

const log = (): string => home.read("log");
const logged = (): Record<string, string> => ({ ASKONCE_LOG: join(home.path, "log") });

const STATES: Record<string, (disk: Disk) => void> = {
  full: (disk) => disk.fill(),
  "out of inodes": (disk) => disk.useUpInodes(),
  "read-only": (disk) => disk.writeProtect(),
};

describe("a disk", () => {
  const cases = Object.keys(STATES).flatMap((state) => [[state, "new"] as const, [state, "there"] as const]);
  it.for(cases)(
    "that is %s, with a cache that is %s, costs no answer, and takes the next once it is mended",
    async ([state, isMade], context) => {
      needsDisks(context);
      const disk = diskOfHome();
      if (isMade === "there") makeRooms();
      STATES[state]?.(disk);
      answerOf(await home.run(["get", "admin"], { env: logged() }));
      askedOnce();
      expect(log()).toMatch(/cannot write|cannot lock|not cached/);
      soundCache(home.cache);
      disk.mend();
      home.showCode();
      const kept = answerOf(await home.run(["get", "admin"]));
      expect(answerOf(await home.run(["get", "admin"]))).toEqual(kept);
      expect(home.prompts).toBe(2);
    },
  );

  it.for([
    ["fills up", (disk: Disk) => `dd if=/dev/zero of=${disk.path}/filler bs=4096 2>/dev/null`],
    ["becomes read-only", (disk: Disk) => `mount -o remount,ro ${disk.path}`],
  ] as const)("that %s while the code is asked for costs no answer", async ([, spoil], context) => {
    needsDisks(context);
    const disk = diskOfHome();
    // Long enough for the locks to be renewed on it.
    home.executable("bin/phone", `echo asked >>${home.path}/asked; ${spoil(disk)}; sleep 2.3; cat ${home.path}/code`);
    answerOf(await home.run(["get", "admin"], { env: logged() }));
    askedOnce();
    expect(log()).toMatch(/cannot write/);
    soundCache(home.cache);
  });

  it("that is full serves what is kept, also near its end, and a renewal of it leaves it as it is", async (context) => {
    needsDisks(context);
    const disk = diskOfHome();
    const kept = answerOf(await home.run(["get", "work-keys"]));
    disk.fill();
    expect(answerOf(await home.run(["get", "work-keys"]))).toEqual(kept);
    expect(home.prompts).toBe(1);
    disk.mend();
    home.leave("session", 300);
    const [file = ""] = readdirSync(join(home.cache, "sessions"));
    const before = readFileSync(join(home.cache, "sessions", file), "utf8");
    disk.fill();
    home.showCode();
    const renewed = answerOf(await home.run(["get", "work-keys"], { env: logged() }));
    expect(renewed.AccessKeyId).not.toBe(kept.AccessKeyId);
    expect(log()).toMatch(/cannot write.*session/);
    expect(readFileSync(join(home.cache, "sessions", file), "utf8")).toBe(before);
    home.configure();
    expect(answerOf(await home.run(["get", "work-keys"])).AccessKeyId).toBe(kept.AccessKeyId);
    expect(aws.count("GetSessionToken")).toBe(2);
  });

  it("that is read-only keeps no dead session alive: who needs it and the role above asks once", async (context) => {
    needsDisks(context);
    const { reader, deploy } = aws.fixture.roles;
    home.configure(
      `mfa_process = ${home.phone()}`,
      `[profile reader]\nrole_arn = ${reader}\nsource_profile = work\n[profile deploy]\nrole_arn = ${deploy}\nsource_profile = reader`,
    );
    const disk = diskOfHome();
    const kept = [await home.run(["get", "work-keys"]), await home.run(["get", "reader"])].map(answerOf);
    disk.writeProtect();
    for (const { AccessKeyId } of kept) aws.state.revoke(AccessKeyId, "ExpiredToken");
    home.showCode();
    answerOf(await home.run(["get", "deploy"], { env: logged() }));
    expect([home.prompts, aws.count("GetSessionToken")]).toEqual([2, 2]);
    expect(log()).toMatch(/cannot write.*session.*EROFS/);
  });

  it("over quota is as one that is full", async (context) => {
    needsTool(context, "strace");
    makeRooms();
    // Few kernels have a quota at hand: the system calls that meet one are made to fail as they would.
    // The first directories are the cache's own, which are there; the others are locks.
    const calls = ["mkdir:error=EDQUOT:when=6+", "fsync:error=EDQUOT"].flatMap((call) => ["-e", `inject=${call}`]);
    const words = ["-f", "--seccomp-bpf", "-o", join(home.path, "trace"), "-e", "trace=mkdir,fsync", ...calls];
    answerOf(await home.command("strace", [...words, process.execPath, PROGRAM, "get", "admin"], { env: logged() }));
    askedOnce();
    // EDQUOT by its number: Node has no name for it.
    expect(log()).toMatch(/cannot lock.*(EDQUOT|-122)/);
    expect(log()).toMatch(/cannot write.*session.*(EDQUOT|-122)/);
    soundCache(home.cache);
  });

  it("that lets no file grow is as one that is full", async (context) => {
    needsTool(context, "prlimit");
    // Its note of what it was started with would be too long.
    home.executable("bin/phone", `echo asked >> ${home.path}/asked; cat ${home.path}/code`);
    answerOf(await home.command("prlimit", ["--fsize=150", process.execPath, PROGRAM, "get", "admin"]));
    askedOnce();
    soundCache(home.cache);
    expect(namesIn(join(home.cache, "sessions"))).toEqual([]);
  });

  it("that is full of log costs no answer and no word", async (context) => {
    needsDisks(context);
    const disk = new Disk();
    disk.fill();
    answerOf(await home.run(["get", "admin"], { env: { ASKONCE_LOG: join(disk.path, "log") } }));
    answerOf(await home.run(["get", "admin"], { env: { ASKONCE_LOG: "/dev/full" } }));
    const outcome = await home.run(["get", "nobody"], { env: { ASKONCE_LOG: "/dev/full" } });
    expect(outcome).toMatchObject({ status: 3, stdout: "" });
    expect(outcome.stderr).toMatch(/^askonce: there is no profile nobody; [^\n]+\n$/);
  });
});

describe("logout", () => {
  it("on a disk that is read-only says that it cannot, and what it is about", async (context) => {
    needsDisks(context);
    const disk = diskOfHome();
    answerOf(await home.run(["get", "admin"]));
    disk.writeProtect();
    for (const words of [
      ["logout", "work-keys"],
      ["logout", "--all"],
    ]) {
      const outcome = await home.run(words);
      expect(outcome).toMatchObject({ status: 3, stdout: "" });
      expect(outcome.stderr).toMatch(/^askonce: cannot remove .*sessions.* \(EROFS\); [^\n]+\n$/);
    }
    disk.mend();
    expect(await home.run(["logout", "--all"])).toMatchObject({ status: 0, stdout: "forgot 2 sessions\n" });
  });

  it("on a disk that is full forgets", async (context) => {
    needsDisks(context);
    const disk = diskOfHome();
    answerOf(await home.run(["get", "admin"]));
    disk.fill();
    expect(await home.run(["logout", "work-keys"])).toMatchObject({ status: 0, stderr: "" });
    expect(readdirSync(join(home.cache, "sessions"))).toEqual([]);
  });
});

it("login says so when the session cannot be kept", async (context) => {
  needsDisks(context);
  const disk = diskOfHome();
  disk.fill();
  const outcome = await home.run(["login", "work-keys"]);
  expect(outcome).toMatchObject({ status: 0, stderr: "" });
  expect(outcome.stdout).toMatch(/until [^\n]+\n[^\n]*not kept[^\n]*\n$/);
});

describe("a place for the cache that is none", () => {
  it.each(["the cache itself", "its parent", "its parent's parent"])(
    "since %s is a file costs no answer",
    async (what) => {
      const file = home.write("file", "mine");
      const below = { "the cache itself": "", "its parent": "cache", "its parent's parent": "a/cache" }[what] ?? "";
      const env = { ...logged(), ASKONCE_CACHE_DIR: join(file, below) };
      answerOf(await home.run(["get", "admin"], { env }));
      askedOnce();
      expect(log()).toMatch(/not cached/);
      expect(home.read("file")).toBe("mine");
      expect((await home.run(["logout", "--all"], { env })).status).toBe(0);
    },
  );

  /** As somebody whose home it is not, or who has none; with `env -u HOME` where HOME is undefined. */
  async function asUser(
    uid: number,
    HOME: string | undefined,
    more: Record<string, string> = {},
    name = "admin",
  ): Promise<Outcome> {
    // The checkout may be private to us.
    cpSync(dirname(PROGRAM), join(home.path, "dist"), { recursive: true });
    await home.command("chown", ["-R", `${uid}:${uid}`, home.path]);
    const files = { AWS_CONFIG_FILE: ".aws/config", AWS_SHARED_CREDENTIALS_FILE: ".aws/credentials" };
    const env = { ...logged(), ...files, ...more, ...(HOME === undefined ? {} : { HOME }) };
    const unset = HOME === undefined ? ["-u", "HOME"] : [];
    const drop = ["setpriv", `--reuid=${uid}`, `--regid=${uid}`, "--clear-groups"];
    return home.command("env", [...unset, ...drop, process.execPath, "dist/askonce.cjs", "get", name], { env });
  }

  it("since a lock there may not be read is as one that nobody holds", async (context) => {
    needs(context, isRoot, "root");
    needsTool(context, "setpriv");
    home.configure();
    const name = `${digest("keys", aws.fixture.jane.accessKeyId)}.announced.will-ask.x.lock`;
    mkdirSync(join(home.cache, "locks", name), { recursive: true, mode: 0o700 });
    await home.command("chmod", ["000", join(home.cache, "locks", name)]);
    const outcome = await asUser(NOBODY, home.path, {}, "work-keys");
    expect(outcome).toMatchObject({ status: 4, stdout: "" });
    expect(outcome.stderr).toMatch(/^askonce: nobody to ask [^\n]+\n$/);
  });

  it("since it is in everybody's directory is left to whoever made it first, and no link there is followed", async (context) => {
    needs(context, isRoot, "root");
    needsTool(context, "setpriv");
    const shared = mkdtempSync(join(tmpdir(), "askonce-shared-"));
    onTestFinished(() => rmSync(shared, { recursive: true }));
    chmodSync(shared, 0o1777);
    const canary = canaries();
    const theirs = join(shared, "theirs");
    mkdirSync(join(theirs, "sessions"), { recursive: true });
    chmodSync(theirs, 0o777);
    symlinkSync(canary.room, join(shared, "link"));
    for (const path of [theirs, join(theirs, "sessions")]) chownSync(path, NUMBER_ONLY, NUMBER_ONLY);
    lchownSync(join(shared, "link"), NUMBER_ONLY, NUMBER_ONLY);
    const before = [snapshot(canary.directory), snapshot(theirs)];
    for (const below of ["theirs", "theirs/cache", "link/cache", "link"]) {
      const env = { ...logged(), ASKONCE_CACHE_DIR: join(shared, below) };
      home.showCode();
      const outcome = await home.run(["get", "work-keys"], { env });
      if (below === "link") expect([outcome.status, outcome.stdout]).toEqual([3, ""]);
      else answerOf(outcome);
      expect((await home.run(["logout", "--all"], { env })).status).toBe(below === "link" ? 3 : 0);
    }
    expect([snapshot(canary.directory), snapshot(theirs)]).toEqual(before);
  });

  const homes: [string, number, string | undefined][] = [
    ["no HOME", NOBODY, undefined],
    ["no HOME and no entry in the system's list of users", NUMBER_ONLY, undefined],
    ["an empty HOME", NUMBER_ONLY, ""],
    ["a HOME that is not there", NOBODY, "/nonexistent"],
    ["/ as HOME", NOBODY, "/"],
    ["a HOME that is a file", NOBODY, "/etc/passwd"],
    ["a relative HOME", NUMBER_ONLY, "somewhere"],
  ];
  it.for(homes)("since there is %s costs no answer", async ([, uid, HOME], context) => {
    needs(context, isRoot, "root");
    needsTool(context, "setpriv");
    answerOf(await asUser(uid, HOME));
    askedOnce();
    expect(log()).toMatch(/not cached/);
    expect(readdirSync(home.path)).not.toContain("somewhere");
  });

  it("since its user may not write there costs no answer", async (context) => {
    needs(context, isRoot, "root");
    needsTool(context, "setpriv");
    for (const mode of ["500", "000"]) {
      mkdirSync(join(home.path, "shut"), { recursive: true });
      await home.command("chmod", [mode, join(home.path, "shut")]);
      home.write("asked", "", 0o666);
      home.showCode();
      aws.clearCalls();
      answerOf(await asUser(NOBODY, home.path, { ASKONCE_CACHE_DIR: join(home.path, "shut/cache") }));
      askedOnce();
      expect(log()).toMatch(/not cached.*EACCES/);
      expect(readdirSync(join(home.path, "shut"))).toEqual([]);
      home.write("log", "");
    }
  });
});
