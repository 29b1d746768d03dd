/** Tells a `credential_process` that is askonce, and what it asks for, from one that is somebody else's. Pure. */

import { basename } from "node:path";
import { type Flags, parseCommand } from "../args.ts";
import { splitWords } from "../text/shell-words.ts";

/** Longer than any command line of ours; the words of one that is as long as a file are not worth the time. */
const MOST_CHARACTERS = 32 * 1024;

/** The request inside a command line that runs askonce; undefined when the command is foreign. Throws `usage` as the command itself would. */
export function askonceRequest(command: string): { name: string; flags: Flags } | undefined {
  if (command.length > MOST_CHARACTERS) return undefined;
  // In a path of Windows the backslash is no escape.
  const text = /^\s*"?[A-Za-z]:\\/.test(command) ? command.replaceAll("\\", "/") : command;
  const words = splitWords(text)?.words;
  const rest = words === undefined ? undefined : afterProgram(words);
  if (rest === undefined) return undefined;
  const parsed = parseCommand(rest);
  return parsed.verb === "get" ? { name: parsed.name, flags: parsed.flags } : undefined;
}

/** The words after askonce itself: run by name or path, through its launcher, by a Node given with it, or by npx. */
function afterProgram(words: readonly string[]): readonly string[] | undefined {
  const [program = "", ...rest] = words;
  const name = programName(program);
  if (name === "node" || name === "npx")
    return afterProgram(rest.slice(rest.findIndex((word) => !word.startsWith("-"))));
  if (name === "askonce-get") return ["get", ...rest];
  return name === "askonce" || isOurMain(program) ? rest : undefined;
}

function isOurMain(path: string): boolean {
  return /(^|[\\/])askonce[\\/]dist[\\/](?:askonce\.cjs|main\.mjs)$/.test(path);
}

function programName(path: string): string {
  return basename(path.replaceAll("\\", "/")).replace(/\.(cmd|exe|mjs|ps1)$/i, "");
}
