/** The cache of `get`, which `logout` empties and `login` fills. */

import {
  chmodSync,
  existsSync,
  linkSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { answerOf } from "../support/askonce.ts";
import { aws, home, withFreshHomes } from "../support/fresh-homes.ts";

withFreshHomes(() => {
  home.configure(`mfa_process = ${home.phone()}`);
  home.showCode();
});

describe("the cache", () => {
  it("is private: directories 0700, files 0600", async () => {
    await home.command("sh", ["-c", "umask 000; askonce get admin"]);
    for (const directory of [
      home.cache,
      join(home.cache, "sessions"),
      join(home.cache, "locks"),
      join(home.cache, "notes"),
    ]) {
      expect((statSync(directory).mode & 0o777).toString(8)).toBe("700");
      for (const name of readdirSync(directory)) {
        const stats = statSync(join(directory, name));
        expect((stats.mode & 0o077).toString(8), name).toBe("0");
      }
    }
  });

  it("mends a loose mode of its own", async () => {
    answerOf(await home.run(["get", "work-keys"]));
    chmodSync(home.cache, 0o755);
    chmodSync(home.sessionFile(), 0o644);
    answerOf(await home.run(["get", "work-keys"]));
    expect((statSync(home.sessionFile()).mode & 0o777).toString(8)).toBe("600");
    expect((statSync(home.cache).mode & 0o777).toString(8)).toBe("700");
    expect(aws.count("GetSessionToken")).toBe(1);
  });

  it.each([
    ["empty", ""],
    ["truncated", '{"version":1,"id":"'],
    ["binary", "\u0000\u0001\u0002"],
    ["of a newer version", '{"version":2}'],
    ["null", "null"],
  ])("takes a file that is %s for a miss, and replaces it", async (_, text) => {
    answerOf(await home.run(["get", "work-keys"]));
    writeFileSync(home.sessionFile(), text);
    home.showCode();
    answerOf(await home.run(["get", "work-keys"]));
    answerOf(await home.run(["get", "work-keys"]));
    expect(aws.count("GetSessionToken")).toBe(2);
  });

  it("refuses a symbolic link and a hard link in place of a session", async () => {
    const answer = answerOf(await home.run(["get", "work-keys"]));
    const file = home.sessionFile();
    await home.command("mv", [file, join(home.path, "elsewhere.json")]);
    for (const make of [symlinkSync, linkSync]) {
      make(join(home.path, "elsewhere.json"), file);
      const outcome = await home.run(["get", "work-keys"]);
      expect(outcome).toMatchObject({ status: 3, stdout: "" });
      expect(outcome.stderr).not.toContain(answer.SecretAccessKey);
      await home.command("rm", [file]);
    }
  });

  it("refuses to be a link", async () => {
    home.coolDown();
    mkdirSync(join(home.path, "target"));
    mkdirSync(join(home.path, ".cache"));
    symlinkSync(join(home.path, "target"), home.cache);
    const outcome = await home.run(["get", "work-keys"]);
    expect(outcome).toMatchObject({ status: 3, stdout: "" });
    expect(readdirSync(join(home.path, "target"))).toEqual([]);
  });

  it("is found where ASKONCE_CACHE_DIR says", async () => {
    home.coolDown();
    answerOf(await home.run(["get", "work-keys"], { env: { ASKONCE_CACHE_DIR: join(home.path, "here") } }));
    expect(existsSync(home.cache)).toBe(false);
    expect(readdirSync(join(home.path, "here/sessions"))).toHaveLength(1);
  });

  it("is left alone where its parent belongs to somebody else: the session is printed uncached", async () => {
    home.coolDown();
    // As with `sudo -E`: another user's home, and we may write into it.
    await home.command("chown", ["-R", "65534:65534", home.path]);
    const log = join(home.path, "log");
    answerOf(await home.run(["get", "work-keys"], { env: { ASKONCE_LOG: log } }));
    expect(existsSync(join(home.path, ".cache"))).toBe(false);
    expect(readFileSync(log, "utf8")).toMatch(/not cached.*belongs to another user/);
  });

  it("refuses another user's file in place of a session", async () => {
    answerOf(await home.run(["get", "work-keys"]));
    await home.command("chown", ["65534", home.sessionFile()]);
    expect((await home.run(["get", "work-keys"])).status).toBe(3);
  });
});

describe("logout", () => {
  it("forgets the session and the roles taken with it, for all that share it", async () => {
    answerOf(await home.run(["get", "admin"]));
    expect(await home.run(["logout", "work"])).toMatchObject({ status: 0, stderr: "" });
    expect(readdirSync(join(home.cache, "sessions"))).toEqual([]);
    expect((await home.run(["logout", "work"])).stdout).toMatch(/no session of work/);
  });

  it("needs a name or --all, and not both", async () => {
    expect((await home.run(["logout"])).status).toBe(2);
    expect((await home.run(["logout", "work", "--all"])).status).toBe(2);
  });
});

describe("login", () => {
  it("reads the code from standard input with --code -", async () => {
    home.configure();
    const outcome = await home.run(["login", "work-keys", "--code", "-"], { input: `${aws.freshCode()}\n` });
    expect(outcome).toMatchObject({ status: 0, stderr: "" });
    expect(outcome.stdout).toMatch(/^✓ MFA session for work-keys until /);
    answerOf(await home.run(["get", "work-keys"]));
    expect(aws.count("GetSessionToken")).toBe(1);
  });

  it("never takes a code from the command line", async () => {
    expect((await home.run(["login", "work-keys", "--code", "123456"])).status).toBe(2);
  });
});
