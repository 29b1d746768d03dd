import { existsSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { assuanLine, assuanReader, pinentry } from "../../../src/dialogs/pinentry.ts";
import { FakePrograms, questionOf } from "../../support/fake-programs.ts";
import { waitUntil } from "../../support/waiting.ts";

let fakes: FakePrograms;
beforeEach(() => {
  fakes = new FakePrograms();
});
afterEach(() => fakes.dispose());

/** A pinentry that notes what it is told; `answer` is what it prints for a request, or for its start. */
function pinentryThat(answers: Record<string, string>, name = "pinentry-gtk-2"): void {
  const all = { START: "OK Pleased to meet you\n", GETINFO: "D gtk2\nOK\n", ...answers };
  const cases = Object.entries({ ...all, "*": answers.OTHER ?? "OK\n" }).map(
    ([word, text]) => `${word}) printf '%b' '${text}' ;;`,
  );
  fakes.write(
    name,
    `say() { case $1 in ${cases.join("\n")} esac; }
say START
while IFS= read -r line; do printf '%s\\n' "$line" >>'${join(fakes.path, "told")}'; say "\${line%% *}"; done`,
  );
}

function told(): string[] {
  return readFileSync(join(fakes.path, "told"), "utf8").split("\n").slice(0, -1);
}

function ask(parts: Parameters<typeof questionOf>[0] = {}, env: Record<string, string> = {}): Promise<unknown> {
  return pinentry.ask(questionOf(parts), fakes.here(env));
}

describe("an answer", () => {
  test.each([
    ["D 123456\\nOK\\n", { kind: "answered", text: "123456" }],
    ["S BUTTON_INFO\\n# D 9\\nD 12%25\\r\\nD 34\\r\\nOK\\r\\n", { kind: "answered", text: "12%34" }],
    ["OK\\n", { kind: "answered", text: "" }],
    ["ERR 83886179 Operation cancelled <Pinentry>\\n", { kind: "cancelled" }],
    ["ERR 99\\n", { kind: "cancelled" }],
    ["ERR 83886278 Fully cancelled <Pinentry>\\n", { kind: "cancelled" }],
    ["ERR 83886142 Timeout <Pinentry>\\n", { kind: "timed-out" }],
    ["ERR 83918950 Inappropriate ioctl for device <Pinentry>\\n", { kind: "cannot" }],
    ["ERR\\n", { kind: "cannot" }],
  ])("%s", async (GETPIN, answer) => {
    pinentryThat({ GETPIN });
    expect(await ask()).toEqual(answer);
  });
});

test("it is told the question, one request a line", async () => {
  pinentryThat({ GETPIN: "D 1\\nOK\\n" });
  const complaint = "✗ wrong";
  await ask({ lines: ['a<b>&\\n"x" 5%', "  device", complaint], complaint, withinMs: 2_500 });
  expect(told()).toEqual([
    "GETINFO flavor",
    "OPTION no-grab",
    "SETTITLE askonce",
    'SETDESC a<b>&\\n"x" 5%25%0A  device',
    "SETPROMPT Code",
    "SETTIMEOUT 3",
    "SETERROR ✗ wrong",
    "GETPIN",
  ]);
});

test("without an end it is told so, for it has one of its own", async () => {
  pinentryThat({ GETPIN: "OK\\n" });
  await ask({ withinMs: Number.POSITIVE_INFINITY });
  expect(told()).toContain("SETTIMEOUT 0");
});

test("a request that it does not know changes nothing", async () => {
  pinentryThat({ GETPIN: "D 1\\nOK\\n", OTHER: "ERR 536871187 Unknown IPC command\\n" });
  expect(await ask()).toEqual({ kind: "answered", text: "1" });
});

describe("nobody is asked by one that", () => {
  test.each<[string, Record<string, string>]>([
    ["would fall back to a terminal", { GETINFO: "D gtk2:curses\\nOK\\n" }],
    ["is for a terminal", { GETINFO: "D tty\\nOK\\n" }],
    ["does not say what it is", { GETINFO: "ERR 1\\n" }],
    ["says nothing of itself", { GETINFO: "OK\\n" }],
    ["refuses at its start", { START: "ERR 1 no\\n" }],
  ])("%s", async (_, answers) => {
    pinentryThat({ GETPIN: "D 1\\nOK\\n", ...answers });
    expect(await ask()).toEqual({ kind: "cannot" });
    expect(existsSync(join(fakes.path, "told")) ? told() : []).not.toContain("GETPIN");
  });

  test.each([
    ["ends at once", "exit 0"],
    ["ends in the middle", "echo OK; read -r line; exit 0"],
    [
      "ends while it is shown",
      "echo OK; while read -r line; do [ $line = GETPIN ] && exit; printf 'D gtk2\\nOK\\n'; done",
    ],
    ["prints garbage", "while echo garbage; do /bin/sleep 0.1; done"],
    ["says nothing", "exec /bin/sleep 600"],
  ])("%s", { timeout: 30_000 }, async (_, lines) => {
    fakes.write("pinentry", lines);
    expect(await ask()).toEqual({ kind: "cannot" });
  });
});

test("the next one is tried after one that cannot", async () => {
  pinentryThat({ GETINFO: "D qt:curses\\nOK\\n" }, "pinentry-qt");
  pinentryThat({ GETPIN: "D 2\\nOK\\n" }, "pinentry");
  expect(await ask()).toEqual({ kind: "answered", text: "2" });
  expect(fakes.hasRun("pinentry-qt")).toBe(true);
});

test("no other is tried after one that was shown", async () => {
  pinentryThat({ GETPIN: "ERR 99\\n" }, "pinentry-qt");
  pinentryThat({ GETPIN: "D 2\\nOK\\n" }, "pinentry");
  expect(await ask()).toEqual({ kind: "cancelled" });
  expect(fakes.hasRun("pinentry")).toBe(false);
});

test("one with two names is tried once", async () => {
  const count = join(fakes.path, "count");
  fakes.write("pinentry-gtk-2", `echo >>'${count}'`);
  symlinkSync(join(fakes.path, "pinentry-gtk-2"), join(fakes.path, "pinentry"));
  expect(await ask()).toEqual({ kind: "cannot" });
  expect(readFileSync(count, "utf8")).toBe("\n");
});

test("that of GNOME is run where there is a bus", async () => {
  pinentryThat({ GETPIN: "D 3\\nOK\\n" }, "pinentry-gnome3");
  expect(await ask()).toEqual({ kind: "cannot" });
  expect(fakes.hasRun("pinentry-gnome3")).toBe(false);
  expect(await ask({}, { DBUS_SESSION_BUS_ADDRESS: "unix:path=/x" })).toEqual({ kind: "answered", text: "3" });
  const XDG_RUNTIME_DIR = join(fakes.path, "run");
  mkdirSync(XDG_RUNTIME_DIR);
  expect(await ask({}, { XDG_RUNTIME_DIR })).toEqual({ kind: "cannot" });
  writeFileSync(join(XDG_RUNTIME_DIR, "bus"), "");
  expect(await ask({}, { XDG_RUNTIME_DIR })).toEqual({ kind: "answered", text: "3" });
});

describe("while it is shown", () => {
  async function isShown(): Promise<void> {
    await waitUntil(
      () => existsSync(join(fakes.path, "told")) && told().includes("GETPIN"),
      () => "GETPIN",
      20_000,
    );
  }

  test("the question can be withdrawn", async () => {
    pinentryThat({ GETPIN: "" });
    const withdrawal = new AbortController();
    const answer = ask({ signal: withdrawal.signal });
    await isShown();
    withdrawal.abort();
    expect(await answer).toEqual({ kind: "withdrawn" });
  });

  test("its time can be up by ours", async () => {
    pinentryThat({ GETPIN: "" });
    expect(await ask({ withinMs: 1_500 })).toEqual({ kind: "timed-out" });
    await isShown();
  });
});

test("it needs a program and a display", async () => {
  pinentryThat({});
  expect(await pinentry.canAsk(fakes.here())).toBe(false);
  expect(await pinentry.canAsk(fakes.here({}, "win32"))).toBe(false);
  fakes.write("launchctl", "echo Aqua");
  expect(await pinentry.canAsk(fakes.here({}, "darwin"))).toBe(true);
  expect(fakes.hasRun("pinentry-gtk-2")).toBe(false);
});

const ANSWER =
  "OK Pleased to meet you\r\nS KEEPALIVE\n# D no data\nD 12%2534%0D%0a\nD 56\nOK\nERR 83886179 cancelled\nDATA\nOKAY\nOK\n";
const REPLIES = [
  { data: "", error: undefined },
  { data: "12%34\r\n56", error: undefined },
  { data: "", error: 83886179 },
  { data: "", error: undefined },
];

test("replies are read in whatever pieces they come", () => {
  fc.assert(
    fc.property(fc.array(fc.nat(ANSWER.length), { maxLength: 20 }), (cuts) => {
      const read = assuanReader();
      const places = [0, ...cuts.toSorted((a, b) => a - b), ANSWER.length];
      const pieces = places.slice(1).map((end, index) => ANSWER.slice(places[index], end));
      expect(pieces.flatMap(read)).toEqual(REPLIES);
    }),
  );
});

test("garbage is no reply, and does not pile up", () => {
  const read = assuanReader();
  expect(read("x".repeat(1_000_000))).toEqual([]);
  expect(read("\nERR\nOK\n")).toEqual([
    { data: "", error: 0 },
    { data: "", error: undefined },
  ]);
});

test("a request is one line, whatever its text holds", () => {
  expect(assuanLine("GETPIN")).toBe("GETPIN\n");
  expect(assuanLine("SETDESC", 'a<b>&\\n"x" 100%\r\n✗')).toBe('SETDESC a<b>&\\n"x" 100%25%0D%0A✗\n');
});

test("a text that is too long is cut between two signs", () => {
  const line = assuanLine("SETDESC", "%é".repeat(400));
  expect(Buffer.byteLength(line)).toBeLessThanOrEqual(1_001);
  expect(line).toMatch(/^SETDESC (%25é)+(%25)?\n$/);
});
