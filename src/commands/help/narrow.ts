/** A help text for a terminal that is narrower than it was written for. Pure. */

import { wrap } from "../../text/terminal-text.ts";

/** `  left   right`: what stands to the right goes below, further in. */
const TWO_COLUMNS = /^( {2}\S.*?) {2,}(?=\S)(.*)$/;
const BELOW = "      ";

/** Sentences are filled anew, two columns become one, and what is indented keeps its lines. */
export function narrowHelp(text: string, columns: number): string {
  return text
    .split("\n\n")
    .flatMap((block, index) => [
      ...(index === 0 ? [] : [""]),
      ...narrowBlock(block, columns, index === 0 && isUsage(block)),
    ])
    .join("\n");
}

/** A line for each way to write the command. */
function isUsage(block: string): boolean {
  return block.split("\n").every((line) => /^askonce/.test(line));
}

function narrowBlock(block: string, columns: number, keepsLines: boolean): string[] {
  const lines: string[] = [];
  for (const line of block.split("\n")) {
    const [, left, right] = TWO_COLUMNS.exec(line) ?? [];
    const last = lines.at(-1);
    if (left !== undefined && right !== undefined) lines.push(left, BELOW + right);
    // The right column goes on; so does a sentence.
    else if (/^ {10,}\S/.test(line) && last !== undefined)
      if (last.startsWith(BELOW)) lines.push(`${lines.pop()} ${line.trim()}`);
      else lines.push(BELOW + line.trim());
    else if (/^\S/.test(line) && last !== undefined && /^\S/.test(last) && !keepsLines)
      lines.push(`${lines.pop()} ${line}`);
    else lines.push(line);
  }
  return lines.flatMap((line) => {
    const indent = line.startsWith(BELOW) ? BELOW : "";
    const whole = wrap(line.slice(indent.length), columns - indent.length);
    return (/^\S/.test(line) && !keepsLines) || indent !== "" ? whole.map((part) => indent + part.trimStart()) : whole;
  });
}
