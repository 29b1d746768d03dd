import { encode } from "uqr";
import { describe, expect, test } from "vitest";
import { otpauthUri, qrCode, shortOtpauthUri } from "../../../../src/commands/mfa/qr.ts";
import { composeFrame } from "../../../../src/terminal/frame.ts";

const SEED = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
const URI = otpauthUri("jane", "123456789012", SEED);
const SHORT = shortOtpauthUri("jane", SEED);

async function drawn(columns: number, rows: number, colours = true): Promise<string[] | undefined> {
  const lines = (await qrCode([URI, SHORT], colours))(columns, rows);
  return lines?.map((line) => (typeof line === "string" ? line : line.picture));
}

/** What is dark, two rows for each line. */
function modulesOf(lines: readonly string[]): boolean[][] {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: colours begin with one
  const bare = lines.map((line) => [...line.replace(/\x1b\[[\d;]+m/g, "")]);
  return bare.flatMap((line) => [line.map((one) => /[█▀]/.test(one)), line.map((one) => /[█▄]/.test(one))]);
}

test("an app shows AWS: jane@123456789012", () => {
  expect(URI).toBe(`otpauth://totp/AWS:jane@123456789012?secret=${SEED}&issuer=AWS`);
  expect(shortOtpauthUri("a=b", SEED)).toBe(`otpauth://totp/AWS:a%3Db?secret=${SEED}`);
  expect(otpauthUri("a=b", "1", "A")).toBe("otpauth://totp/AWS:a%3Db@1?secret=A&issuer=AWS");
});

describe("the picture", () => {
  test("fits below a line and above the question of a window of 80 by 24", async () => {
    const picture = (await drawn(80, 22)) ?? [];
    expect(picture).toHaveLength(22);
    const title = ["Scan it", ...picture.map((text) => ({ picture: text }))];
    const content = { title, message: "Code", typed: "", cursor: 0, places: 6 };
    const more = {
      complaint: undefined,
      hint: undefined,
      secondsLeft: undefined,
      fallback: undefined,
      isSecret: false,
    };
    const { lines, row } = composeFrame({ ...content, ...more }, 80, 24, true);
    expect([lines.length, row]).toEqual([24, 23]);
    expect(lines[1]).toBe(picture[0]);
  });

  test.each([
    [URI, 100, 40, 4, 4],
    [URI, 80, 22, 4, 1],
    [URI, 46, 40, 2, 4],
    [SHORT, 43, 40, 2, 4],
    [SHORT, 40, 40, 1, 4],
    [SHORT, 80, 21, 4, 2],
  ])("%s in %i columns and %i lines has all the border there is room for", async (text, columns, rows, side, above) => {
    const { data } = encode(text, { ecc: "L", border: 0 });
    const modules = modulesOf((await drawn(columns, rows)) ?? []);
    const inside = modules.slice(above, above + data.length).map((row) => row.slice(side, side + data.length));
    expect(inside).toEqual(data);
    expect(modules[0]).toHaveLength(data.length + 2 * side);
    expect(modules.length).toBeGreaterThanOrEqual(data.length + 2 * above);
    const darkModules = (of: boolean[][]): number => of.flat().filter(Boolean).length;
    expect(darkModules(modules)).toBe(darkModules(data));
  });

  test.each([
    [39, 40],
    [80, 19],
  ])("is not drawn in %i columns and %i lines", async (columns, rows) => {
    expect(await drawn(columns, rows)).toBeUndefined();
  });

  test("is black on white in colours that no theme changes, and the other way round without any", async () => {
    const [coloured = [], plain = []] = [await drawn(80, 30), await drawn(80, 30, false)];
    expect(coloured.every((line) => line.startsWith("\x1b[38;5;16;48;5;231m") && line.endsWith("\x1b[0m"))).toBe(true);
    const opposite: Record<string, string> = { "█": " ", " ": "█", "▀": "▄", "▄": "▀" };
    // biome-ignore lint/suspicious/noControlCharactersInRegex: colours begin with one
    const bare = coloured.map((line) => line.replace(/\x1b\[[\d;]+m/g, ""));
    expect(plain).toEqual(bare.map((line) => [...line].map((one) => opposite[one]).join("")));
  });
});
