/** Which profiles are asked about, the way from each to its keys, and who calls askonce for it. */

import { closeSync, openSync, readSync } from "node:fs";
import { isAbsolute, posix, resolve } from "node:path";
import type { SharedFiles } from "../../aws-files/read.ts";
import { findProgram, isProgram } from "../../processes/find-program.ts";
import { askonceRequest } from "../../profile/credential-process.ts";
import { hasStaticKeys } from "../../profile/key-source.ts";
import { resolveRequest, type SessionRequest } from "../../profile/request.ts";
import type { Level } from "../../profile/settings.ts";
import { walk } from "../../profile/walk.ts";
import { type Environment, nonEmpty } from "../../runtime/environment.ts";
import { type AskonceError, asAskonceError } from "../../runtime/errors.ts";
import { splitWords } from "../../text/shell-words.ts";
import type { CallingProfile, ProfileFacts } from "../facts.ts";
import { nearestName } from "../wording.ts";
import { onBarePath } from "./program.ts";

/** What is known of a profile without asking anybody. */
export type LocalSubject = Omit<ProfileFacts, "prompt" | "aws">;

/** NAME, else AWS_PROFILE, else every profile that askonce is called for, else the only one with keys. */
export function subjectsOf(
  asked: string | undefined,
  files: SharedFiles,
  env: Environment,
  platform: NodeJS.Platform,
): LocalSubject[] {
  const callers = callersIn(files, env, platform);
  return namesOf(asked, files, env, callers).map((name) => subjectOf(name, files, env, callers));
}

function namesOf(
  asked: string | undefined,
  files: SharedFiles,
  env: Environment,
  callers: readonly CallingProfile[],
): string[] {
  const named = asked ?? nonEmpty(env.AWS_PROFILE);
  if (named !== undefined) return [named];
  // One that is called by a name that is not there is looked at from its caller.
  const called = callers.map(({ name, profile }) => (name !== undefined && files.profiles.has(name) ? name : profile));
  if (called.length > 0) return [...new Set(called)].sort();
  const withKeys = [...files.profiles].filter(([, keys]) => hasStaticKeys(keys)).map(([name]) => name);
  return withKeys.length === 1 ? withKeys : [];
}

function subjectOf(name: string, files: SharedFiles, env: Environment, all: readonly CallingProfile[]): LocalSubject {
  if (!files.profiles.has(name)) {
    const near = nearestName(name, files.profiles.keys());
    return { name, levels: [], request: undefined, complaint: undefined, missing: { near }, callers: [] };
  }
  let levels: readonly Level[] = [];
  let request: SessionRequest | undefined;
  let complaint: AskonceError | undefined;
  try {
    levels = walk(name, {}, files).levels;
    request = resolveRequest(name, {}, files, env);
  } catch (error) {
    complaint = asAskonceError(error);
  }
  const path = new Set([name, ...levels.map((level) => level.name)]);
  // One that asks for a profile further down gets the session of that one.
  const callers = all.filter((caller) => path.has(caller.profile) || caller.name === name);
  return { name, levels, request, complaint, missing: undefined, callers };
}

/** Every profile whose credential_process is askonce. */
function callersIn(files: SharedFiles, env: Environment, platform: NodeJS.Platform): CallingProfile[] {
  return [...files.profiles].flatMap(([profile, { credential_process: command }]) => {
    if (command === undefined || command.trim() === "") return [];
    let name: string | undefined;
    let complaint: AskonceError | undefined;
    try {
      name = askonceRequest(command)?.name;
    } catch (error) {
      complaint = asAskonceError(error);
    }
    if (name === undefined && complaint === undefined) return [];
    return [{ profile, command, name, complaint, ...programOf(command, env, platform) }];
  });
}

const FOUND_ON_WINDOWS = {
  path: "askonce",
  isExecutable: true,
  isLauncher: false,
  needsNodeOnPath: false,
  isOnBarePath: true,
};

type Program = Pick<
  CallingProfile,
  "words" | "needsShell" | "path" | "isExecutable" | "isLauncher" | "needsNodeOnPath" | "isOnBarePath"
>;

function programOf(command: string, env: Environment, platform: NodeJS.Platform): Program {
  const text = /^\s*"?[A-Za-z]:\\/.test(command) ? command.replaceAll("\\", "/") : command;
  const { words = [], needsShell = false } = splitWords(text) ?? {};
  const [given = ""] = words;
  const path = /[\\/]/.test(given)
    ? isAbsolute(given)
      ? given
      : resolve(given)
    : findProgram(given, { env, platform });
  const start = path === undefined ? undefined : startOf(path);
  const isThere = path !== undefined && start !== undefined;
  // There it is found by its name with one of several endings.
  if (platform === "win32" && !/[\\/]/.test(given)) return { words, needsShell, ...FOUND_ON_WINDOWS };
  return {
    words,
    needsShell,
    path: isThere ? path : undefined,
    isExecutable: isThere && isProgram(path),
    isLauncher: /^askonce-get(\.\w+)?$/.test(posix.basename(given)),
    needsNodeOnPath: /^#!\/usr\/bin\/env (-S )?node\b/.test(start ?? ""),
    isOnBarePath: onBarePath(given, platform, env.PATH) !== undefined,
  };
}

/** The begin of a file; empty for one that cannot be read, undefined for none. */
function startOf(path: string): string | undefined {
  let file: number;
  try {
    file = openSync(path, "r");
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "ENOENT" ? undefined : "";
  }
  try {
    const bytes = Buffer.alloc(64);
    return bytes.toString("latin1", 0, readSync(file, bytes, 0, bytes.length, 0));
  } catch {
    return "";
  } finally {
    closeSync(file);
  }
}
