/** A directory for one test, and the look into it. */
import { mkdtempSync, realpathSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { onTestFinished } from "vitest";

/** A new private directory that goes with the test. */
export function temporaryDirectory(): string {
  const path = realpathSync(mkdtempSync(join(tmpdir(), "askonce-unit-")));
  onTestFinished(() => rmSync(path, { recursive: true, force: true }));
  return path;
}

/** The permission bits, as in `0o600`. */
export function modeOf(path: string): string {
  return `0o${(statSync(path).mode & 0o777).toString(8)}`;
}

/** This process's user, as the functions under test want it. */
export const me = process.geteuid?.();

/** Some user that is not this process's. */
export const somebodyElse = (me ?? 0) + 1;

/** Only root can give files away and be another user. */
export const isRoot = me === 0;
