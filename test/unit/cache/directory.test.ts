import { execFileSync } from "node:child_process";
import {
  chmodSync,
  chownSync,
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  rmdirSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { isAbsolute, join, sep } from "node:path";
import { describe, expect, test } from "vitest";
import { type CacheDirectory, cacheRoot, lookAtCache } from "../../../src/cache/directory.ts";
import { makeCache } from "../../../src/cache/make-directory.ts";
import { readSession } from "../../../src/cache/session-file.ts";
import { asOtherUser, bundleProgram } from "../support/as-other-user.ts";
import { failureOf } from "../support/failures.ts";
import { isRoot, me, modeOf, somebodyElse, temporaryDirectory } from "../support/temporary.ts";

const ROOMS = ["sessions", "users", "locks", "notes"];

function usable(cache: CacheDirectory): Extract<CacheDirectory, { usable: true }> {
  if (!cache.usable) throw new Error(cache.why);
  return cache;
}

function make(root: string): CacheDirectory {
  return makeCache(usable(lookAtCache(root, me)), me);
}

describe("where the cache is", () => {
  test("is ASKONCE_CACHE_DIR", () => {
    expect(cacheRoot({ ASKONCE_CACHE_DIR: "/x/cache" })).toBe("/x/cache");
  });

  test("is absolute, also when the variable is not", () => {
    expect(cacheRoot({ ASKONCE_CACHE_DIR: "cache/../x" })).toBe(join(process.cwd(), "x"));
  });

  test.each([{}, { ASKONCE_CACHE_DIR: "" }])("is the platform's own place, in the program's own name: %j", (env) => {
    expect(cacheRoot(env).split(sep)).toContain("askonce");
  });
});

describe("looking at the cache", () => {
  test("creates nothing", () => {
    const directory = temporaryDirectory();
    expect(lookAtCache(join(directory, "a/b/cache"), me)).toMatchObject({ usable: true });
    expect(readdirSync(directory)).toEqual([]);
  });

  test("mends a loose mode of its own", () => {
    const root = temporaryDirectory();
    chmodSync(root, 0o777);
    expect(lookAtCache(root, me).usable).toBe(true);
    expect(modeOf(root)).toBe("0o700");
  });

  test("leaves everybody's directory as it is, also while it is empty", () => {
    const root = temporaryDirectory();
    chmodSync(root, 0o1777);
    expect(lookAtCache(root, me)).toMatchObject({ usable: false, why: `${root} is a place for all users` });
    expect(lstatSync(root).mode & 0o7777).toBe(0o1777);
  });

  test.each([
    ["0700: they are ours, half made", 0o700, true],
    ["looser: they may be others'", 0o755, false],
  ])("with some rooms among other things looks at their modes (%s)", (_, mode, isUsable) => {
    const root = temporaryDirectory();
    chmodSync(root, 0o755);
    writeFileSync(join(root, "other"), "");
    mkdirSync(join(root, "sessions"));
    chmodSync(join(root, "sessions"), mode);
    expect(lookAtCache(root, me).usable).toBe(isUsable);
    expect([modeOf(root), modeOf(join(root, "sessions"))]).toEqual(["0o755", `0o${mode.toString(8)}`]);
  });

  test("leaves the mode of what is not there to be its own", () => {
    const parent = temporaryDirectory();
    chmodSync(parent, 0o755);
    lookAtCache(join(parent, "cache"), me);
    lookAtCache(parent, somebodyElse);
    expect(modeOf(parent)).toBe("0o755");
  });

  test("finds its rooms inside", () => {
    const { root, ...rooms } = usable(lookAtCache("/x/cache", undefined));
    for (const room of [...ROOMS, "ready"]) expect(rooms).toHaveProperty(room, join(root, room));
  });

  test("refuses a link in its place, wherever that leads", () => {
    const directory = temporaryDirectory();
    mkdirSync(join(directory, "own"));
    symlinkSync(join(directory, "own"), join(directory, "link"));
    symlinkSync(join(directory, "gone"), join(directory, "dangling"));
    for (const name of ["link", "dangling"]) {
      const failure = failureOf(() => lookAtCache(join(directory, name), me));
      expect(failure.status).toBe(3);
      expect(failure.message).toContain("is a link");
    }
  });

  test("takes a link for a parent: homes and ~/.cache may be links", () => {
    const directory = temporaryDirectory();
    mkdirSync(join(directory, "own"));
    symlinkSync(join(directory, "own"), join(directory, "link"));
    expect(make(join(directory, "link/cache")).usable).toBe(true);
    expect(readdirSync(join(directory, "own"))).toEqual(["cache"]);
  });

  test("cannot use a file in its place, and says so", () => {
    const path = join(temporaryDirectory(), "cache");
    writeFileSync(path, "");
    expect(lookAtCache(path, me)).toMatchObject({ usable: false, why: `${path} is not a directory` });
  });

  test("leaves another user's directory alone", () => {
    const path = temporaryDirectory();
    expect(lookAtCache(path, somebodyElse)).toMatchObject({ usable: false, why: expect.stringContaining(path) });
  });

  test("leaves it alone when the nearest parent there is belongs to another user (sudo -E)", () => {
    const parent = temporaryDirectory();
    expect(lookAtCache(join(parent, "a/b"), somebodyElse)).toMatchObject({
      usable: false,
      why: `${parent} belongs to another user (${me})`,
    });
    expect(readdirSync(parent)).toEqual([]);
  });

  test.runIf(isRoot)("as root leaves another user's directory alone just so", () => {
    const path = temporaryDirectory();
    chownSync(path, 65_534, 65_534);
    expect(lookAtCache(path, 0)).toMatchObject({ usable: false });
    expect(lookAtCache(join(path, "cache"), 0)).toMatchObject({ usable: false });
  });

  test("asks no owner where files have none (Windows)", () => {
    expect(lookAtCache(temporaryDirectory(), undefined).usable).toBe(true);
  });

  test("refuses a room that is a link before anything is read through it", () => {
    const root = temporaryDirectory();
    const elsewhere = temporaryDirectory();
    symlinkSync(elsewhere, join(root, "sessions"));
    const failure = failureOf(() => readSession(usable(lookAtCache(root, me)).sessions, "0".repeat(40), me));
    expect(failure.status).toBe(3);
  });
});

describe("making the cache", () => {
  test("makes it and its rooms private, whatever the umask", () => {
    const root = join(temporaryDirectory(), "a/b/cache");
    for (const umask of [0, 0o077]) {
      const before = process.umask(umask);
      expect(make(root).usable).toBe(true);
      process.umask(before);
      for (const path of [root, ...ROOMS.map((room) => join(root, room))]) expect(modeOf(path)).toBe("0o700");
      for (const room of ROOMS) rmdirSync(join(root, room));
      rmdirSync(root);
    }
  });

  test.each([0o777, 0o755, 0o770, 0o500])("mends a mode of its own: %o", (mode) => {
    const root = join(temporaryDirectory(), "cache");
    make(root);
    chmodSync(join(root, "sessions"), mode);
    chmodSync(root, mode);
    expect(make(root).usable).toBe(true);
    expect([modeOf(root), modeOf(join(root, "sessions"))]).toEqual(["0o700", "0o700"]);
  });

  test("leaves the mode of a parent it did not make", () => {
    const parent = temporaryDirectory();
    chmodSync(parent, 0o755);
    make(join(parent, "cache"));
    expect(modeOf(parent)).toBe("0o755");
  });

  test.each(ROOMS)("refuses a link in place of %s, and leaves alone what it leads to", (room) => {
    const root = temporaryDirectory();
    const target = temporaryDirectory();
    chmodSync(target, 0o755);
    symlinkSync(target, join(root, room));
    expect(failureOf(() => make(root)).status).toBe(3);
    expect(modeOf(target)).toBe("0o755");
  });

  test.runIf(isRoot)("refuses a room of another user's", () => {
    const root = temporaryDirectory();
    mkdirSync(join(root, "sessions"));
    chownSync(join(root, "sessions"), 65_534, 65_534);
    const failure = failureOf(() => make(root));
    expect(failure.status).toBe(3);
    expect(failure.message).toContain("another user");
  });

  test("does without when a file stands in place of a room", () => {
    const root = temporaryDirectory();
    writeFileSync(join(root, "locks"), "");
    expect(make(root)).toMatchObject({ usable: false, why: expect.stringContaining(root) });
  });

  test("does without when a parent is a link to nowhere", () => {
    const directory = temporaryDirectory();
    symlinkSync(join(directory, "gone"), join(directory, "link"));
    expect(make(join(directory, "link/cache")).usable).toBe(false);
  });

  test.runIf(isRoot)("does without where its user may not write, and says why", () => {
    const parent = temporaryDirectory();
    chownSync(parent, 65_534, 65_534);
    chmodSync(parent, 0o500);
    const { value } = asOtherUser(
      `import { lookAtCache } from "./src/cache/directory.ts";
       import { makeCache } from "./src/cache/make-directory.ts";
       report(outcome(() => makeCache(lookAtCache(process.argv[2] + "/cache", 65534), 65534)));`,
      parent,
    );
    expect(value).toMatchObject({ usable: false, why: expect.stringContaining("EACCES") });
    expect(existsSync(join(parent, "cache"))).toBe(false);
  });
});

describe("a home that is no absolute path", () => {
  test.each([
    ["XDG_CACHE_HOME", "rel"],
    ["HOME", ""],
  ])("never puts the cache below the directory we stand in: %s=%j", (name, value) => {
    const code = 'import { cacheRoot } from "./src/cache/directory.ts"; report(outcome(() => cacheRoot({})));';
    const { XDG_CACHE_HOME: _, ...rest } = process.env;
    const text = execFileSync(process.execPath, [bundleProgram(code)], {
      encoding: "utf8",
      cwd: temporaryDirectory(),
      env: { ...rest, [name]: value },
    });
    expect(isAbsolute(JSON.parse(text).value)).toBe(true);
  });
});
