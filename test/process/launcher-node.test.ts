/** What the launcher leaves to Node: which Node it finds, with which environment, wherever it stands itself. */

import { chmodSync, copyFileSync, mkdirSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { describe, expect, it } from "vitest";
import { answerOf, type Outcome, PROGRAM } from "../support/askonce.ts";
import { home, withFreshHomes } from "../support/fresh-homes.ts";
import { LAUNCHER } from "../support/ready-home.ts";

/** As an IDE that was started from a dock has it, less the system's own places, where a Node may be. */
const BARE = { PATH: "/nowhere" };

let bin: string;

withFreshHomes(() => {
  home.configure(home.phoneLines());
  home.showCode();
  bin = join(home.path, "prefix/bin");
  mkdirSync(bin, { recursive: true });
});

const launch = (path: string, env: Record<string, string> = {}, args = ["work-keys"]): Promise<Outcome> =>
  home.command(path, args, { env });

/** As `npm install --global` does. */
function linkAsNpm(): string {
  symlinkSync(PROGRAM, join(bin, "askonce"));
  symlinkSync(LAUNCHER, join(bin, "askonce-get"));
  return join(bin, "askonce-get");
}

/** A Node that notes that it was this one. */
function ownNode(file: string): string {
  return home.executable(file, `echo ${file} >> ${home.path}/nodes; exec ${process.execPath} "$@"`);
}

describe("the Node", () => {
  it("is the one that ran askonce last, however bare the PATH is", async () => {
    answerOf(await home.run(["get", "work-keys"]));
    expect(home.read(".cache/askonce/ready/.node")).toBe(`${process.execPath}\n${PROGRAM}\n`);
    answerOf(await launch(LAUNCHER, BARE));
    answerOf(await launch(linkAsNpm(), BARE));
    home.write(".cache/askonce/ready/.node", `${ownNode("bin/mine")}\n${PROGRAM}\n`);
    answerOf(await launch(LAUNCHER, BARE));
    expect(home.read("nodes")).toBe("bin/mine\n");
  });

  it("is the one beside the link where that one is gone", async () => {
    const linked = linkAsNpm();
    ownNode("prefix/bin/node");
    answerOf(await home.run(["get", "work-keys"]));
    home.write(".cache/askonce/ready/.node", `${home.path}/gone\n${PROGRAM}\n`);
    answerOf(await launch(linked, BARE));
    expect(home.read("nodes")).toBe("prefix/bin/node\n");
  });

  it("else is on PATH", async () => {
    ownNode("bin/node");
    answerOf(await launch(linkAsNpm()));
    expect(home.read("nodes")).toBe("bin/node\n");
  });

  it("is asked for in one line where there is none", async () => {
    expect(await launch(linkAsNpm(), BARE)).toMatchObject({
      status: 3,
      stdout: "",
      stderr: expect.stringMatching(/^askonce: there is no Node\.js to run on; install Node\.js 20 or newer[^\n]*\n$/),
    });
  });

  it("is not taken from a link, nor from somebody else's note", async () => {
    answerOf(await home.run(["get", "work-keys"]));
    const note = home.write("note", `${ownNode("bin/evil")}\n${PROGRAM}\n`);
    const path = join(home.cache, "ready/.node");
    rmSync(path);
    symlinkSync(note, path);
    expect((await launch(LAUNCHER, BARE)).status).toBe(3);
    rmSync(path);
    copyFileSync(note, path);
    await home.command("chown", ["65534", path]);
    expect((await launch(LAUNCHER, BARE)).status).toBe(3);
    expect(home.read("nodes")).toBe("");
  });
});

describe("the program", () => {
  it("is the one that ran last for a launcher that stands alone, as it does where Node's own place moves", async () => {
    const alone = join(bin, "askonce-get");
    copyFileSync(LAUNCHER, alone);
    expect(await launch(alone, BARE)).toMatchObject({
      status: 3,
      stdout: "",
      stderr: expect.stringMatching(/^askonce: /),
    });
    answerOf(await home.run(["get", "work-keys"]));
    answerOf(await launch(alone, BARE));
  });

  it("else is on PATH", async () => {
    const alone = join(bin, "askonce-get");
    copyFileSync(LAUNCHER, alone);
    answerOf(await launch(alone));
  });

  it("may be any program of that name beside the launcher", async () => {
    copyFileSync(LAUNCHER, join(bin, "askonce-get"));
    home.executable("prefix/bin/askonce", `exec ${process.execPath} ${PROGRAM} "$@"`);
    answerOf(await launch(join(bin, "askonce-get")));
  });

  it("gets the words as they are, and its status is the launcher's", async () => {
    const words = ["work keys", "--region", "a b", "--deadline", "*", ""];
    home.executable("prefix/bin/askonce", `for word; do echo "<$word>"; done; exit 42`);
    copyFileSync(LAUNCHER, join(bin, "askonce-get"));
    const { status, stdout } = await launch(join(bin, "askonce-get"), {}, words);
    expect([status, stdout]).toEqual([42, ["get", ...words].map((word) => `<${word}>\n`).join("")]);
  });
});

describe("Node's environment", () => {
  it("has no NODE_OPTIONS: no debugger is opened, and nothing is loaded first", async () => {
    const evil = home.write(
      "evil.cjs",
      `require("node:fs").writeFileSync(${JSON.stringify(join(home.path, "evil"))}, "")`,
    );
    for (const options of ["--inspect=127.0.0.1:0", `--require ${evil}`, "--no-such-option"]) {
      answerOf(await launch(LAUNCHER, { NODE_OPTIONS: options }));
    }
    expect(home.read("askonce.log")).toContain("served from the cache");
    expect((await home.command("ls", [join(home.path, "evil")])).status).not.toBe(0);
  });

  it("has nothing of the launcher's, least of all an answer", async () => {
    answerOf(await home.run(["get", "work-keys"]));
    rmSync(join(home.cache, "ready/.node"));
    const seen = home.executable("prefix/bin/askonce", `export -p >${home.path}/seen`);
    copyFileSync(LAUNCHER, join(dirname(seen), "askonce-get"));
    const ours = ["root", "config", "credentials", "want", "answer", "header", "since", "node", "program", "name"];
    await launch(join(bin, "askonce-get"), Object.fromEntries(ours.map((name) => [name, "theirs"])));
    expect(home.read("seen")).toContain("AWS_ENDPOINT_URL");
    expect(home.read("seen")).not.toMatch(/ASIA|SecretAccessKey/);
  });
});

it("is a file of its own mode that any shell takes", async () => {
  const path = join(home.path, "plain");
  copyFileSync(LAUNCHER, path);
  chmodSync(path, 0o644);
  writeFileSync(join(home.path, "askonce.cjs"), `require(${JSON.stringify(PROGRAM)})`);
  answerOf(await home.command("sh", ["plain", "work-keys"]));
});
