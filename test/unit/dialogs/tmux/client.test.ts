import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { findClient, lastUsed } from "../../../../src/dialogs/tmux/client.ts";
import { temporaryDirectory } from "../../support/temporary.ts";

/** A `tmux` that runs this script, alone on PATH besides the system's programs; TMUX is set. */
function withTmux(script: string, env: Record<string, string> = {}) {
  const directory = temporaryDirectory();
  writeFileSync(join(directory, "tmux"), `#!/bin/sh\n${script}\n`, { mode: 0o755 });
  const PATH = `${directory}:/usr/bin:/bin`;
  return { env: { PATH, TMUX: "/tmp/tmux-1/default,123,7", ...env }, platform: "linux" as const, directory };
}

const LIST = "echo '100 80 24 attached 3.3a /dev/pts/1'";
const FOUND = { name: "/dev/pts/1", columns: 80, rows: 24 };

describe("the client", () => {
  test("is the one that was used last", () => {
    const list =
      "9 80 24 attached 3.3a /dev/pts/1\n11 100 30 attached,focused 3.3a /dev/pts/2\n10 80 24 attached 3.3a x\n";
    expect(lastUsed(list)).toEqual({ name: "/dev/pts/2", columns: 100, rows: 30 });
  });

  test.each(["control-mode", "read-only", "suspended", "no-output"])("is none that is %s", (flag) => {
    expect(lastUsed(`11 80 24 attached,${flag},UTF-8 3.3a /dev/pts/2\n10 80 24 attached 3.3a /dev/pts/1`)).toEqual(
      FOUND,
    );
    expect(lastUsed(`11 80 24 attached,${flag} 3.3a /dev/pts/2`)).toBeUndefined();
  });

  test.each(["3.2", "3.2-rc3", "3.3a", "3.10", "4.0", "next-3.4", "master", "openbsd-7.4"])(
    "may be of tmux %s",
    (version) => {
      expect(lastUsed(`1 80 24 attached ${version} /dev/pts/1`)).toEqual(FOUND);
    },
  );

  test.each(["3.1c", "2.9", "1.8"])("is none of tmux %s, which has no popups", (version) => {
    expect(lastUsed(`1 80 24  ${version} /dev/pts/1`)).toBeUndefined();
  });

  test("has room for a question", () => {
    expect(lastUsed("1 19 24 attached 3.3a a")).toBeUndefined();
    expect(lastUsed("1 20 5 attached 3.3a a")).toBeUndefined();
    expect(lastUsed("1 20 6 attached 3.3a a")).toBeDefined();
  });

  test("is none in what cannot be read", () => {
    for (const list of ["", "\n", "no server running", "x 80 24 attached 3.3a a"])
      expect(lastUsed(list)).toBeUndefined();
  });
});

describe("the look for it", () => {
  test("is at the session of the pane, or at the session that TMUX tells", async () => {
    const told = `[ "$*" = "list-clients -t $WANTED -F $5" ] && ${LIST}`;
    const look = (wanted: string, env: Record<string, string>) =>
      findClient(withTmux(told.replace("$WANTED", wanted), env));
    expect(await look("%3", { TMUX_PANE: "%3" })).toEqual(FOUND);
    expect(await look("\\$7", {})).toEqual(FOUND);
    expect(await look("\\$7", { TMUX_PANE: "other" })).toEqual(FOUND);
  });

  test("finds none where tmux fails, says nothing, or is not there", async () => {
    expect(await findClient(withTmux(`${LIST}; exit 1`))).toBeUndefined();
    expect(await findClient(withTmux(":"))).toBeUndefined();
    expect(await findClient(withTmux(LIST, { PATH: "/nowhere" }))).toBeUndefined();
  });

  test("does not start it without TMUX, nor on Windows", async () => {
    for (const TMUX of ["", " "]) expect(await findClient(withTmux(LIST, { TMUX }))).toBeUndefined();
    expect(await findClient({ ...withTmux(LIST), platform: "win32" })).toBeUndefined();
  });

  test("does not wait for a server that hangs", { timeout: 30_000 }, async () => {
    const startedAt = performance.now();
    expect(await findClient(withTmux("sleep 60"))).toBeUndefined();
    expect(performance.now() - startedAt).toBeLessThan(15_000);
  });
});
