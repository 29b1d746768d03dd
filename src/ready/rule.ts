/**
 * Answers that are ready to be printed: what `askonce get NAME` prints in one environment, for as long as nothing it was
 * made from has changed. The launcher (askonce-get) judges them by builtins of a shell, Node before it loads
 * anything else; this is the rule for both.
 *
 * A ready file is `ready/NAME/1` (2, 3: other environments) in the cache directory. Its modification time is when it is no
 * longer served, and its lines are
 *
 *     the environment, verbatim
 *     ID FROM UNTIL SESSION USER DEVICE    seconds since the machine's start, then names below the root; `-` for none
 *     the path of the config file, where it is read through a link; else empty
 *     the same for the credentials file
 *     the answer
 *
 * Beside it `ready/NAME/ID/` has empty files whose modification times are the moments to compare with: `since`, one second
 * before anything was read, and `config.low` and `config.high` a second before and after the config file's own, missing
 * where there is none; the same for `credentials`. ID is new for each ready file: one never goes with another's moments.
 */

import { accessSync, constants, lstatSync, readFileSync, type Stats, statSync } from "node:fs";
import { dirname } from "node:path";
import type { Environment } from "../runtime/environment.ts";
import { VARIABLES } from "./variables.ts";

/** Raised when the form changes: what another version wrote is not understood then. */
const FORM = "1";

/** Other environments that ask for the same name. */
export const SLOTS = ["1", "2", "3"] as const;

/** Longer lines would leave some shells in two writes. */
export const LONGEST_ANSWER = 4_000;

/** The time since the machine's start, for the launcher too. */
export const UPTIME = "/proc/uptime";

/** Between the config file's time and the moments it is compared with: some shells and file systems know whole seconds only. */
export const SPAN_SECONDS = 1;

/** Where the ready files of a name are, and what they are compared with. */
export interface ReadyPlace {
  /** The cache directory. */
  readonly root: string;
  /** `ready/NAME` in it. */
  readonly directory: string;
  readonly config: string;
  readonly credentials: string;
  readonly environment: string;
}

/** What the second line of a ready file says. */
export interface ReadyFacts {
  readonly id: string;
  /** Seconds since the machine's start between which it is served; undefined where they cannot be read by a shell. */
  readonly awake: readonly [number, number] | undefined;
  /** Names below the root of what was read there. */
  readonly kept: readonly string[];
  /** The paths that links lead to, or empty. */
  readonly real: { readonly config: string; readonly credentials: string };
}

/** The place for a name in an environment; undefined where the launcher would not look: what it cannot tell by builtins. */
export function readyPlace(name: string, env: Environment): ReadyPlace | undefined {
  if (name === "" || /^[-.]|\//.test(name) || env.ASKONCE_LOG || env.ASKONCE_RESOLVING) return undefined;
  const { HOME: home = "" } = env;
  const root = readyRoot(env);
  const config = env.AWS_CONFIG_FILE || `${home}/.aws/config`;
  const credentials = env.AWS_SHARED_CREDENTIALS_FILE || `${home}/.aws/credentials`;
  if (![home, root, config, credentials].every((path) => path.startsWith("/"))) return undefined;
  if (/\/\.{1,2}\/|\$/.test(`${root}/${config}/${credentials}/`)) return undefined;
  const values = VARIABLES.map((variable) => env[variable]);
  if ([name, ...values].some((value) => value !== undefined && /[|\n]/.test(value))) return undefined;
  const environment = [FORM, name, ...values.map((value) => (value === undefined ? "" : `=${value}`))].join("|");
  return { root, directory: `${root}/ready/${name}`, config, credentials, environment };
}

/** The cache directory, as env-paths has it; no absolute path where the environment does not say it plainly. */
export function readyRoot(env: Environment): string {
  const { HOME: home = "" } = env;
  if (env.ASKONCE_CACHE_DIR) return env.ASKONCE_CACHE_DIR;
  if (process.platform === "darwin") return `${home}/Library/Caches/askonce`;
  return `${env.XDG_CACHE_HOME || `${home}/.cache`}/askonce`;
}

/**
 * The answer for a name, with its line end; undefined when there is none that may be printed. Modes and second names, which
 * no shell can see, are looked at as well: mending them is another's job.
 */
export function readyAnswer(name: string, env: Environment, uid: number): string | undefined {
  const place = readyPlace(name, env);
  if (place === undefined) return undefined;
  try {
    if (!areOurs(place.root, uid)) return undefined;
    for (const slot of SLOTS) {
      const answer = answerIn(place, slot, uid);
      if (answer !== undefined) return answer;
    }
  } catch {
    // Something is not there: whoever makes it anew tells what is wrong.
  }
  return undefined;
}

/** The cache directory and what is looked at in it: no link, nobody else's, no looser than we make them. */
function areOurs(root: string, uid: number): boolean {
  const isOurs = (path: string): boolean => {
    const stats = lstatSync(path);
    return stats.isDirectory() && stats.uid === uid && (stats.mode & 0o7777) === 0o700;
  };
  return ["", "/ready", "/sessions", "/users", "/locks", "/notes"].every((room) => isOurs(root + room));
}

function answerIn(place: ReadyPlace, slot: string, uid: number): string | undefined {
  const path = `${place.directory}/${slot}`;
  const stats = ownFile(path, uid);
  if (stats === undefined) return undefined;
  const lines = readFileSync(path, "utf8").split("\n");
  const facts = parseReady(lines, place);
  const [, , , , answer = "", end] = lines;
  if (facts === undefined || answer === "" || end !== "") return undefined;
  const moments = `${place.directory}/${facts.id}`;
  const since = statSync(`${moments}/since`).mtimeMs;
  const now = Date.now();
  const isServed =
    now > since &&
    now < stats.mtimeMs &&
    isAwake(facts.awake) &&
    facts.kept.every((name) => (ownFile(`${place.root}/${name}`, uid)?.mtimeMs ?? Infinity) <= since) &&
    ["sessions", "users"].every((room) => statSync(`${place.root}/${room}`).mtimeMs <= since) &&
    isUnchanged(place.config, `${moments}/config`, facts.real.config, since) &&
    isUnchanged(place.credentials, `${moments}/credentials`, facts.real.credentials, since);
  return isServed ? `${answer}\n` : undefined;
}

/** The lines of a ready file before its answer; undefined when they are another environment's or make no sense. */
export function parseReady(lines: readonly string[], place: ReadyPlace): ReadyFacts | undefined {
  const [environment, facts = "", config = "", credentials = ""] = lines;
  const [id, from, until, ...kept] = facts.split(" ");
  if (environment !== place.environment || id === undefined || until === undefined || kept.length === 0)
    return undefined;
  return {
    id,
    awake: from === "-" ? undefined : [Number(from), Number(until)],
    kept: kept.filter((name) => name !== "-"),
    real: { config, credentials },
  };
}

/** The text of a ready file. */
export function formatReady({ environment }: ReadyPlace, facts: ReadyFacts, answer: string): string {
  const { id, awake, kept, real } = facts;
  const [session = "-", user = "-", device = "-"] = kept;
  const second = [id, ...(awake ?? ["-", "-"]), session, user, device].join(" ");
  return [environment, second, real.config, real.credentials, answer].join("\n");
}

function isAwake(awake: ReadyFacts["awake"]): boolean {
  if (awake === undefined) return true;
  // Node's own way is a module more.
  const seconds = Math.floor(Number(readFileSync(UPTIME, "latin1").split(" ")[0]));
  return seconds >= awake[0] && seconds <= awake[1];
}

/** A file of ours as we make it: its only name, and no looser. */
function ownFile(path: string, uid: number): Stats | undefined {
  const stats = lstatSync(path);
  return stats.isFile() && stats.uid === uid && stats.nlink === 1 && (stats.mode & 0o077) === 0 ? stats : undefined;
}

/** A shared file as it was read, or still missing. */
function isUnchanged(path: string, moments: string, real: string, since: number): boolean {
  const directory = statSync(dirname(real || path), { throwIfNoEntry: false });
  if (directory !== undefined && directory.mtimeMs > since) return false;
  const low = statSync(`${moments}.low`, { throwIfNoEntry: false });
  if (low === undefined) return lstatSync(path, { throwIfNoEntry: false }) === undefined;
  const high = statSync(`${moments}.high`);
  const stats = statSync(path);
  accessSync(path, constants.R_OK);
  if (!stats.isFile() || stats.mtimeMs <= low.mtimeMs || stats.mtimeMs >= high.mtimeMs) return false;
  if (real === "") return true;
  const target = statSync(real);
  return target.ino === stats.ino && target.dev === stats.dev;
}
