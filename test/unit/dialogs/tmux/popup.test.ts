import { mkdirSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import type { DialogQuestion } from "../../../../src/dialogs/driver.ts";
import { tmuxPopup } from "../../../../src/dialogs/tmux/popup.ts";
import { allProcesses } from "../../../support/processes.ts";
import { waitUntil } from "../../../support/waiting.ts";
import { temporaryDirectory } from "../../support/temporary.ts";

const LONG = { timeout: 30_000 };

/** A tmux that has a client, and does this for a popup; `$last` is the question's text. */
function withTmux(popup: string) {
  const home = temporaryDirectory();
  const directory = join(home, "notes");
  mkdirSync(directory, { mode: 0o700 });
  const list = `[ "$1" = list-clients ] && { echo '1 80 24 attached 3.3a /dev/pts/1'; exit; }`;
  writeFileSync(join(home, "tmux"), `#!/bin/sh\n${list}\n${popup}\n`, { mode: 0o755 });
  return {
    env: { PATH: `${home}:/usr/bin:/bin`, TMUX: "/tmp/tmux-1/default,1,0" },
    platform: "linux" as const,
    directory,
  };
}

function question(signal = new AbortController().signal, withinMs = Infinity): DialogQuestion {
  return { lines: ["Whose code"], label: "Code", withinMs, signal };
}

test("it needs a directory of ours", async () => {
  const here = { ...withTmux("exit 0"), directory: undefined };
  expect(await tmuxPopup.canAsk(here)).toBe(false);
  expect(await tmuxPopup.ask(question(), here)).toEqual({ kind: "cannot" });
});

test("it cannot ask where the directory takes no pipes", async () => {
  const here = { ...withTmux("exit 0"), directory: "/nonexistent" };
  expect(await tmuxPopup.ask(question(), here)).toEqual({ kind: "cannot" });
});

test.each(["exit 0", "exit 1", "kill -9 $$"])("it could not ask where tmux ends at once: %s", async (popup) => {
  const here = withTmux(popup);
  expect(await tmuxPopup.canAsk(here)).toBe(true);
  expect(await tmuxPopup.ask(question(), here)).toEqual({ kind: "cannot" });
  expect(readdirSync(here.directory)).toEqual([]);
});

test("it asks nobody when the question is withdrawn before", async () => {
  const here = withTmux("exit 0");
  expect(await tmuxPopup.ask(question(AbortSignal.abort()), here)).toEqual({ kind: "withdrawn" });
});

test("it does not wait for a tmux that hangs, and leaves nothing of it", LONG, async () => {
  const here = withTmux("exec sleep 60.25");
  expect(await tmuxPopup.ask(question(undefined, 300), here)).toEqual({ kind: "timed-out" });
  const abort = new AbortController();
  setTimeout(() => abort.abort(), 300);
  expect(await tmuxPopup.ask(question(abort.signal), here)).toEqual({ kind: "withdrawn" });
  expect(readdirSync(here.directory)).toEqual([]);
  await waitUntil(
    () => !allProcesses().some(({ line, isZombie }) => !isZombie && line === "sleep 60.25"),
    () => "an end of tmux",
  );
});
