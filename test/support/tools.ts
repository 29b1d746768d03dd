import { accessSync, constants } from "node:fs";
import { delimiter, join } from "node:path";

/** The part of vitest's test context that is used here. */
export interface Skippable {
  skip(reason: string): never;
}

/** True when a program is on PATH. */
export function hasTool(name: string): boolean {
  return (process.env.PATH ?? "").split(delimiter).some((directory) => {
    try {
      accessSync(join(directory, name), constants.X_OK);
      return true;
    } catch {
      return false;
    }
  });
}

/** Skips a test with a visible reason where an optional program is missing; with ASKONCE_TEST_REQUIRE=all it fails instead. */
export function needsTool(context: Skippable, ...names: string[]): void {
  const missing = names.filter((name) => !hasTool(name));
  needs(context, missing.length === 0, `${missing.join(", ")} on PATH`);
}

/** Skips a test with a visible reason where something else is missing. */
export function needs(context: Skippable, isThere: boolean, what: string): void {
  if (isThere) return;
  if (process.env.ASKONCE_TEST_REQUIRE === "all")
    throw new Error(`this test must not be skipped here, and needs ${what}`);
  context.skip(`needs ${what}`);
}
