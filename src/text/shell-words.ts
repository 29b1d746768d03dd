/** Splits a command line into words where no shell is needed to do so. */

// What puts words together again is not loaded for a hit.
import parse from "shell-quote/parse.js";

/** What only a shell can do: substitution, globs, pipes, redirection, home directories, comments, lists, brace expansion. */
const NEEDS_SHELL = /[$`*?[\]{}()<>|&;~#!\n]/;

/**
 * The words of a command up to its first pipe, list or redirection, as sh would see them; `needsShell` when its text asks
 * for more than splitting (also inside quotes, to stay on the safe side), or sets a variable before the command.
 * undefined for a command without words.
 */
export function splitWords(command: string): { words: string[]; needsShell: boolean } | undefined {
  const entries = parse(command, (name) => `\${${name}}`);
  const end = entries.findIndex((entry) => typeof entry !== "string" && "op" in entry && entry.op !== "glob");
  const words = (end < 0 ? entries : entries.slice(0, end)).map(textOf).filter((word) => word !== undefined);
  // `2>file`: the number belongs to the redirection.
  if (end > 0 && /^[<>]/.test((entries[end] as { op: string }).op) && /^\d$/.test(words.at(-1) ?? "")) words.pop();
  const [first = ""] = words;
  if (first === "" && end < 0) return undefined;
  return { words, needsShell: NEEDS_SHELL.test(command) || /^\w+=/.test(first) };
}

function textOf(entry: parse.ParseEntry): string | undefined {
  if (typeof entry === "string") return entry;
  return "pattern" in entry ? entry.pattern : undefined;
}

/** A name as it is typed in a shell: quoted only where it has to be. */
export function shellWord(text: string): string {
  return /^[\w@%+=:,./-]+$/.test(text) && !text.startsWith("-") ? text : `'${text.replaceAll("'", "'\\''")}'`;
}
