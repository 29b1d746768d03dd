/**
 * askonce's own directory: 0700, ours, no link. Everything it keeps is inside.
 *
 * Fail closed: what is not ours is refused (a link) or left alone (another user's directory), a loose mode of our own is mended.
 */

import { chmodSync, lstatSync, mkdirSync, readdirSync, type Stats, statSync } from "node:fs";
import { userInfo } from "node:os";
import { dirname, isAbsolute, join, resolve } from "node:path";
import envPaths from "env-paths";
import type { Environment } from "../environment.ts";
import { AskonceError } from "../errors.ts";
import { foreignOwner } from "../private-file.ts";

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
  if (env.ASKONCE_CACHE_DIR) return resolve(env.ASKONCE_CACHE_DIR);
  const { cache } = envPaths("askonce", { suffix: "" });
  // A relative XDG_CACHE_HOME or HOME counts for nothing (XDG Base Directory Specification): sessions do not go where we stand.
  return isAbsolute(cache) ? cache : join(userInfo().homedir, ".cache/askonce");
}

/** Looks without creating anything; a loose mode is mended. Throws `configuration` when a link stands where the directory should. */
export function lookAtCache(root: string, uid: number | undefined): CacheDirectory {
  const why = notOurs(root, uid) ?? notForUs(root, uid);
  if (why !== undefined) return { usable: false, root, why };
  const inside = (name: string): string => join(root, name);
  for (const room of [inside("sessions"), inside("users")]) refuseLinkAt(room);
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
    mkdirSync(cache.root, { recursive: true, mode: 0o700 });
    const stats = lstatSync(cache.root);
    refuseLink(cache.root, stats);
    if (uid !== undefined && stats.uid !== uid) throw foreignOwner(cache.root);
    for (const path of [cache.sessions, cache.users, cache.locks, cache.notes]) makeOwn(path, uid);
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

/** When an entry of a room last came or went, to the nanosecond, in one text to compare. */
export function lastChanges({ sessions, users, locks, notes }: Usable): string {
  return [sessions, users, locks, notes]
    .map((path) => statSync(path, { bigint: true, throwIfNoEntry: false })?.mtimeNs)
    .join(" ");
}

/**
 * Mends the root's mode where it is askonce's: empty, or with the rooms it made. A directory with other things in it was
 * named by mistake or is shared: its mode is not ours to change, and one that others may write to is not used.
 */
function notForUs(root: string, uid: number | undefined): string | undefined {
  const stats = statsOf(root);
  if (uid === undefined || stats === undefined || (stats.mode & 0o777) === 0o700) return undefined;
  const names = namesIn(root);
  if (names.length === 0 || names.includes("sessions")) mendMode(root, uid);
  else if ((stats.mode & 0o022) !== 0) return `${root} holds other things and others may write to it`;
  return undefined;
}

function namesIn(path: string): string[] {
  try {
    return readdirSync(path);
  } catch {
    return [];
  }
}

function refuseLinkAt(path: string): void {
  const stats = statsOf(path);
  if (stats !== undefined) refuseLink(path, stats);
}

function mendMode(path: string, uid: number | undefined): void {
  const stats = statsOf(path);
  if (uid === undefined || stats === undefined || (stats.mode & 0o777) === 0o700) return;
  try {
    chmodSync(path, 0o700);
  } catch {
    // A read-only file system: its files are as private as their own modes are.
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
  mendMode(path, uid);
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
