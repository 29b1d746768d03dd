/** Finds a program without running it. */

import { accessSync, constants, statSync } from "node:fs";
import { posix, win32 } from "node:path";
import type { Environment } from "../runtime/environment.ts";

/** The environment that has PATH, and the platform whose rules apply. */
interface Search {
  readonly env: Environment;
  readonly platform: NodeJS.Platform;
}

/** Where a program is on PATH, or undefined. A directory that depends on where we are is left out. */
export function findProgram(name: string, { env, platform }: Search): string | undefined {
  const { delimiter, isAbsolute, join } = platform === "win32" ? win32 : posix;
  const isPath = (key: string): boolean => (platform === "win32" ? key.toUpperCase() : key) === "PATH";
  const search = Object.entries(env).find(([key]) => isPath(key))?.[1] ?? "";
  const file = platform === "win32" && !name.endsWith(".exe") ? `${name}.exe` : name;
  return search
    .split(delimiter)
    .filter((directory) => isAbsolute(directory))
    .map((directory) => join(directory, file))
    .find(isProgram);
}

/** Whether a file is there and may be run by us. */
export function isProgram(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return statSync(path).isFile();
  } catch {
    return false;
  }
}
