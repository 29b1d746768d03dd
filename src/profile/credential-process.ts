/** Tells a `credential_process` that is askonce, and what it asks for, from one that is somebody else's. Pure. */

import { basename } from "node:path";
import { type Flags, parseCommand } from "../args.ts";
import { splitWords } from "../words.ts";

/** The request inside a command line that runs askonce; undefined when the command is foreign. Throws `usage` as the command itself would. */
export function askonceRequest(command: string): { name: string; flags: Flags } | undefined {
  const words = splitWords(command)?.words;
  if (words === undefined) return undefined;
  const rest = afterProgram(words);
  if (rest === undefined) return undefined;
  const parsed = parseCommand(rest);
  return parsed.verb === "get" ? { name: parsed.name, flags: parsed.flags } : undefined;
}

/** The words after askonce itself: run by name or path, through its launcher, by a Node given with it, or by npx. */
function afterProgram(words: readonly string[]): readonly string[] | undefined {
  const [program = "", script = ""] = words;
  const name = programName(program);
  if (name === "askonce") return words.slice(1);
  if (name === "askonce-get") return ["get", ...words.slice(1)];
  if (name !== "node" && name !== "npx") return undefined;
  if (programName(script) === "askonce") return words.slice(2);
  return /[\\/]askonce[\\/]dist[\\/]main\.mjs$/.test(script) ? words.slice(2) : undefined;
}

function programName(path: string): string {
  const [last = ""] = basename(path.replaceAll("\\", "/")).split(/\.(?:cmd|exe|ps1|mjs)$/i);
  return last;
}
