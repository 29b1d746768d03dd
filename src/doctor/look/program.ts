/** Looks at what askonce runs on. */

import { accessSync, constants, existsSync, realpathSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { findProgram, isProgram } from "../../processes/find-program.ts";
import { keptProgram } from "../../ready/file.ts";
import { type Environment, nonEmpty } from "../../runtime/environment.ts";
import type { Program } from "../../runtime/program.ts";
import type { ProgramFacts } from "../facts.ts";

/** What programs have that were not started from a shell (launchd; systemd's user units and desktops). */
const BARE_PATH = {
  darwin: "/usr/bin:/bin:/usr/sbin:/sbin",
  other: "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
} as const;

/** Where a program is that was named without a path, for one that was started from the desktop. */
export function onBarePath(name: string, platform: NodeJS.Platform, path?: string): string | undefined {
  // What the desktop has there is the user's own, as it is in a shell.
  if (platform === "win32") return findProgram(name, { env: { PATH: path }, platform });
  const bare = platform === "darwin" ? BARE_PATH.darwin : BARE_PATH.other;
  return findProgram(name, { env: { PATH: bare }, platform });
}

export function lookAtProgram(
  { version, node, script }: Program,
  env: Environment,
  platform: NodeJS.Platform,
  ready: string | undefined,
): ProgramFacts {
  const kept = ready === undefined ? undefined : keptProgram(ready);
  const extra = nonEmpty(env.NODE_EXTRA_CA_CERTS);
  return {
    version,
    node,
    nodeVersion: process.versions.node,
    script,
    launcher: launcherFor(script, env),
    isNodeOnBarePath: onBarePath("node", platform, env.PATH) !== undefined,
    extraCertificates: extra === undefined ? undefined : { path: extra, isThere: existsSync(extra) },
    log: logAt(nonEmpty(env.ASKONCE_LOG)),
    remembered: kept === undefined ? undefined : { node: kept.node, isThere: existsSync(kept.node) },
  };
}

function logAt(given: string | undefined): ProgramFacts["log"] {
  if (given === undefined) return undefined;
  const path = resolve(given);
  try {
    accessSync(existsSync(path) ? path : dirname(path), constants.W_OK);
    return { path, why: undefined };
  } catch (error) {
    return { path, why: (error as NodeJS.ErrnoException).code };
  }
}

/** The launcher that is called by the name users know: on PATH where that is this one, else beside the program. */
function launcherFor(script: string, env: Environment): string | undefined {
  const beside = join(dirname(script), "askonce-get");
  const named = findProgram("askonce-get", { env, platform: "linux" });
  if (named !== undefined && realOf(named) === realOf(beside)) return named;
  return isProgram(beside) ? beside : named;
}

function realOf(path: string): string {
  try {
    return realpathSync(path);
  } catch {
    return path;
  }
}
