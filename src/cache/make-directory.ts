/** Creates what is missing of the cache directory, before the first write. */

import { lstatSync, mkdirSync } from "node:fs";
import { correctMode } from "../disk/private-directory.ts";
import { foreignOwner } from "../disk/private-file.ts";
import { AskonceError } from "../runtime/errors.ts";
import { type CacheDirectory, refuseLink, type UsableCache } from "./directory.ts";

/** Creates and mends the directory and its rooms before the first write. Where it cannot be, says why: the answer is then printed uncached. */
export function makeCache(cache: UsableCache, uid: number | undefined): CacheDirectory {
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
  correctMode(path, uid);
}
