/** A terminal just big enough for the tests: what stands on the screen after a stream of bytes, folded and scrolled. */

/** The lines of the screen and of what scrolled off its top, without blank ends. */
export function renderScreen(output: string, columns: number, rows: number): string {
  const lines: string[][] = [[]];
  let top = 0;
  let row = 0;
  let column = 0;
  /** After the last column the cursor stays until the next character: as every terminal since the VT100 does. */
  let wrapPending = false;

  const lineAt = (index: number) => (lines[index] ??= []);
  const moveTo = (toRow: number, toColumn: number) => {
    row = Math.min(Math.max(toRow, top), top + rows - 1);
    column = Math.min(Math.max(toColumn, 0), columns - 1);
    wrapPending = false;
  };
  const lineFeed = () => {
    if (row === top + rows - 1) top++;
    row++;
    lineAt(row);
    wrapPending = false;
  };
  const put = (character: string) => {
    if (wrapPending) {
      lineFeed();
      column = 0;
    }
    const line = lineAt(row);
    while (line.length < column) line.push(" ");
    line[column] = character;
    if (column === columns - 1) wrapPending = true;
    else column++;
  };
  const eraseInLine = (mode: number) => {
    const line = lineAt(row);
    if (mode === 0) line.length = Math.min(line.length, column);
    else if (mode === 2) line.length = 0;
    else line.fill(" ", 0, column + 1);
  };
  const control = (parameters: string, final: string) => {
    const [first = 0, second = 0] = parameters.split(";").map((text) => Number(text) || 0);
    const count = Math.max(first, 1);
    if (final === "A") moveTo(row - count, column);
    else if (final === "B") moveTo(row + count, column);
    else if (final === "C") moveTo(row, column + count);
    else if (final === "D") moveTo(row, column - count);
    else if (final === "G") moveTo(row, count - 1);
    else if (final === "H") moveTo(top + count - 1, Math.max(second, 1) - 1);
    else if (final === "K") eraseInLine(first);
    else if (final === "J") {
      if (first === 2) for (let index = top; index < top + rows; index++) lines[index] = [];
      else if (first === 0) {
        eraseInLine(0);
        lines.length = Math.min(lines.length, row + 1);
      }
    } else if (!"mhl".includes(final)) throw new Error(`the test terminal does not know CSI ${parameters}${final}`);
  };

  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what terminals understand
  for (const [token, parameters, final] of output.matchAll(/\x1b\[([0-?]*)[ -/]*([@-~])|\x1b[^[]|[\s\S]/gu)) {
    if (final !== undefined) control((parameters ?? "").replace("?", ""), final);
    else if (token === "\r") moveTo(row, 0);
    else if (token === "\n") lineFeed();
    else if (token === "\b") moveTo(row, column - 1);
    else if (token >= " " && token !== "\x7f" && !token.startsWith("\x1b")) put(token);
  }
  return lines
    .map((line) =>
      Array.from(line, (character) => character ?? " ")
        .join("")
        .trimEnd(),
    )
    .join("\n")
    .trimEnd();
}
