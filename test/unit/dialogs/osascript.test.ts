import { afterEach, beforeEach, expect, test } from "vitest";
import { osascript } from "../../../src/dialogs/osascript.ts";
import { FakePrograms, questionOf } from "../../support/fake-programs.ts";

let fakes: FakePrograms;
beforeEach(() => {
  fakes = new FakePrograms();
});
afterEach(() => fakes.dispose());

function failure(text: string): string {
  return `echo '214:398: execution error: ${text}' >&2; exit 1`;
}

test.each([
  ["echo =123456", { kind: "answered", text: "123456" }],
  ["echo =", { kind: "answered", text: "" }],
  ["echo 'gave up'", { kind: "timed-out" }],
  ["echo '=gave up'", { kind: "answered", text: "gave up" }],
  ["echo 123456", { kind: "cannot" }],
  [failure("User canceled. (-128)"), { kind: "cancelled" }],
  [failure("Abgebrochen. (-128)"), { kind: "cancelled" }],
  [failure("No user interaction allowed. (-1713)"), { kind: "cannot" }],
  [failure("An error of type -10810 has occurred. (-10810)"), { kind: "cannot" }],
  ["exit 1", { kind: "cannot" }],
])("%s", async (lines, answer) => {
  fakes.write("osascript", lines);
  expect(await osascript.ask(questionOf(), fakes.here({}, "darwin"))).toEqual(answer);
});

test("the text is an argument, and not in the script", async () => {
  fakes.write("osascript", "");
  const lines = ['a<b>&\\n"x"', "  user"];
  await osascript.ask(questionOf({ lines, withinMs: 2_500 }), fakes.here({}, "darwin"));
  const [option, script, ...rest] = fakes.argv("osascript");
  expect([option, ...rest]).toEqual(["-e", "askonce", 'a<b>&\\n"x"\n  user\nCode', "3"]);
  expect(script).toContain("on run argv");
  expect(script).not.toContain("a<b>");
  await osascript.ask(questionOf({ withinMs: Number.POSITIVE_INFINITY }), fakes.here({}, "darwin"));
  expect(fakes.argv("osascript").at(-1)).toBe("0");
});

test("it asks on macOS, where somebody is logged in at the screen", async () => {
  fakes.write("launchctl", "echo Aqua");
  expect(await osascript.canAsk(fakes.here({}, "darwin"))).toBe(false);
  fakes.write("osascript", "");
  expect(await osascript.canAsk(fakes.here({}, "darwin"))).toBe(true);
  expect(await osascript.canAsk(fakes.here({ SSH_TTY: "/dev/ttys1" }, "darwin"))).toBe(false);
  expect(await osascript.canAsk(fakes.here({}, "linux"))).toBe(false);
  expect(fakes.hasRun("osascript")).toBe(false);
});
