/** What is no file, or no end of one, in the place of a file; and names that could be mistaken for paths or flags. */

import { execFileSync } from "node:child_process";
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { createServer } from "node:net";
import { join } from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import { digest } from "../../src/disk/file-names.ts";
import { answerOf } from "../support/askonce.ts";
import { canaries, snapshot } from "../support/canaries.ts";
import { aws, home, withFreshHomes } from "../support/fresh-homes.ts";
import { needsTool } from "../support/tools.ts";

withFreshHomes(() => {
  home.configure(`mfa_process = ${home.phone()}`);
  home.showCode();
});

/** Ways to put something else in a file's place; each is there when it returns. */
const ODD: Record<string, (path: string) => void | Promise<void>> = {
  "a FIFO": (path) => void execFileSync("mkfifo", [path]),
  "a socket": (path) =>
    new Promise((resolve) => {
      // Its address has to be short; the place it gets is not.
      const address = join(home.path, "s");
      const server = createServer().listen(address, () => {
        renameSync(address, path);
        resolve(undefined);
      });
      onTestFinished(() => void server.close());
    }),
  "ten sparse gigabytes": (path) => void execFileSync("truncate", ["-s", "10G", path]),
  "two sparse gigabytes": (path) => void execFileSync("truncate", ["-s", "1900M", path]),
  "deep JSON": (path) => writeFileSync(path, "[".repeat(60_000)),
  "a newer version": (path) => writeFileSync(path, '{"version":99,"identity":99,"atMs":"later"}'),
};

describe("in place of a file of the cache", () => {
  it.for(Object.keys(ODD))("%s costs a question at most", async (kind) => {
    answerOf(await home.run(["get", "admin"]));
    const rooms = ["sessions", "users", "notes"].map((room) => join(home.cache, room));
    const files = rooms.flatMap((room) => readdirSync(room).map((name) => join(room, name)));
    const lock = join(home.cache, "locks", `${digest("device", aws.fixture.jane.devices.phone.serial)}.exchange.lock`);
    mkdirSync(lock);
    for (const file of [...files, join(lock, "holder-ab.json"), join(home.cache, "locks", `new-${"a".repeat(24)}`)]) {
      rmSync(file, { force: true });
      await ODD[kind]?.(file);
      execFileSync("touch", ["-d", "1 minute ago", file, lock]);
    }
    home.showCode();
    const made = answerOf(await home.run(["get", "admin", "--deadline", "40"]));
    expect(answerOf(await home.run(["get", "admin"]))).toEqual(made);
    expect([home.prompts, aws.count("GetSessionToken")]).toEqual([2, 2]);
  });
});

describe("in place of an AWS file", () => {
  const REFUSED: Record<string, RegExp> = {
    "a FIFO": /is no regular file/,
    "a socket": /is no regular file/,
    "ten sparse gigabytes": /is larger than 16 MB/,
    "two sparse gigabytes": /is larger than 16 MB/,
    "/dev/zero": /is no regular file/,
    "/dev/full": /is no regular file/,
    "/proc/self/fd": /cannot read/,
  };
  it.for(Object.entries(REFUSED))("%s is refused at once", async ([kind, text]) => {
    const path = kind.startsWith("/") ? kind : join(home.path, "odd");
    await ODD[kind]?.(path);
    for (const variable of ["AWS_CONFIG_FILE", "AWS_SHARED_CREDENTIALS_FILE"]) {
      const outcome = await home.run(["get", "work-keys"], { env: { [variable]: path } });
      expect(outcome).toMatchObject({ status: 3, stdout: "" });
      expect(outcome.stderr).toMatch(/^askonce: [^\n]+\n$/);
      expect(outcome.stderr).toMatch(text);
    }
  });

  it("/dev/null is empty", async () => {
    answerOf(
      await home.run(["get", "work-keys", "--mfa-process", `cat ${home.path}/code`], {
        env: { AWS_CONFIG_FILE: "/dev/null" },
      }),
    );
  });
});

it("a code from a stream without end is none, at once", async () => {
  const script = "timeout 20 askonce login work-keys --code - </dev/zero 2>&1; echo $?";
  const { stdout } = await home.command("sh", ["-c", script]);
  expect(stdout).toMatch(/^askonce: [^\n]+\n4\n$/);
});

describe("a directory in place of a session", () => {
  const session = (): string => join(home.cache, "sessions", readdirSync(join(home.cache, "sessions"))[0] ?? "");

  it("that is empty is replaced", async () => {
    answerOf(await home.run(["get", "work-keys"]));
    const path = session();
    rmSync(path);
    mkdirSync(path);
    home.showCode();
    const made = answerOf(await home.run(["get", "work-keys"]));
    expect(answerOf(await home.run(["get", "work-keys"]))).toEqual(made);
    expect(home.prompts).toBe(2);
  });

  it("that holds something is left, and every command says how to get out", async () => {
    answerOf(await home.run(["get", "work-keys"]));
    const path = session();
    rmSync(path);
    mkdirSync(path);
    writeFileSync(join(path, "mine"), "mine");
    for (const words of [
      ["get", "work-keys"],
      ["login", "work-keys"],
      ["logout", "work-keys"],
      ["logout", "--all"],
    ]) {
      const outcome = await home.run(words);
      expect(outcome).toMatchObject({ status: 3, stdout: "" });
      expect(outcome.stderr).toMatch(new RegExp(`^askonce: .*${path}.*; .*remove it[^\\n]*\\n$`));
    }
    expect(home.prompts).toBe(1);
    expect(readFileSync(join(path, "mine"), "utf8")).toBe("mine");
    expect(readdirSync(join(home.cache, "sessions"))).toHaveLength(1);
  });
});

describe("a room of the cache that is a link", () => {
  it.for(["sessions", "users", "locks", "notes"])(
    "is refused in place of %s by every command, and nothing behind it changes",
    async (room) => {
      answerOf(await home.run(["get", "work-keys"]));
      const [session = ""] = readdirSync(join(home.cache, "sessions"));
      const canary = canaries({ id: session.replace(".json", "") });
      const before = snapshot(canary.directory);
      rmSync(join(home.cache, room), { recursive: true });
      symlinkSync(canary.room, join(home.cache, room));
      const words = [
        ["get", "work-keys"],
        ["get", "work-keys", "--force"],
        ["logout", "work-keys"],
        ["logout", "--all"],
      ];
      for (const outcome of await Promise.all(words.map((one) => home.run(one)))) {
        expect(outcome).toMatchObject({ status: 3, stdout: "" });
        expect(outcome.stderr).toMatch(new RegExp(`${room} is a link, .*; remove it`));
      }
      expect(snapshot(canary.directory)).toEqual(before);
    },
  );
});

describe("a directory named as cache", () => {
  it("that has a room's name among other things is not used, nor changed by any command", async () => {
    const project = join(home.path, "project");
    mkdirSync(join(project, "sessions"), { recursive: true, mode: 0o755 });
    const theirs = join(project, "sessions", `${"a".repeat(40)}.json`);
    writeFileSync(theirs, "theirs", { mode: 0o644 });
    writeFileSync(join(project, "index.html"), "");
    const before = snapshot(project);
    const env = { ASKONCE_CACHE_DIR: project, ASKONCE_LOG: join(home.path, "log") };
    answerOf(await home.run(["get", "work-keys"], { env }));
    expect(home.read("log")).toMatch(/not cached.*holds other things/);
    for (const words of [
      ["logout", "work-keys"],
      ["logout", "--all"],
    ])
      expect(await home.run(words, { env })).toMatchObject({ status: 0, stderr: "" });
    expect(snapshot(project)).toEqual(before);
  });

  it("that has other things only gets rooms, and keeps its mode", async () => {
    const project = join(home.path, "project");
    mkdirSync(project, { mode: 0o755 });
    writeFileSync(join(project, "index.html"), "");
    const env = { ASKONCE_CACHE_DIR: project };
    const made = answerOf(await home.run(["get", "work-keys"], { env }));
    expect(answerOf(await home.run(["get", "work-keys"], { env }))).toEqual(made);
    expect(snapshot(project)[""]).toMatch(/^40755 /);
  });
});

/** What a name could be mistaken for. */
const NAMES = [
  "../../etc/passwd",
  "/etc/passwd",
  "a b",
  " ",
  "it's",
  '"',
  "line\nbreak",
  "😀",
  "n".repeat(300),
  "__proto__",
  "constructor",
  "toString",
  "-x",
  "--",
  "--all",
  "$(touch x)",
  "`touch x`",
  "%2e%2e%2f",
  "nul\0byte",
];

describe("a name", () => {
  it("is the profile's or nobody's: each is served or refused, and no file has it", async () => {
    const { jane, roles } = aws.fixture;
    // In the files as shlex reads it; what cannot stand in one line there is nobody's.
    const writable = NAMES.filter((name) => !/[\n\0]/.test(name) && name.trim() === name);
    const quoted = (name: string): string => `"${name.replace(/["\\]/g, "\\$&")}"`;
    home.configure(
      `mfa_process = ${home.phone()}`,
      writable
        .map(
          (name) =>
            `[profile ${quoted(name)}]\naws_access_key_id = ${jane.accessKeyId}\naws_secret_access_key = ${jane.secretAccessKey}\ninclude_profile = work-keys`,
        )
        .join("\n"),
    );
    const made = answerOf(await home.run(["get", "work-keys"]));
    const before = Object.keys(snapshot(home.path));
    const get = async (name: string) =>
      [name, await home.run(["get", ...(name.startsWith("-") ? ["--"] : []), name])] as const;
    for (const [name, outcome] of await Promise.all(NAMES.filter((one) => !one.includes("\0")).map(get))) {
      if (writable.includes(name)) expect([name, answerOf(outcome)]).toEqual([name, made]);
      else expect([name, outcome.status, outcome.stdout, outcome.stderr.split("\n").length]).toEqual([name, 3, "", 2]);
    }
    for (const name of ["", "-x", "--", "--all"]) {
      const outcome = await home.run(["get", name]);
      expect([name, outcome.status, outcome.stdout]).toEqual([name, 2, ""]);
    }
    expect(Object.keys(snapshot(home.path))).toEqual(before);
    expect(roles.admin).toMatch(/^arn:/);
  });

  it("of a source, a role's session or a device opens no file of that name", async (context) => {
    needsTool(context, "strace");
    const wild = "../../etc/passwd";
    const trace = (words: string[]) =>
      home.command("strace", [
        ...["-f", "--seccomp-bpf", "-e", "trace=%file", "-o", join(home.path, "trace")],
        ...["sh", "-c", `exec askonce "$@"`, "askonce", ...words],
      ]);
    home.configure(
      `mfa_process = ${home.phone()}`,
      `[profile wild]\nrole_arn = ${aws.fixture.roles.admin}\nsource_profile = ${wild}
[profile named]\nrole_arn = ${aws.fixture.roles.admin}\nsource_profile = work\nrole_session_name = ${wild}
[profile device]\ninclude_profile = work-keys\nsource_profile = work-keys\nmfa_serial = ${wild}`,
    );
    const statuses: Record<string, number | null> = {};
    for (const name of ["wild", "named", "device", wild]) {
      const outcome = await trace(["get", name]);
      statuses[name] = outcome.status;
      expect(outcome.stdout).toBe("");
      const paths = home.read("trace").match(/"[^"]*etc\/passwd[^"]*"/g) ?? [];
      // The system's own look-up of the home directory reads that one; ours would go up from the cache.
      expect(paths.filter((path) => path !== '"/etc/passwd"' && path !== `"${wild}"`)).toEqual([]);
    }
    expect(statuses).toEqual({ wild: 3, named: 5, device: 4, [wild]: 3 });
  });

  it("of the cache may hold anything that a directory's may", async () => {
    for (const name of ['it\'s a "b"', "line\nbreak", "😀", "--", "$(touch x)"]) {
      const cache = join(home.path, "caches", name);
      home.showCode();
      const env = { ASKONCE_CACHE_DIR: name, ASKONCE_LOG: join(home.path, "log") };
      mkdirSync(join(home.path, "caches"), { recursive: true });
      const made = answerOf(await home.run(["get", "work-keys"], { env, cwd: join(home.path, "caches") }));
      expect(readdirSync(join(cache, "sessions"))).toHaveLength(1);
      expect(answerOf(await home.run(["get", "work-keys"], { env: { ASKONCE_CACHE_DIR: cache } }))).toEqual(made);
      expect(existsSync(join(home.path, "caches/x"))).toBe(false);
    }
    expect(readdirSync(join(home.path, "caches"))).toHaveLength(5);
    // Too long for any system: as a disk that takes nothing.
    home.showCode();
    answerOf(await home.run(["get", "work-keys"], { env: { ASKONCE_CACHE_DIR: join(home.path, "n".repeat(5_000)) } }));
  });
});
