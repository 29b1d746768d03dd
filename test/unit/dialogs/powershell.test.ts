import { afterEach, beforeEach, expect, test } from "vitest";
import { powershell, powershellString } from "../../../src/dialogs/powershell.ts";
import { FakePrograms, questionOf } from "../../support/fake-programs.ts";

const WSL = { WSL_DISTRO_NAME: "Debian" };
let fakes: FakePrograms;
beforeEach(() => {
  fakes = new FakePrograms();
});
afterEach(() => fakes.dispose());

test.each([
  ["printf '123456\\r\\n'", { kind: "answered", text: "123456" }],
  ["printf '\\r\\n'", { kind: "answered", text: "" }],
  ["exit 1", { kind: "cancelled" }],
  ["exit 2", { kind: "timed-out" }],
  ["exit 3", { kind: "cannot" }],
  ["exit 255", { kind: "cannot" }],
])("%s", async (lines, answer) => {
  fakes.write("powershell.exe", lines);
  expect(await powershell.ask(questionOf(), fakes.here(WSL))).toEqual(answer);
});

test("the script has the texts as literals, and the seconds", async () => {
  const lines = ["it’s '$(calc)' `n", '  a<b>&\\n"x"'];
  const script = await scriptFor({ lines, withinMs: 2_500 });
  expect(script).toContain(`@('it’’s ''$(calc)'' \`n', '  a<b>&\\n"x"') + 'Code'`);
  expect(script).toContain("TotalSeconds -ge 3");
  expect(await scriptFor({ withinMs: Number.POSITIVE_INFINITY })).not.toContain("TotalSeconds");
});

async function scriptFor(parts: Parameters<typeof questionOf>[0]): Promise<string> {
  fakes.write("powershell.exe", "");
  await powershell.ask(questionOf(parts), fakes.here(WSL));
  const argv = fakes.argv("powershell.exe");
  expect(argv.at(-2)).toBe("-EncodedCommand");
  return Buffer.from(argv.at(-1) ?? "", "base64").toString("utf16le");
}

test("every sign that is a single quote to PowerShell is doubled", () => {
  expect(powershellString("'‘’‚‛\"`$")).toBe("'''‘‘’’‚‚‛‛\"`$'");
});

test("its stdin stays open while it is wanted, and ends with the question", async () => {
  const withdrawal = new AbortController();
  fakes.write("powershell.exe", "read -r line; exit 2");
  const answer = powershell.ask(questionOf({ signal: withdrawal.signal, withinMs: 10_000 }), fakes.here(WSL));
  const first = await Promise.race([answer, new Promise((resolve) => setTimeout(resolve, 1_000, "open"))]);
  expect(first).toBe("open");
  withdrawal.abort();
  expect(await answer).toEqual({ kind: "withdrawn" });
});

test("it asks in the Linux inside Windows, but not over ssh, and nowhere else", async () => {
  expect(await powershell.canAsk(fakes.here(WSL))).toBe(false);
  fakes.write("powershell.exe", "");
  expect(await powershell.canAsk(fakes.here(WSL))).toBe(true);
  expect(await powershell.canAsk(fakes.here({ ...WSL, SSH_CONNECTION: "1" }))).toBe(false);
  expect(await powershell.canAsk(fakes.here({}, "darwin"))).toBe(false);
  expect(fakes.hasRun("powershell.exe")).toBe(false);
});
