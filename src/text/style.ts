/** Colours on a terminal. */

const CODES = { bold: 1, dim: 2, red: 31, green: 32, yellow: 33, cyan: 36 } as const;

export type Colour = keyof typeof CODES;

/** The text in a colour, or as it is where the terminal has no colours. */
export function inColour(text: string, colour: Colour, colours: boolean): string {
  return colours && text !== "" ? `\x1b[${CODES[colour]}m${text}\x1b[0m` : text;
}
