/** Splits a command line into words where no shell is needed to do so. */

import { parse } from "shell-quote";

/** What only a shell can do: substitution, globs, pipes, redirection, home directories, comments, lists, brace expansion. */
const NEEDS_SHELL = /[$`*?[\]{}()<>|&;~#!\n]/;

/**
 * The words of a command, as sh would see them; `needsShell` when its text asks for more than splitting (also inside
 * quotes, to stay on the safe side), or sets a variable before the command. undefined for a command without words.
 */
export function splitWords(command: string): { words: string[]; needsShell: boolean } | undefined {
  const entries = parse(command, (name) => `\${${name}}`);
  const words = entries.filter((entry) => typeof entry === "string");
  const [first] = words;
  if (first === undefined || first === "") return undefined;
  const needsShell = NEEDS_SHELL.test(command) || words.length !== entries.length || /^\w+=/.test(first);
  return { words, needsShell };
}
