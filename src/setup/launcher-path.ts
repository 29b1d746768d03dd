/** The program in a credential_process: a path that every client can run and that stays when Node is upgraded. */

import { accessSync, chmodSync, constants, copyFileSync, mkdirSync, realpathSync, renameSync } from "node:fs";
import { basename, delimiter, dirname, isAbsolute, join } from "node:path";
import { homeDirectory } from "../disk/home.ts";
import type { Context } from "../runtime/context.ts";
import { nonEmpty } from "../runtime/environment.ts";
import { AskonceError } from "../runtime/errors.ts";

export interface Launcher {
  /** What stands in the line. */
  readonly program: string;
  /** Where to copy it from first; undefined when it is there. */
  readonly copyFrom?: string;
  /** The path goes away with something: a Node, or a directory of a project. */
  readonly isPassing: boolean;
}

const NAME = "askonce-get";
/** The directories of version managers and package runners, and whatever has a version in its name. */
const PASSING =
  /[/\\](\.nvm[/\\]versions|fnm_multishells|node-versions|\.volta[/\\]tools|installs|Cellar|_npx|node_modules|\.pnpm)[/\\]|[/\\@-]v?\d+\.\d+\.\d+/;

/**
 * The launcher to write: in ~/.local/bin, else the first on PATH that stays, else a copy that can be made in ~/.local/bin,
 * else whatever there is. On Windows, where there is no launcher, askonce itself.
 *
 * @param script the script that runs: a launcher may be beside it
 */
export function findLauncher(script: string, { env, uid }: Pick<Context, "env" | "uid">): Launcher {
  if (uid === undefined) return { program: "askonce get", isPassing: false };
  const home = join(homeDirectory(), ".local/bin", NAME);
  const onPath = (nonEmpty(env.PATH)?.split(delimiter) ?? [])
    .filter((directory) => isAbsolute(directory))
    .map((directory) => join(directory, NAME));
  const beside = join(dirname(script), NAME);
  const there = [home, ...onPath, beside].filter((path) => isExecutable(path) && isSafe(path));
  return chooseLauncher(there, home);
}

/** Of the launchers that are there, in their order; `home` is where a copy would go. Pure. */
export function chooseLauncher(there: readonly string[], home: string): Launcher {
  const staying = there.filter((path) => !PASSING.test(path));
  const [first] = [...staying.filter((path) => !/\s/.test(path)), ...staying];
  if (first !== undefined) return { program: first, isPassing: false };
  const [passing] = there;
  if (passing === undefined)
    throw new AskonceError(
      "configuration",
      `there is no ${NAME} on PATH that a config file can name`,
      "install askonce again, or put its directory on PATH",
      "no-launcher",
    );
  return { program: isSafe(home) ? home : passing, isPassing: true, copyFrom: passing };
}

/** The line for credential_process, as every client splits it: double quotes around what has blanks, and nothing else. */
export function commandLine(program: string, name: string): string {
  return `${asWords(program)} ${quoted(name)}`;
}

/**
 * A line whose program is gone, with another one in its place and its other words kept. undefined where it is there, where
 * it is looked for on PATH, and where a Node or a package runner comes first.
 */
export function mendedLine(line: string, program: string): string | undefined {
  const [, inQuotes, plain = "", rest = ""] = /^\s*(?:"([^"]*)"|([^\s"]+))(?:\s+get(?=\s))?(.*)$/s.exec(line) ?? [];
  const old = inQuotes ?? plain;
  if (!isAbsolute(old) || !/^askonce(-get)?$/.test(basename(old)) || isExecutable(old)) return undefined;
  return `${asWords(program)}${rest}`;
}

/** Makes the copy, as a whole. Throws `configuration`. */
export function copyLauncher(from: string, to: string): void {
  try {
    mkdirSync(dirname(to), { recursive: true });
    copyFileSync(realpathSync(from), `${to}.tmp`);
    chmodSync(`${to}.tmp`, 0o755);
    renameSync(`${to}.tmp`, to);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    throw new AskonceError(
      "configuration",
      `cannot copy ${NAME} to ${to} (${code})`,
      "copy it by hand",
      "unwritable-file",
      { cause: error },
    );
  }
}

/** On Windows it is a command of two words. */
function asWords(program: string): string {
  return program === "askonce get" ? program : quoted(program);
}

function quoted(word: string): string {
  return /\s/.test(word) ? `"${word}"` : word;
}

/** What a shell or a splitter would read as more than text. */
function isSafe(path: string): boolean {
  return /^[\p{L}\p{N}_@%+=:,./ -]+$/u.test(path);
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
