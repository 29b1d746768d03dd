import { describe, expect, test } from "vitest";
import { parseMode } from "../../../src/terminal/guard.ts";
import { parseTerminalStat, ttyNameOf } from "../../../src/terminal/ownership.ts";

describe("/proc/PID/stat", () => {
  test("is read after the last bracket of the command's name", () => {
    const stat = "4242 (a) R (b 7 8) S 1 4200 4100 34819 4200 4194304 0 0";
    expect(parseTerminalStat(stat)).toEqual({ group: 4200, ttyNumber: 34819, foregroundGroup: 4200 });
  });

  test("has -1 for the foreground where there is no terminal", () => {
    expect(parseTerminalStat("1 (x) S 0 1 1 0 -1 0")).toEqual({ group: 1, ttyNumber: 0, foregroundGroup: -1 });
  });

  test("is not guessed at", () => {
    expect(parseTerminalStat("")).toBeUndefined();
    expect(parseTerminalStat("1 (x) S")).toBeUndefined();
  });
});

test.each([
  [0x8800, "pts/0"],
  [0x8803, "pts/3"],
  [0x88ff, "pts/255"],
  [0x108800, "pts/256"],
  [0x0401, "tty1"],
  [0x0440, "ttyS0"],
  [0x0501, "tty-5-1"],
  [0, undefined],
])("terminal number %i is %s", (ttyNumber, name) => {
  expect(ttyNameOf(ttyNumber)).toBe(name);
});

describe("stty -a", () => {
  const GNU = `speed 38400 baud; rows 24; columns 80; line = 0;
intr = ^C; quit = ^\\; erase = ^?; kill = ^U; eof = ^D; eol = <undef>; start = ^Q; stop = ^S; susp = ^Z; rprnt = ^R;
-parenb cs8 icrnl ixon opost onlcr
isig icanon iexten echo echoe echok -echonl -noflsh -xcase -tostop -echoprt echoctl echoke -flusho -extproc
`;
  const BSD = `speed 9600 baud; 24 rows; 80 columns;
lflags: icanon isig iexten echo echoe -echok echoke -echonl echoctl
cchars: discard = ^O; dsusp = ^Y; eof = ^D; eol = <undef>; intr = ^C; kill = ^U; quit = ^\\; susp = ^Z;
`;

  test.each([
    ["GNU", GNU],
    ["BSD", BSD],
  ])("of %s is understood", (_, report) => {
    const keys = { interrupt: "\x03", quit: "\x1c", suspend: "\x1a", end: "\x04", kill: "\x15" };
    expect(parseMode(report)).toEqual({ cooked: true, keys });
  });

  test("tells a full-screen program's terminal", () => {
    expect(parseMode(GNU.replace(" icanon", " -icanon")).cooked).toBe(false);
    expect(parseMode(GNU.replace(" echo ", " -echo ")).cooked).toBe(false);
    expect(parseMode("").cooked).toBe(false);
  });

  test("tells keys that were changed or are off", () => {
    const { keys } = parseMode(
      GNU.replace("intr = ^C", "intr = ^X").replace("susp = ^Z", "susp = <undef>").replace("kill = ^U", "kill = @"),
    );
    expect(keys).toMatchObject({ interrupt: "\x18", suspend: undefined, kill: undefined });
  });
});
