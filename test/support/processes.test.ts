import { spawn } from "node:child_process";
import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { endProcessesOf, processesWith } from "./processes.ts";
import { waitUntil } from "./waiting.ts";

/** Writes files from a session of its own, whatever happens to the one that started it. */
const WRITER = `trap "" HUP TERM; setsid sh -c 'while :; do echo x >"$HOME/$((i += 1))"; sleep 0.01; done' & exit`;

test("a program that outlives its session is ended before its home is removed", async () => {
  const path = mkdtempSync(join(tmpdir(), "askonce-processes-"));
  onTestFinished(async () => {
    await endProcessesOf({ path });
    rmSync(path, { recursive: true, force: true });
  });
  spawn("sh", ["-c", WRITER], { env: { PATH: process.env.PATH, HOME: path }, stdio: "ignore" });
  await waitUntil(
    () => readdirSync(path).length > 20,
    () => "twenty files of the writer",
  );
  await endProcessesOf({ path });
  const written = readdirSync(path).length;
  expect(processesWith(path)).toEqual([]);
  await new Promise((resolve) => setTimeout(resolve, 100));
  expect(readdirSync(path)).toHaveLength(written);
});
