import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { createKeyReader, type Key } from "../../../src/terminal/keys.ts";

const CONTROLS = { interrupt: "\x03", quit: "\x1c", suspend: "\x1a", end: "\x04", kill: "\x15" };

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

describe("keys", () => {
  test("are text, and the few that end a question", () => {
    expect(keysOf("12 3\r")).toEqual(["12 3\r"]);
    expect(keysOf("1\x03")).toEqual(["1", "interrupt"]);
    expect(keysOf("\x1c")).toEqual(["quit"]);
    expect(keysOf("\x1a")).toEqual(["suspend"]);
    expect(keysOf("\x04")).toEqual(["end-of-input"]);
  });

  test("are those the terminal's user has set", () => {
    const controls = { interrupt: "\x18", quit: undefined, suspend: undefined, end: undefined, kill: "\x0f" };
    expect(keysOf("\x03\x1c\x1a\x04x\x0f\x18", controls)).toEqual(["x\x15", "interrupt"]);
  });

  test("of a character that comes in two parts are put together", () => {
    const bytes = Buffer.from("é");
    expect(keysOf([bytes.subarray(0, 1), bytes.subarray(1)])).toEqual(["é"]);
  });

  test.each([
    "\x1b[A",
    "\x1b[1;5B",
    "\x1bOP",
    "\x1b[[A",
    "\x1b[15~",
    "\x1b[M !!",
    "\x1b[<0;12;5M",
    "\x1b[I",
    "\x1b[24;80R",
    "\x1bx",
    "\x1b]11;rgb:00/00/00\x07",
    "\x1b]0;1\x1b\\",
    "\x1bP1$r0m\x1b\\",
    "\x1b\x1b[A",
    "\x00",
    "\t",
  ])("that mean nothing here are dropped, whole or in parts: %j", (sequence) => {
    expect(keysOf(`1${sequence}2`)).toEqual(["12"]);
    const parts = [...`1${sequence}2`].map((part) => Buffer.from(part));
    expect(keysOf(parts)).toEqual(["12"]);
  });

  test("that move the cursor reach the editor in one form", () => {
    expect(keysOf("\x1b[D\x1bOD\x1b[C\x1b[H\x1b[1~\x1b[F\x1b[3~")).toEqual(["\x02\x02\x06\x01\x01\x05\x1b[3~"]);
  });
});

describe("a lone Escape", () => {
  test("is one when nothing follows", () => {
    expect(keysOf("1\x1b")).toEqual(["1"]);
    expect(keysOf("1\x1b", CONTROLS, 1_000)).toEqual(["1", "escape"]);
    expect(keysOf("\x1b\x1b", CONTROLS, 1_000)).toEqual(["escape"]);
  });

  test("is none when it began a sequence that never ended", () => {
    expect(keysOf("\x1b[", CONTROLS, 1_000)).toEqual([]);
    expect(keysOf("\x1b]0;title", CONTROLS, 1_000)).toEqual([]);
  });
});

describe("a paste between marks", () => {
  test("is text without line ends and control characters", () => {
    expect(keysOf("\x1b[200~123\r\n\x03456\x1b[201~\r")).toEqual(["123456\r"]);
  });

  test("may come in any parts", () => {
    const parts = [..."\x1b[200~123\x1b[201~4"].map((part) => Buffer.from(part));
    expect(keysOf(parts)).toEqual(["1234"]);
  });

  test("that never ends does not lock the keyboard", () => {
    const keys: Key[] = [];
    const reader = createKeyReader(CONTROLS, (key) => keys.push(key));
    reader.feed(Buffer.from("\x1b[200~12"));
    vi.advanceTimersByTime(1_000);
    reader.feed(Buffer.from("\x03"));
    expect(keys.at(-1)).toEqual({ kind: "interrupt" });
  });
});

test("nothing is heard of a closed reader", () => {
  const keys: Key[] = [];
  const reader = createKeyReader(CONTROLS, (key) => {
    keys.push(key);
    reader.close();
  });
  reader.feed(Buffer.from("12\x1b"));
  vi.advanceTimersByTime(1_000);
  expect(keys).toEqual([{ kind: "text", text: "1" }]);
});

/** Kinds of keys, with neighbouring texts joined, after some silence. */
function keysOf(input: string | Buffer[], controls: Parameters<typeof createKeyReader>[0] = CONTROLS, silenceMs = 0) {
  const keys: string[] = [];
  let isText = false;
  const reader = createKeyReader(controls, (key) => {
    if (key.kind !== "text") keys.push(key.kind);
    else if (isText) keys.push((keys.pop() ?? "") + key.text);
    else keys.push(key.text);
    isText = key.kind === "text";
  });
  for (const part of typeof input === "string" ? [Buffer.from(input)] : input) reader.feed(part);
  vi.advanceTimersByTime(silenceMs);
  reader.close();
  return keys;
}
