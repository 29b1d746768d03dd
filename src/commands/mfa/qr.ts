/** A QR code for a terminal: two modules a character, black on white whatever the terminal's colours are. */

import type { TitleLine } from "../../terminal/frame.ts";

/** What an authenticator app reads; it shows `AWS: jane@123456789012`. */
export function otpauthUri(device: string, accountId: string, seed: string): string {
  return `otpauth://totp/AWS:${encodeURIComponent(device)}@${accountId}?secret=${seed}&issuer=AWS`;
}

/** The same with nothing in it that an app can do without: it shows `AWS: jane`, and its picture is smaller. */
export function shortOtpauthUri(device: string, seed: string): string {
  return `otpauth://totp/AWS:${encodeURIComponent(device)}?secret=${seed}`;
}

/** Draws for so many columns and lines; undefined where it does not fit. */
export type QrCode = (columns: number, rows: number) => readonly TitleLine[] | undefined;

/** The standard's own width of the border; scanners still take the narrowest. */
const [WIDEST_BORDER, NARROWEST_BORDER] = [4, 1];
/** Of the 256 colours, which no theme changes: themes make white of everything. */
const BLACK_ON_WHITE = "\x1b[38;5;16;48;5;231m";

/**
 * @param texts the first one that fits is drawn
 * @param colours without them light is what the terminal writes with: most are dark
 */
export async function qrCode(texts: readonly string[], colours: boolean): Promise<QrCode> {
  const { encode } = await import("uqr");
  const codes = texts.map((text) => encode(text, { ecc: "L", border: 0 }));
  return (columns, rows) => {
    const fitting = codes.find(({ size }) => borderIn(columns - 1, size) > 0 && borderIn(2 * rows, size) > 0);
    if (fitting === undefined) return undefined;
    const { data, size } = fitting;
    const [beside, above] = [borderIn(columns - 1, size), borderIn(2 * rows, size)];
    const isDark = (row: number, column: number): boolean => data[row - above]?.[column - beside] === true;
    return Array.from({ length: Math.ceil(size / 2 + above) }, (_, line) => {
      const drawn = Array.from({ length: size + 2 * beside }, (_, column) =>
        half(isDark(2 * line, column) === colours, isDark(2 * line + 1, column) === colours),
      ).join("");
      return { picture: colours ? `${BLACK_ON_WHITE}${drawn}\x1b[0m` : drawn };
    });
  };
}

/** How wide a border there is room for on both sides; 0 where the picture does not fit. */
function borderIn(room: number, size: number): number {
  const border = Math.min(Math.floor((room - size) / 2), WIDEST_BORDER);
  return border < NARROWEST_BORDER ? 0 : border;
}

function half(isTopDrawn: boolean, isBottomDrawn: boolean): string {
  if (isTopDrawn) return isBottomDrawn ? "█" : "▀";
  return isBottomDrawn ? "▄" : " ";
}
