/** A QR code for a terminal: two modules a character, black on white whatever the terminal's colours are. */

import type { TitleLine } from "../../mfa/terminal-frame.ts";

/** What an authenticator app reads; it shows `AWS: jane@123456789012`. */
export function otpauthUri(device: string, accountId: string, seed: string): string {
  return `otpauth://totp/AWS:${encodeURIComponent(device)}@${accountId}?secret=${seed}&issuer=AWS`;
}

/** Draws for so many columns and lines; undefined where it does not fit. */
export type QrCode = (columns: number, rows: number) => readonly TitleLine[] | undefined;

/** From the standard's own width of the border to what scanners still take. */
const BORDERS = [4, 2, 1];
/** Of the 256 colours, which no theme changes: themes make white of everything. */
const BLACK_ON_WHITE = "\x1b[38;5;16;48;5;231m";

/** @param colours without them light is what the terminal writes with: most are dark */
export async function qrCode(text: string, colours: boolean): Promise<QrCode> {
  const { encode } = await import("uqr");
  const { data, size } = encode(text, { ecc: "L", border: 0 });
  return (columns, rows) => {
    const border = BORDERS.find((one) => size + 2 * one < columns && Math.ceil(size / 2 + one) <= rows);
    if (border === undefined) return undefined;
    const isDark = (row: number, column: number): boolean => data[row - border]?.[column - border] === true;
    return Array.from({ length: Math.ceil(size / 2 + border) }, (_, line) => {
      const drawn = Array.from({ length: size + 2 * border }, (_, column) =>
        half(isDark(2 * line, column) === colours, isDark(2 * line + 1, column) === colours),
      ).join("");
      return { picture: colours ? `${BLACK_ON_WHITE}${drawn}\x1b[0m` : drawn };
    });
  };
}

function half(isTopDrawn: boolean, isBottomDrawn: boolean): string {
  if (isTopDrawn) return isBottomDrawn ? "█" : "▀";
  return isBottomDrawn ? "▄" : " ";
}
