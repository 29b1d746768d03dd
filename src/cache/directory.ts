/**
 * askonce's own directory: 0700, ours, no link. Everything it keeps is inside.
 *
 * Fail closed: what is not ours is refused (a link) or left alone (another user's directory), a loose mode of our own is mended.
 */

import type { Stats } from "node:fs";
import { dirname, isAbsolute, join, resolve } from "node:path";
import envPaths from "env-paths";
import { homeDirectory } from "../disk/home.ts";
import { correctMode, namesIn, statsOf } from "../disk/private-directory.ts";
import type { Environment } from "../runtime/environment.ts";
import { AskonceError } from "../runtime/errors.ts";

/** The places inside the cache directory, or why nothing can be kept. */
export type CacheDirectory =
  | {
      readonly usable: true;
      readonly root: string;
      readonly sessions: string;
      readonly users: string;
      readonly locks: string;
      readonly notes: string;
      readonly ready: string;
      readonly code: string;
    }
  | { readonly usable: false; readonly root: string; readonly why: string };

export type UsableCache = Extract<CacheDirectory, { usable: true }>;

const ROOMS = ["sessions", "users", "locks", "notes", "ready", "code"] as const;

/** Where the cache is: ASKONCE_CACHE_DIR, else the platform's own place for caches. */
export function cacheRoot(env: Environment): string {
  if (env.ASKONCE_CACHE_DIR) return resolve(env.ASKONCE_CACHE_DIR);
  const { cache } = envPaths("askonce", { suffix: "" });
  // A relative XDG_CACHE_HOME or HOME counts for nothing (XDG Base Directory Specification): sessions do not go where we stand.
  return isAbsolute(cache) ? cache : join(homeDirectory(), ".cache/askonce");
}

/** Looks without creating anything; a loose mode is mended. Throws `configuration` when a link stands where the directory should. */
export function lookAtCache(root: string, uid: number | undefined): CacheDirectory {
  const why = notOurs(root, uid) ?? notForUs(root, uid);
  if (why !== undefined) return { usable: false, root, why };
  const inside = (name: string): string => join(root, name);
  for (const room of ROOMS) refuseLinkAt(inside(room));
  return {
    usable: true,
    root,
    sessions: inside("sessions"),
    users: inside("users"),
    locks: inside("locks"),
    notes: inside("notes"),
    ready: inside("ready"),
    code: inside("code"),
  };
}

/**
 * Mends the root's mode where it is askonce's: there is nothing in it but rooms. A directory with other things was named by
 * mistake or is shared: its mode is not ours to change, and it is not used where others may write to it, nor where one of
 * the other things has a room's name.
 */
function notForUs(root: string, uid: number | undefined): string | undefined {
  const stats = statsOf(root);
  if (uid === undefined || stats === undefined || (stats.mode & 0o777) === 0o700) return undefined;
  // Everybody's, as /tmp is, even while it is empty.
  if ((stats.mode & 0o1000) !== 0) return `${root} is a place for all users`;
  const names = namesIn(root);
  const rooms = ROOMS.filter((room) => names.includes(room));
  if (rooms.length === names.length) correctMode(root, uid);
  else if ((stats.mode & 0o022) !== 0) return `${root} holds other things and others may write to it`;
  else if (rooms.length < ROOMS.length && !rooms.every((room) => isPrivate(join(root, room), uid)))
    return `${root} holds other things, and its ${rooms.join(" and ")} may be one of them`;
  return undefined;
}

/** As we make a room; others' have looser modes mostly, and their owners. */
function isPrivate(path: string, uid: number): boolean {
  const stats = statsOf(path);
  return stats !== undefined && stats.uid === uid && (stats.mode & 0o777) === 0o700;
}

function refuseLinkAt(path: string): void {
  const stats = statsOf(path);
  if (stats !== undefined) refuseLink(path, stats);
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

/** Throws `configuration` for a link in place of the directory or a room. */
export function refuseLink(path: string, stats: Stats): void {
  if (!stats.isSymbolicLink()) return;
  throw new AskonceError(
    "configuration",
    `${path} is a link, and sessions are not written through one`,
    "remove it, or set ASKONCE_CACHE_DIR",
    "cache-refused",
  );
}
