/** What setup is about to change, as a person reads it: a unified diff of each file, secrets left out. Pure. */

import { structuredPatch } from "diff";
import { type Colour, inColour } from "../text/style.ts";
import { printable } from "../text/terminal-text.ts";

const SECRET = /^(\s*(?:aws_secret_access_key|aws_session_token|aws_security_token)\s*[=:]\s*)\S.*$/gim;
/** Between two changes that belong together. */
const CONTEXT_LINES = 3;
const COLOURS = new Map<string | undefined, Colour>([
  ["+", "green"],
  ["-", "red"],
  ["@", "cyan"],
]);

/** The lines of a diff below a gap and the name of its file; none where nothing changes. */
export function diffLines(
  path: string,
  before: string | undefined,
  after: string | undefined,
  colours: boolean,
): string[] {
  if (before === after) return [];
  const [old, now] = [masked(before ?? ""), masked(after ?? "")];
  const { hunks } = structuredPatch(path, path, old, now, "", "", { context: CONTEXT_LINES });
  const all = hunks.flatMap(({ oldStart, oldLines, newStart, newLines, lines }) => [
    `@@ -${oldStart},${oldLines} +${newStart},${newLines} @@`,
    ...lines.filter((line) => !line.startsWith("\\")),
  ]);
  return [
    "",
    `${printable(path)}${before === undefined ? " (new)" : ""}`,
    ...all.map((line) => coloured(line, colours)),
  ];
}

/** A secret is not shown, not even to its owner: somebody may look on. */
function masked(text: string): string {
  const lines = text.replace("\ufeff", "").replace(/\r\n?/g, "\n").replace(SECRET, "$1********");
  // The end of the last line is nothing to look at.
  return lines === "" || lines.endsWith("\n") ? lines : `${lines}\n`;
}

function coloured(line: string, colours: boolean): string {
  const text = printable(line).trimEnd();
  const colour = COLOURS.get(text[0]);
  return colour === undefined ? text : inColour(text, colour, colours);
}
