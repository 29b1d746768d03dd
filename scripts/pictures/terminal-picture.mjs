// @ts-check
/** A picture of a terminal: what a program wrote to one, as it stands on the screen, drawn as SVG. */

import xterm from "@xterm/headless";

const [CELL, LINE, PAD, BAR] = [8.4, 19, 14, 26];
/** The first sixteen colours, as terminals with a dark ground have them; the default is light on dark. */
const COLOURS = [
  ...["#1c2128", "#f47067", "#57ab5a", "#c69026", "#539bf5", "#b083f0", "#39c5cf", "#adbac7"],
  ...["#768390", "#ff938a", "#6bc46d", "#daaa3f", "#6cb6ff", "#dcbdfb", "#56d4dd", "#ffffff"],
];
const [GROUND, TEXT, DIM] = ["#1c2128", "#d8dee6", "#8a95a1"];

/**
 * @param {string} output what was written, with its escape sequences
 * @param {{ columns: number, title: string }} options
 * @returns {Promise<string>} an SVG as high as what stands on the screen
 */
export async function terminalPicture(output, { columns, title }) {
  const terminal = new xterm.Terminal({ cols: columns, rows: 60, allowProposedApi: true });
  await new Promise((resolve) => terminal.write(output, () => resolve(undefined)));
  const rows = Array.from({ length: terminal.rows }, (_, row) => runsOf(terminal, row));
  while (rows.at(-1)?.length === 0) rows.pop();
  const [width, height] = [Math.ceil(columns * CELL) + 2 * PAD, rows.length * LINE + 2 * PAD + BAR];
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" role="img" aria-labelledby="t">`,
    `<title id="t">${escaped(title)}</title>`,
    `<style>text{font:14px ui-monospace,SFMono-Regular,Menlo,Consolas,'DejaVu Sans Mono',monospace;fill:${TEXT};white-space:pre}</style>`,
    `<rect width="${width}" height="${height}" rx="8" fill="${GROUND}"/>`,
    ...["#f47067", "#daaa3f", "#57ab5a"].map(
      (fill, at) => `<circle cx="${PAD + 6 + at * 18}" cy="17" r="5" fill="${fill}"/>`,
    ),
    ...rows.flatMap((runs, row) => {
      const y = BAR + PAD + row * LINE + 13;
      return runs.map(
        ({ column, text, fill, bold }) =>
          // Fonts differ in width: each run is stretched to the cells it takes.
          `<text x="${number(PAD + column * CELL)}" y="${y}" textLength="${number(text.length * CELL)}" lengthAdjust="spacingAndGlyphs"${fill === TEXT ? "" : ` style="fill:${fill}"`}${bold ? ' font-weight="600"' : ""}>${escaped(text)}</text>`,
      );
    }),
    "</svg>",
    "",
  ].join("\n");
}

/**
 * A line in runs of one look, without the blanks between and after them.
 *
 * @param {import("@xterm/headless").Terminal} terminal
 * @param {number} row
 */
function runsOf(terminal, row) {
  const line = terminal.buffer.active.getLine(row);
  /** @type {{ column: number, text: string, fill: string, bold: boolean }[]} */
  const runs = [];
  for (let column = 0; column < terminal.cols; column++) {
    const cell = line?.getCell(column);
    const text = cell?.getChars() ?? "";
    if (cell === undefined || text.trim() === "") continue;
    const [fill, bold] = [colourOf(cell), cell.isBold() !== 0];
    const last = runs.at(-1);
    const gap = last === undefined ? 0 : column - last.column - last.text.length;
    if (last !== undefined && gap <= 1 && last.fill === fill && last.bold === bold) last.text += " ".repeat(gap) + text;
    else runs.push({ column, text, fill, bold });
  }
  return runs;
}

/** @param {import("@xterm/headless").IBufferCell} cell */
function colourOf(cell) {
  if (cell.isDim()) return DIM;
  if (cell.isFgPalette()) return COLOURS[cell.getFgColor()] ?? TEXT;
  return TEXT;
}

/** @param {string} text */
function escaped(text) {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
}

/** @param {number} value */
function number(value) {
  return Number(value.toFixed(1));
}
