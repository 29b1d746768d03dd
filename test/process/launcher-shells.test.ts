/** What the launcher runs where nothing is ready: the right program, on a Node that it finds, with what the caller gave it. */

import { execFileSync } from "node:child_process";
import { chmodSync, copyFileSync, cpSync, existsSync, mkdirSync, symlinkSync } from "node:fs";
import { dirname, join } from "node:path";
import { describe, expect, it } from "vitest";
import { type Outcome, PROGRAM } from "../support/askonce.ts";
import { home, withFreshHomes } from "../support/fresh-homes.ts";
import { LAUNCHER, SHELLS } from "../support/ready-home.ts";
import { hasTool } from "../support/tools.ts";

withFreshHomes();

const shells = Object.keys(SHELLS).filter((shell) => hasTool(SHELLS[shell]?.[0] ?? ""));

/** The launcher with a PATH that has neither a Node nor askonce on it. */
function bare(shell: string, launcher: string, env: Record<string, string> = {}, cwd = home.path): Promise<Outcome> {
  const given = Object.entries({ PATH: "/nowhere", HOME: home.path, ...env }).map(
    ([name, value]) => `${name}=${value}`,
  );
  const [program = "", ...words] = SHELLS[shell] ?? [];
  const path = execFileSync("sh", ["-c", 'command -v "$1"', "sh", program], { encoding: "utf8" }).trim();
  return home.command("env", ["-i", ...given, path, ...words, launcher, "nobody"], { cwd });
}

const SAYS = {
  status: 3,
  stdout: "",
  stderr: expect.stringMatching(/^askonce: there is no profile nobody; [^\n]+\n$/),
};

/** A launcher in a directory of its own. */
function install(directory: string): string {
  mkdirSync(join(home.path, directory), { recursive: true });
  const path = join(home.path, directory, "askonce-get");
  copyFileSync(LAUNCHER, path);
  chmodSync(path, 0o755);
  return path;
}

/** What Node left in the cache when it ran last. */
function noted(node = process.execPath, program = PROGRAM, cache = home.cache): void {
  mkdirSync(join(cache, "ready"), { recursive: true, mode: 0o700 });
  home.write(`${join(cache, "ready").slice(home.path.length)}/.node`, `${node}\n${program}\n`);
}

describe.each(shells)("under %s", (shell) => {
  it("as npm links it", async () => {
    cpSync(dirname(PROGRAM), join(home.path, "lib/node_modules/askonce/dist"), { recursive: true });
    mkdirSync(join(home.path, "npm"));
    symlinkSync("../lib/node_modules/askonce/dist/askonce-get", join(home.path, "npm/askonce-get"));
    symlinkSync("../lib/node_modules/askonce/dist/askonce.cjs", join(home.path, "npm/askonce"));
    symlinkSync(process.execPath, join(home.path, "npm/node"));
    expect(await bare(shell, join(home.path, "npm/askonce-get"))).toMatchObject(SAYS);
  });

  it("copied alone, by what ran last", async () => {
    noted();
    expect(await bare(shell, install("alone"))).toMatchObject(SAYS);
  });

  it("beside a link to a wrapper", async () => {
    const launcher = install("wrapped");
    symlinkSync(home.askonce, join(home.path, "wrapped/askonce"));
    expect(await bare(shell, launcher)).toMatchObject(SAYS);
  });

  it("where there is nothing to run", async () => {
    const outcome = await bare(shell, install("alone"));
    expect(outcome).toMatchObject({
      status: 3,
      stdout: "",
      stderr: expect.stringMatching(/^askonce: its program is [^\n]+\n$/),
    });
  });

  it("where there is no Node", async () => {
    expect(await bare(shell, LAUNCHER)).toMatchObject({
      status: 3,
      stdout: "",
      stderr: expect.stringMatching(/^askonce: there is no Node\.js [^\n]+\n$/),
    });
  });

  it.each([
    ["XDG_CACHE_HOME", ".cache"],
    ["ASKONCE_CACHE_DIR", ".cache/askonce"],
    ["HOME", "."],
  ])("nothing that was noted where we stand: %s=%s", async (variable, value) => {
    const repository = join(home.path, "repository");
    mkdirSync(repository);
    const evil = home.executable("evil", `echo ran > ${home.path}/ran`);
    noted(evil, PROGRAM, join(repository, ".cache/askonce"));
    noted();
    await bare(shell, LAUNCHER, { [variable]: value }, repository);
    await bare(shell, install("alone"), { [variable]: value }, repository);
    expect(existsSync(join(home.path, "ran"))).toBe(false);
  });

  it("without NODE_OPTIONS, with all else", async () => {
    const node = home.executable("node", "export -p");
    noted(node);
    const { stdout } = await bare(shell, LAUNCHER, {
      NODE_OPTIONS: "--inspect",
      root: "mine",
      name: "mine",
      user: "mine",
    });
    expect(stdout).not.toMatch(/NODE_OPTIONS/);
    for (const name of ["root", "name", "user"]) expect(stdout).toMatch(new RegExp(`export ${name}='?"?mine`));
  });
});
