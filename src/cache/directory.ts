/**
 * askonce's own directory: 0700, ours, no link. Everything it keeps is inside.
 *
 * Fail closed: what is not ours is refused (a link) or left alone (another user's directory), a loose mode of our own is mended.
 */

import { chmodSync, lstatSync, mkdirSync, type Stats } from "node:fs";
import { dirname, join, resolve } from "node:path";
import envPaths from "env-paths";
import type { Environment } from "../environment.ts";
import { AskonceError } from "../errors.ts";

/** The places inside the cache directory, or why nothing can be kept. */
export type CacheDirectory =
  | {
      readonly usable: true;
      readonly root: string;
      readonly sessions: string;
      readonly users: string;
      readonly locks: string;
      readonly notes: string;
    }
  | { readonly usable: false; readonly root: string; readonly why: string };

type Usable = Extract<CacheDirectory, { usable: true }>;

/** Where the cache is: ASKONCE_CACHE_DIR, else the platform's own place for caches. */
export function cacheRoot(env: Environment): string {
  return env.ASKONCE_CACHE_DIR ? resolve(env.ASKONCE_CACHE_DIR) : envPaths("askonce", { suffix: "" }).cache;
}

/** Looks without creating anything. Throws `configuration` when a link stands where the directory should. */
export function lookAtCache(root: string, uid: number | undefined): CacheDirectory {
  const why = notOurs(root, uid);
  if (why !== undefined) return { usable: false, root, why };
  const inside = (name: string): string => join(root, name);
  return {
    usable: true,
    root,
    sessions: inside("sessions"),
    users: inside("users"),
    locks: inside("locks"),
    notes: inside("notes"),
  };
}

/** Creates and mends the directory and its rooms before the first write. Where it cannot be, says why: the answer is then printed uncached. */
export function makeCache(cache: Usable, uid: number | undefined): CacheDirectory {
  try {
    mkdirSync(dirname(cache.root), { recursive: true, mode: 0o700 });
    for (const path of [cache.root, cache.sessions, cache.users, cache.locks, cache.notes]) makeOwn(path, uid);
    return cache;
  } catch (error) {
    if (error instanceof AskonceError) throw error;
    return {
      usable: false,
      root: cache.root,
      why: `cannot use ${cache.root}: ${(error as NodeJS.ErrnoException).code}`,
    };
  }
}

function makeOwn(path: string, uid: number | undefined): void {
  try {
    mkdirSync(path, { mode: 0o700 });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
  }
  const stats = lstatSync(path);
  refuseLink(path, stats);
  if (!stats.isDirectory()) throw Object.assign(new Error("not a directory"), { code: "ENOTDIR" });
  if (uid === undefined) return;
  if (stats.uid !== uid) throw foreignOwner(path);
  if ((stats.mode & 0o777) !== 0o700) chmodSync(path, 0o700);
}

/** Why the directory is not ours to use: it, or the nearest parent that exists, belongs to another user (`sudo -E`, a devcontainer). */
function notOurs(root: string, uid: number | undefined): string | undefined {
  for (let path = root; ; path = dirname(path)) {
    const stats = statsOf(path);
    if (stats !== undefined) {
      if (path === root) refuseLink(path, stats);
      if (path === root && !stats.isDirectory()) return `${path} is not a directory`;
      return uid === undefined || stats.uid === uid ? undefined : `${path} belongs to another user (${stats.uid})`;
    }
    if (path === dirname(path)) return undefined;
  }
}

function statsOf(path: string): Stats | undefined {
  try {
    return lstatSync(path);
  } catch {
    return undefined;
  }
}

function refuseLink(path: string, stats: Stats): void {
  if (!stats.isSymbolicLink()) return;
  throw new AskonceError(
    "configuration",
    `${path} is a link, and sessions are not written through one`,
    "remove it, or set ASKONCE_CACHE_DIR",
  );
}

/** The error for a file or directory inside the cache that somebody else owns. */
export function foreignOwner(path: string): AskonceError {
  return new AskonceError(
    "configuration",
    `${path} belongs to another user`,
    "remove it, or set ASKONCE_CACHE_DIR to a directory of your own",
  );
}
