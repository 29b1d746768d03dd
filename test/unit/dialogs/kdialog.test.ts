import { afterEach, beforeEach, expect, test } from "vitest";
import { kdialog, kdialogText } from "../../../src/dialogs/kdialog.ts";
import { FakePrograms, questionOf } from "../../support/fake-programs.ts";

let fakes: FakePrograms;
beforeEach(() => {
  fakes = new FakePrograms();
});
afterEach(() => fakes.dispose());

test.each([
  ["echo 123456", { kind: "answered", text: "123456" }],
  ["echo; exit 1", { kind: "cancelled" }],
  ["echo 'qt.qpa.xcb: could not connect to display :77' >&2; exit 1", { kind: "cannot" }],
  ["echo 'no Qt platform plugin could be initialized' >&2; kill -ABRT $$", { kind: "cannot" }],
  ["exit 2", { kind: "cannot" }],
  ["exit 255", { kind: "cannot" }],
])("%s", async (lines, answer) => {
  fakes.write("kdialog", lines);
  expect(await kdialog.ask(questionOf(), fakes.here())).toEqual(answer);
});

test("it needs the program and a display", async () => {
  expect(await kdialog.ask(questionOf(), fakes.here())).toEqual({ kind: "cannot" });
  fakes.write("kdialog", "");
  expect(await kdialog.canAsk(fakes.here())).toBe(false);
});

test("it is told what to ask", async () => {
  fakes.write("kdialog", "");
  await kdialog.ask(questionOf({ lines: ["for <work>", "  user"] }), fakes.here());
  const text = "<qt>for &lt;work&gt;<br>&nbsp; user<br>Code</qt>";
  expect(fakes.argv("kdialog")).toEqual(["--title", "askonce", "--inputbox", text]);
});

test("its time is up by ours", async () => {
  fakes.write("kdialog", "exec /bin/sleep 60");
  expect(await kdialog.ask(questionOf({ withinMs: 300 }), fakes.here())).toEqual({ kind: "timed-out" });
});

test("nothing of its text is a tag, an escape or a marked key", () => {
  expect(kdialogText(['a<b>&\\n"x"'])).toBe("<qt>a&lt;b&gt;&amp;&amp;\\\\n&quot;x&quot;</qt>");
});
