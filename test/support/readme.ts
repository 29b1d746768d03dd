/** The README, for tests that hold it to what the program does. */

import { readFileSync } from "node:fs";
import { join } from "node:path";

export const README = readFileSync(join(import.meta.dirname, "../../README.md"), "utf8");

/** The part of the README that begins with these bold words or this heading. */
export function part(title: string): string {
  const starts = [`**${title}.**`, `## ${title}\n`].map((text) => README.indexOf(text)).filter((at) => at >= 0);
  const [start] = starts;
  if (start === undefined) throw new Error(`the README has no ${title}`);
  const end = /\n(?=##+ |\*\*[A-Z])/.exec(README.slice(start + 1))?.index ?? README.length;
  return README.slice(start, start + 1 + end);
}

/** The code blocks of one kind in a part. */
export function codeBlocks(title: string, kind: "ini" | "sh"): string[] {
  const found = [...part(title).matchAll(new RegExp(`\`\`\`${kind}\n(.*?)\`\`\``, "gs"))];
  if (found.length === 0) throw new Error(`${title} has no ${kind} block`);
  return found.map(([, text = ""]) => text);
}

/** The rows of a part's table, without its head: the text of each cell. */
export function tableRows(title: string): string[][] {
  const lines = part(title)
    .split("\n")
    .filter((line) => line.startsWith("|"));
  return lines.slice(2).map((line) =>
    line
      .split("|")
      .slice(1, -1)
      .map((cell) => cell.trim()),
  );
}
