// @ts-check
/** What the closing lines of scripts/test say, from the reports of vitest (reporter.mjs). */

/**
 * @typedef {object} Test
 * @property {string} name with those of its suites
 * @property {string} state
 * @property {string} [message] the first line of its first error
 *
 * @typedef {object} File
 * @property {string} project
 * @property {string} path
 * @property {string} state
 * @property {string} [message] the first line of the first error outside its tests
 * @property {Test[]} tests
 *
 * @typedef {object} Report
 * @property {File[]} files
 * @property {string[]} errors outside any file
 *
 * @typedef {object} Run
 * @property {number} status the exit status of vitest
 * @property {Report} [report] missing when vitest crashed
 *
 * @typedef {object} Failure
 * @property {string} where project, file and test; no test when it is the file that failed, say a hook or an import
 * @property {string} message
 *
 * @typedef {object} Summary
 * @property {string[]} problems what failed, one text each
 * @property {Failure[]} unstable what failed in the first run and passed in the second
 * @property {string} [figures] missing when vitest crashed
 * @property {number} status
 */

/** The projects whose tests depend on how busy the machine is. */
const RUN_AGAIN = ["process", "stress"];
/** If more files fail, the cause is not the machine. */
const MOST_FILES = 5;

/**
 * The files that deserve a second run. None if vitest has more to complain of than failed files.
 *
 * @param {Run} run
 * @returns {string[]}
 */
export function filesToRunAgain({ status, report }) {
  if (status !== 1 || report === undefined || report.errors.length > 0) return [];
  const failed = report.files.filter((file) => RUN_AGAIN.includes(file.project) && failuresOf(file).length > 0);
  return failed.length > MOST_FILES ? [] : failed.map(({ path }) => path);
}

/**
 * Sums up a run and, if files were run again, the second run: its results replace those of the first.
 *
 * @param {Run} first
 * @param {Run} [second]
 * @returns {Summary}
 */
export function summarize(first, second) {
  const runs = second === undefined ? [first] : [first, second];
  const again = second?.report?.files ?? [];
  /** @type {Failure[]} */
  const unstable = [];
  const files = (first.report?.files ?? []).map((before) => {
    const after = again.find(({ path, project }) => path === before.path && project === before.project);
    if (after === undefined) return before;
    const merged = merge(before, after);
    const failed = failuresOf(merged).map(({ where }) => where);
    const isStable = (/** @type {string} */ place) =>
      failed.some((other) => other === place || other.startsWith(`${place} > `));
    unstable.push(...failuresOf(before).filter(({ where }) => !isStable(where)));
    return merged;
  });
  const failures = files.flatMap(failuresOf);
  const problems = [
    ...failures.map(({ where, message }) => `failed: ${where}\n  ${message}`),
    ...runs.flatMap(complaintsOf),
  ];
  const tests = files.flatMap((file) => file.tests);
  const count = (/** @type {string} */ state) => tests.filter((test) => test.state === state).length;
  return {
    problems,
    unstable,
    ...(first.report && {
      figures: `${count("passed")} passed, ${failures.length} failed, ${count("skipped")} skipped`,
    }),
    status: problems.length === 0 ? 0 : Math.max(1, ...runs.map(({ status }) => status)),
  };
}

/**
 * The second result of a file. A test that failed and was not run again has still failed.
 *
 * @param {File} before
 * @param {File} after
 * @returns {File}
 */
function merge(before, after) {
  const wasRun = (/** @type {Test} */ { name }) =>
    after.tests.some((test) => test.name === name && test.state !== "skipped");
  const missing = before.tests.filter((test) => hasTestFailed(test) && !wasRun(test));
  const others = after.tests.filter(({ name }) => !missing.some((test) => test.name === name));
  return { ...after, tests: [...others, ...missing] };
}

/**
 * The failed tests of a file; the file itself if it failed without one.
 *
 * @param {File} file
 * @returns {Failure[]}
 */
function failuresOf(file) {
  const failed = file.tests.filter(hasTestFailed);
  if (failed.length > 0)
    return failed.map(({ name, message }) => ({
      where: `${placeOf(file)} > ${name}`,
      message: message ?? "did not end",
    }));
  const isFine = file.state === "passed" || file.state === "skipped";
  return isFine ? [] : [{ where: placeOf(file), message: file.message ?? "did not end" }];
}

/** A test that was never ended counts: its worker may have crashed. @param {Test} test */
function hasTestFailed({ state }) {
  return state !== "passed" && state !== "skipped";
}

/** @param {File} file */
function placeOf({ project, path }) {
  return `${project} ${path}`;
}

/**
 * What vitest has to complain of beside failed files.
 *
 * @param {Run} run
 * @returns {string[]}
 */
function complaintsOf({ status, report }) {
  if (report === undefined) return [`vitest ended with status ${status}, without a report`];
  if (report.errors.length > 0) return report.errors.map((message) => `error outside the tests: ${message}`);
  if (status === 0 || report.files.some((file) => failuresOf(file).length > 0)) return [];
  return [`vitest ended with status ${status}, although no test failed`];
}
