/** The closing lines of scripts/test: what its two runs of vitest come to. */

import { describe, expect, it } from "vitest";
import { filesToRunAgain, type Run, type Summary, summarize } from "../scripts/testing/summary.mjs";

type File = NonNullable<Run["report"]>["files"][number];
type States = Record<string, string>;

const MFA = "test/process/mfa.test.ts";

/** A file with a test of each name, which has the state beside it. */
function file(path: string, tests: States, own: Partial<File> = {}): File {
  const project = /^test\/(process|stress)\//.exec(path)?.[1] ?? "unit";
  const hasFailed = Object.values(tests).includes("failed");
  return {
    project,
    path,
    state: hasFailed ? "failed" : "passed",
    tests: Object.entries(tests).map(([name, state]) => ({
      name,
      state,
      ...(state === "failed" && { message: `${name} is wrong` }),
    })),
    ...own,
  };
}

/** A run of vitest that ends as vitest does. */
function run(...files: File[]): Run {
  return { status: files.some(({ state }) => state !== "passed") ? 1 : 0, report: { files, errors: [] } };
}

const broken = (path: string): File => file(path, {}, { state: "failed", message: "no such module" });

describe("one run", () => {
  it("passes where nothing failed", () => {
    const summary = summarize(run(file(MFA, { a: "passed", b: "skipped" }), file("test/a.test.ts", { c: "passed" })));
    expect(summary).toEqual({ problems: [], unstable: [], figures: "2 passed, 0 failed, 1 skipped", status: 0 });
  });

  it("names each test that failed, with the message", () => {
    expect(summarize(run(file(MFA, { "x > a": "failed", b: "passed" })))).toEqual({
      problems: [`failed: process ${MFA} > x > a\n  x > a is wrong`],
      unstable: [],
      figures: "1 passed, 1 failed, 0 skipped",
      status: 1,
    });
  });

  it("counts a file that could not be loaded as one failure", () => {
    expect(summarize(run(broken(MFA), file("test/a.test.ts", { c: "passed" })))).toMatchObject({
      problems: [`failed: process ${MFA}\n  no such module`],
      figures: "1 passed, 1 failed, 0 skipped",
      status: 1,
    });
  });

  it("counts a test or a file that did not end", () => {
    const cut = run(file(MFA, { a: "pending" }), file("test/a.test.ts", {}, { state: "queued" }));
    expect(summarize(cut)).toMatchObject({ figures: "0 passed, 2 failed, 0 skipped", status: 1 });
  });

  it("fails where vitest left no report, and has no figures", () => {
    expect(summarize({ status: 137 })).toEqual({
      problems: ["vitest ended with status 137, without a report"],
      unstable: [],
      status: 137,
    });
    expect(summarize({ status: 0 }).status).toBe(1);
  });

  it("fails with an error outside the tests", () => {
    const report = { files: [file(MFA, { a: "passed" })], errors: ["Unhandled: boom"] };
    expect(summarize({ status: 1, report })).toMatchObject({
      problems: ["error outside the tests: Unhandled: boom"],
      figures: "1 passed, 0 failed, 0 skipped",
      status: 1,
    });
  });

  it("fails where vitest does and no test did", () => {
    expect(summarize({ ...run(file(MFA, { a: "passed" })), status: 1 })).toMatchObject({
      problems: ["vitest ended with status 1, although no test failed"],
      status: 1,
    });
  });

  it("fails with a failed test, whatever vitest ended with", () => {
    expect(summarize({ ...run(file(MFA, { a: "failed" })), status: 0 }).status).toBe(1);
  });
});

describe("which files are run again", () => {
  const failing = (path: string): File => file(path, { a: "failed" });

  it("takes those of the process and stress projects that failed", () => {
    const first = run(failing(MFA), broken("test/stress/x.test.ts"), failing("test/a.test.ts"));
    first.report?.files.push(file("test/process/b.test.ts", { a: "passed" }));
    expect(filesToRunAgain(first)).toEqual([MFA, "test/stress/x.test.ts"]);
  });

  it("takes five, and none of six", () => {
    const paths = [1, 2, 3, 4, 5, 6].map((number) => `test/process/${number}.test.ts`);
    expect(filesToRunAgain(run(...paths.slice(1).map(failing)))).toEqual(paths.slice(1));
    expect(filesToRunAgain(run(...paths.map(failing)))).toEqual([]);
  });

  it("takes none after a crash, an interruption or an error outside the tests", () => {
    const first = run(failing(MFA));
    expect(filesToRunAgain({ status: 1 })).toEqual([]);
    expect(filesToRunAgain({ ...first, status: 130 })).toEqual([]);
    expect(filesToRunAgain({ status: 1, report: { files: [failing(MFA)], errors: ["boom"] } })).toEqual([]);
  });
});

describe("two runs", () => {
  const twice = (before: States, after: States): Summary => summarize(run(file(MFA, before)), run(file(MFA, after)));

  it("calls what failed and then passed unstable, with its first message", () => {
    const other = file("test/a.test.ts", { c: "passed" });
    const first = run(file(MFA, { "x > a": "failed", b: "passed" }), other);
    expect(summarize(first, run(file(MFA, { "x > a": "passed", b: "passed" })))).toEqual({
      problems: [],
      unstable: [{ where: `process ${MFA} > x > a`, message: "x > a is wrong" }],
      figures: "3 passed, 0 failed, 0 skipped",
      status: 0,
    });
  });

  it("calls a file unstable that failed without a failed test", () => {
    expect(summarize(run(broken(MFA)), run(file(MFA, { a: "passed" })))).toMatchObject({
      unstable: [{ where: `process ${MFA}`, message: "no such module" }],
      figures: "1 passed, 0 failed, 0 skipped",
      status: 0,
    });
  });

  it("fails with what failed twice", () => {
    expect(twice({ a: "failed", b: "failed" }, { a: "passed", b: "failed" })).toMatchObject({
      problems: [`failed: process ${MFA} > b\n  b is wrong`],
      unstable: [{ where: `process ${MFA} > a` }],
      figures: "1 passed, 1 failed, 0 skipped",
      status: 1,
    });
  });

  it("fails with what failed in the second run only", () => {
    expect(twice({ a: "failed", b: "passed" }, { a: "passed", b: "failed" })).toMatchObject({
      unstable: [{ where: `process ${MFA} > a` }],
      figures: "1 passed, 1 failed, 0 skipped",
      status: 1,
    });
  });

  it.each<[string, States]>([
    ["skipped", { a: "skipped", b: "passed" }],
    ["missing", { b: "passed" }],
  ])("fails where a failed test was %s in the second run", (_, after) => {
    expect(twice({ a: "failed", b: "passed" }, after)).toMatchObject({
      problems: [`failed: process ${MFA} > a\n  a is wrong`],
      unstable: [],
      figures: "1 passed, 1 failed, 0 skipped",
      status: 1,
    });
  });

  it("has no unstable test in a file that could not be loaded twice, or only then", () => {
    for (const first of [broken(MFA), file(MFA, { a: "failed" })])
      expect(summarize(run(first), run(broken(MFA)))).toMatchObject({
        unstable: [],
        figures: "0 passed, 1 failed, 0 skipped",
        status: 1,
      });
  });

  it("does not call a file unstable whose tests then fail", () => {
    expect(summarize(run(broken(MFA)), run(file(MFA, { a: "failed" })))).toMatchObject({ unstable: [], status: 1 });
  });

  it("fails with a unit test that failed, or a file that was not run again", () => {
    const [unit, other] = [file("test/a.test.ts", { c: "failed" }), file("test/process/b.test.ts", { d: "failed" })];
    for (const failed of [unit, other])
      expect(summarize(run(file(MFA, { a: "failed" }), failed), run(file(MFA, { a: "passed" })))).toMatchObject({
        unstable: [{ where: `process ${MFA} > a` }],
        figures: "1 passed, 1 failed, 0 skipped",
        status: 1,
      });
  });

  it.each<[string, Run]>([
    ["crashed", { status: 134 }],
    [
      "had an error outside the tests",
      { status: 1, report: { files: [file(MFA, { a: "passed" })], errors: ["boom"] } },
    ],
    ["ended with 1 although no test failed", { ...run(file(MFA, { a: "passed" })), status: 1 }],
  ])("fails where the second run %s", (_, second) => {
    const { status, problems, figures } = summarize(run(file(MFA, { a: "failed" })), second);
    expect(status).toBe(Math.max(1, second.status));
    expect(problems).not.toEqual([]);
    expect(figures).toMatch(/^\d passed, \d failed, 0 skipped$/);
  });

  it("fails with an interruption", () => {
    const second = { ...run(file(MFA, { a: "pending" })), status: 130 };
    expect(summarize(run(file(MFA, { a: "failed" })), second).status).toBe(130);
  });
});
