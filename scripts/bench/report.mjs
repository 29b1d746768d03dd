// @ts-check
/** What came of it: figures of a row, targets, and the table. */

import { median } from "./measure.mjs";

/**
 * @typedef {{ min: number | null, median: number | null }} Figures milliseconds; null where they cannot be told
 *
 * @typedef {object} Result
 * @property {string} id
 * @property {string} label
 * @property {number} rounds
 * @property {Figures} wallMs
 * @property {Figures} cpuMs user and system
 * @property {number | null} peakMb
 * @property {number | null} children processes it starts besides itself
 * @property {number | null} timesSh median wall time in those of the shell's own `-c :`
 * @property {number | null} timesNode in those of `node -e 0` in the same rounds
 * @property {number | null} timesNodeCpu the same of processor time
 *
 * @typedef {object} Target
 * @property {string} what
 * @property {number} limit
 * @property {number | null} value
 * @property {string} unit
 * @property {boolean | null} met null where it was not measured
 */

/**
 * @param {{ id: string, label: string, shell?: string }} row
 * @param {Map<string, Partial<import("./measure.mjs").Cost>[]>} costs by row, of the same rounds
 * @param {number | undefined} children
 * @returns {Result}
 */
export function resultOf({ id, label, shell }, costs, children) {
  const all = (/** @type {string | undefined} */ of, /** @type {"wallMs" | "cpuMs" | "peakMb"} */ what) =>
    (costs.get(of ?? "") ?? []).map((cost) => cost[what] ?? Number.NaN);
  /** @param {string | undefined} other @param {"wallMs" | "cpuMs"} what */
  const times = (other, what) => known(median(all(id, what)) / median(all(other, what)));
  /** @param {"wallMs" | "cpuMs"} what */
  const figures = (what) => ({ min: known(Math.min(...all(id, what))), median: known(median(all(id, what))) });
  return {
    id,
    label,
    rounds: all(id, "wallMs").length,
    wallMs: figures("wallMs"),
    cpuMs: figures("cpuMs"),
    peakMb: known(Math.max(...all(id, "peakMb"))),
    children: children ?? null,
    timesSh: times(shell, "wallMs"),
    timesNode: times("node", "wallMs"),
    timesNodeCpu: times("node", "cpuMs"),
  };
}

/** @param {readonly Result[]} results @returns {Target[]} */
export function targetsOf(results) {
  const row = (/** @type {string} */ id) => results.find((result) => result.id === id);
  const ratio = (/** @type {string} */ id, /** @type {string} */ other) =>
    known((row(id)?.wallMs.median ?? Number.NaN) / (row(other)?.wallMs.median ?? Number.NaN));
  const medianOf = (/** @type {string} */ id) => row(id)?.wallMs.median ?? Number.NaN;
  const beyond = known(medianOf("status-10000") / (medianOf("status-10") + medianOf("reading") - medianOf("node")));
  /** @type {[string, number | null | undefined, number, string][]} */
  const targets = [
    ["launcher under dash, wall", row("launcher-dash")?.timesNode, 0.1, "x node -e 0"],
    ["launcher under dash, wall", row("launcher-dash")?.timesSh, 2, "x dash -c :"],
    ["launcher under dash, processes started", row("launcher-dash")?.children, 0, ""],
    ["launcher under dash, peak memory", row("launcher-dash")?.peakMb, 4, "MB"],
    ["hit in Node when ready, wall", row("ready")?.timesNode, 1.15, "x node -e 0"],
    ["hit in Node that parses the config, wall", row("parsed")?.timesNode, 1.4, "x node -e 0"],
    ["launcher with 10,000 sessions, wall", ratio("launcher-10000", "launcher-10"), 1.1, "x with 10"],
    ["Node that parses, 10,000 sessions, wall", ratio("parsed-10000", "parsed-10"), 1.1, "x with 10"],
    ["status with 10 sessions, wall", row("status-10")?.timesNode, 2.2, "x node -e 0"],
    ["status with 10,000 sessions, wall", beyond, 2, "x with 10 and reading them"],
    ["aws with the launcher, wall", ratio("aws-launcher", "aws-static"), 1.03, "x static keys"],
    ["cold, from the start to the STS request, CPU", row("request")?.timesNodeCpu, 2.2, "x node -e 0"],
    ["from the code to the line, without STS, wall", row("typed")?.wallMs.median, 50, "ms"],
  ];
  return targets.map(([what, value, limit, unit]) => {
    const met = typeof value === "number" ? value <= limit : null;
    return { what, limit, value: value ?? null, unit, met };
  });
}

/** @type {[string, (row: Result) => string][]} */
const COLUMNS = [
  ["", (row) => row.label],
  ["rounds", (row) => String(row.rounds)],
  ["wall min", (row) => number(row.wallMs.min)],
  ["wall med", (row) => number(row.wallMs.median)],
  ["CPU min", (row) => number(row.cpuMs.min)],
  ["CPU med", (row) => number(row.cpuMs.median)],
  ["MB", (row) => number(row.peakMb)],
  ["children", (row) => (row.children === null ? "-" : String(row.children))],
  ["x its sh", (row) => number(row.timesSh)],
  ["x node", (row) => number(row.timesNode)],
  ["CPU x node", (row) => number(row.timesNodeCpu)],
];

/** @param {readonly Result[]} results @param {readonly Target[]} targets */
export function tableOf(results, targets) {
  const rows = [COLUMNS.map(([title]) => title), ...results.map((result) => COLUMNS.map(([, cell]) => cell(result)))];
  const marks = targets.map(({ what, value, limit, unit, met }) => {
    const verdict = met === null ? "not measured" : met ? "met" : "MISSED";
    return [what, number(value), `<= ${limit} ${unit}`.trim(), verdict];
  });
  return [
    ...aligned(rows, "right"),
    "",
    "Times in ms, of the whole process with those it waits for; MB is its largest one's resident memory, of the storm what all",
    "hold together while they wait. x its sh, x node: medians over those of the shell's own `-c :` and of `node -e 0`, same rounds.",
    "",
    ...aligned([["target", "measured", "limit", ""], ...marks], "left"),
    "",
  ].join("\n");
}

/** @param {readonly (readonly string[])[]} rows @param {"left" | "right"} side of all columns but the first */
function aligned(rows, side) {
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  return rows.map((row) =>
    row
      .map((cell, column) =>
        side === "left" || column === 0 ? cell.padEnd(widths[column] ?? 0) : cell.padStart(widths[column] ?? 0),
      )
      .join("  ")
      .trimEnd(),
  );
}

/** Three digits that mean something. @param {number | null} value */
function number(value) {
  if (value === null) return "-";
  if (Number.isInteger(value) || value >= 100) return value.toFixed(0);
  return value.toFixed(value >= 10 ? 1 : 2);
}

/** @param {number} value */
function known(value) {
  return Number.isFinite(value) ? value : null;
}
