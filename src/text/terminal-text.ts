/** Text for a terminal that others have written: what is safe to show, how wide it is, and where it is broken. */

const WIDE =
  /[\u1100-\u115f\u2e80-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6\p{Emoji_Presentation}]/u;

/** Text from files and servers without what could drive the terminal or reorder the line: control and format characters. */
export function printable(text: string): string {
  return text.replace(/[\s\p{Zl}\p{Zp}]/gu, " ").replace(/[\p{Cc}\p{Cf}\p{Cs}]/gu, "");
}

/** The columns a text takes on a terminal: two for wide characters, none for marks that join the one before. */
export function widthOf(text: string): number {
  let width = 0;
  for (const character of text) width += /\p{M}/u.test(character) ? 0 : WIDE.test(character) ? 2 : 1;
  return width;
}

/** Breaks a line between words, with further lines indented below it; a word longer than a line is broken anywhere. */
export function wrap(line: string, width: number): string[] {
  const indent = " ".repeat(Math.min((/^ */.exec(line)?.[0].length ?? 0) + 2, width >> 1));
  const lines: string[] = [];
  let current = "";
  for (const word of line.trimEnd().split(/(?<=\S)(?= )/)) {
    if (widthOf(current + word) <= width) {
      current += word;
      continue;
    }
    if (current !== "") lines.push(current);
    current = current === "" ? word : indent + word.trimStart();
    for (let part = cut(current, width); part !== current; part = cut(current, width)) {
      lines.push(part);
      current = indent + current.slice(part.length);
    }
  }
  return [...lines, current];
}

/** The begin of a text that fits into so many columns. */
export function cut(text: string, columns: number): string {
  let kept = "";
  for (const character of text) {
    if (widthOf(kept + character) > columns) break;
    kept += character;
  }
  return kept;
}
