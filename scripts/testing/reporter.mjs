// @ts-check
/** Writes what summary.mjs reads into the file that ASKONCE_TEST_REPORT names. Vitest's own JSON lacks projects and errors outside the tests. */

import { writeFileSync } from "node:fs";
import { stripVTControlCharacters } from "node:util";

/**
 * @typedef {import("vitest/node").TestModule} TestModule
 * @typedef {{ message: string }} TestError
 */

export default class SummaryReporter {
  /** @param {readonly TestModule[]} modules @param {readonly TestError[]} errors */
  onTestRunEnd(modules, errors) {
    /** @type {import("./summary.mjs").Report} */
    const report = { files: modules.map(fileOf), errors: errors.map(({ message }) => firstLine(message)) };
    writeFileSync(process.env.ASKONCE_TEST_REPORT ?? "", JSON.stringify(report));
  }
}

/** @param {TestModule} module @returns {import("./summary.mjs").File} */
function fileOf(module) {
  const suites = [...module.children.allSuites()];
  return {
    project: module.project.name,
    path: module.relativeModuleId,
    state: module.state(),
    ...messageOf([module, ...suites].flatMap((suite) => suite.errors())),
    tests: [...module.children.allTests()].map((test) => {
      const { state, errors = [] } = test.result();
      return { name: test.fullName, state, ...messageOf(errors) };
    }),
  };
}

/** @param {readonly TestError[]} errors */
function messageOf([error]) {
  return error && { message: firstLine(error.message) };
}

/** @param {string} text */
function firstLine(text) {
  return stripVTControlCharacters(text).trim().split("\n", 1)[0] ?? "";
}
