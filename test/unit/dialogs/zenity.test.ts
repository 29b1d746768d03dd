import { afterEach, beforeEach, expect, test } from "vitest";
import { zenity, zenityText } from "../../../src/dialogs/zenity.ts";
import { FakePrograms, questionOf } from "../../support/fake-programs.ts";

const NO_DISPLAY = "(zenity:7): Gtk-WARNING **: 16:25:47.286: cannot open display: :7";
let fakes: FakePrograms;
beforeEach(() => {
  fakes = new FakePrograms();
});
afterEach(() => fakes.dispose());

test.each([
  ["echo 123456", { kind: "answered", text: "123456" }],
  ["echo ' 12 3'", { kind: "answered", text: " 12 3" }],
  ["echo", { kind: "answered", text: "" }],
  ["exit 1", { kind: "cancelled" }],
  ["echo 'Gtk-Message: a module is missing' >&2; exit 1", { kind: "cancelled" }],
  [`echo '${NO_DISPLAY}' >&2; exit 1`, { kind: "cannot" }],
  ["echo 'Authorization required, but no authorization protocol specified' >&2; exit 1", { kind: "cannot" }],
  ["echo 123; exit 5", { kind: "timed-out" }],
  ["exit 255", { kind: "cannot" }],
  ["exit 127", { kind: "cannot" }],
  ["kill -SEGV $$", { kind: "cannot" }],
])("%s", async (lines, answer) => {
  fakes.write("zenity", lines);
  expect(await zenity.ask(questionOf(), fakes.here())).toEqual(answer);
});

test("without the program it cannot", async () => {
  expect(await zenity.ask(questionOf(), fakes.here())).toEqual({ kind: "cannot" });
  expect(await zenity.canAsk(fakes.here({ DISPLAY: ":0" }))).toBe(false);
});

test("with the program and without a display it cannot, and does not run it", async () => {
  fakes.write("zenity", "");
  expect(await zenity.canAsk(fakes.here())).toBe(false);
  expect(await zenity.canAsk(fakes.here({}, "win32"))).toBe(false);
  expect(fakes.hasRun("zenity")).toBe(false);
});

test("it is told what to ask, and how long", async () => {
  fakes.write("zenity", "");
  await zenity.ask(questionOf({ lines: ["for a_b", "✗ c:\\d"], withinMs: 1_500 }), fakes.here());
  const text = "--text=for a__b\n✗ c:\\\\d\nCode";
  expect(fakes.argv("zenity")).toEqual(["--entry", "--title=askonce", text, "--timeout=2"]);
  await zenity.ask(questionOf({ withinMs: Number.POSITIVE_INFINITY }), fakes.here());
  expect(fakes.argv("zenity")).toHaveLength(3);
});

test("its text is no markup, but has escapes and marked keys", () => {
  expect(zenityText('a<b>&\\n"x"_y')).toBe('a<b>&\\\\n"x"__y');
});
