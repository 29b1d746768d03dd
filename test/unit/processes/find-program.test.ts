import { mkdirSync, writeFileSync } from "node:fs";
import { basename, join, relative } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { findProgram } from "../../../src/processes/find-program.ts";
import { FakePrograms } from "../../support/fake-programs.ts";

let fakes: FakePrograms;
beforeEach(() => {
  fakes = new FakePrograms();
});
afterEach(() => fakes.dispose());

test("the first of PATH is found and not run", () => {
  const file = fakes.write("zenity", "exit 0");
  const PATH = `/nowhere:${fakes.path}:/usr/bin`;
  expect(findProgram("zenity", fakes.here({ PATH }))).toBe(file);
  expect(fakes.hasRun("zenity")).toBe(false);
});

test("what may not be run, or is a directory, is none", () => {
  writeFileSync(join(fakes.path, "zenity"), "", { mode: 0o644 });
  mkdirSync(join(fakes.path, "kdialog"));
  expect(findProgram("zenity", fakes.here())).toBeUndefined();
  expect(findProgram("kdialog", fakes.here())).toBeUndefined();
});

test("what depends on where we are is none", () => {
  fakes.write("zenity", "exit 0");
  const PATH = `${relative(process.cwd(), fakes.path)}::.`;
  expect(findProgram("zenity", fakes.here({ PATH }))).toBeUndefined();
  expect(findProgram(basename(fakes.path), { ...fakes.here(), env: {} })).toBeUndefined();
});
