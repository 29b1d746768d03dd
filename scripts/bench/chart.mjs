// @ts-check
/** Draws scripts/bench/bench.svg from bench-results.json: median wall times as bars, in those of `node -e 0`. */

import { readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

const RESULTS = fileURLToPath(new URL("../../bench-results.json", import.meta.url));
const CHART = fileURLToPath(new URL("bench.svg", import.meta.url));

/** @typedef {import("./report.mjs").Result} Result */

/** What is shown, in this order, as far as it was measured. Ours stand out. */
const BARS = /** @type {const} */ ([
  ["dash", "dash -c :", "other"],
  ["c", "a C program that prints a file", "other"],
  ["launcher-dash", "askonce-get, dash", "ours"],
  ["launcher-busybox", "askonce-get, busybox", "ours"],
  ["launcher-bash", "askonce-get, bash", "ours"],
  ["launcher-zsh", "askonce-get, zsh", "ours"],
  ["node", "node -e 0", "other"],
  ["ready", "askonce get", "ours"],
  ["parsed", "askonce get, parsing the config", "ours"],
  ["cold", "askonce get, cold, code at once", "ours"],
  ["export-static", "aws configure export-credentials", "other"],
]);

/** A longer bar is cut. */
const LONGEST = 2;
const [WIDTH, LABELS, FIGURES, ROW, TOP, BOTTOM] = [740, 260, 120, 26, 44, 28];
const SCALE = (WIDTH - LABELS - FIGURES) / LONGEST;

/** Writes the chart. Throws the system's error where nothing was measured yet. */
export function drawChart() {
  const { results, machine } = JSON.parse(readFileSync(RESULTS, "utf8"));
  const bars = BARS.flatMap(([id, label, kind]) => {
    const { wallMs, timesNode } = results.find((/** @type {Result} */ result) => result.id === id) ?? {};
    return timesNode == null ? [] : [{ label, kind, ms: wallMs.median, ratio: timesNode }];
  });
  const end = TOP + bars.length * ROW;
  const height = end + BOTTOM;
  const lines = [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${height}" width="${WIDTH}" height="${height}" role="img" aria-labelledby="t">`,
    '<title id="t">How long an answer takes, in starts of Node.js</title>',
    "<style>",
    "text{font:13px system-ui,-apple-system,'Segoe UI',sans-serif;fill:#333}.h{font-weight:600}.n{fill:#666;font-size:11px}",
    ".e{text-anchor:end}.m{text-anchor:middle}.other{fill:#aab2bb}.ours{fill:#0b7a75}.g{stroke:#d5d9de}.cut{stroke:#fff;stroke-width:3}",
    "@media(prefers-color-scheme:dark){text{fill:#ddd}.n{fill:#999}.other{fill:#5d6670}.ours{fill:#3fc1b8}.g{stroke:#3a4048}.cut{stroke:#0d1117}}",
    "</style>",
    `<text class="h" x="0" y="16">How long an answer takes, in starts of Node.js (node -e 0)</text>`,
  ];
  for (let tick = 0; tick <= LONGEST; tick++) {
    const x = LABELS + tick * SCALE;
    lines.push(
      `<path class="g" d="M${x} ${TOP - 6}V${end}"/><text class="n m" x="${x}" y="${TOP - 11}">${tick}</text>`,
    );
  }
  bars.forEach(({ label, kind, ms, ratio }, index) => {
    const y = TOP + index * ROW;
    const width = Math.max(1, Math.min(ratio, LONGEST) * SCALE);
    lines.push(`<text class="e" x="${LABELS - 10}" y="${y + 15}">${label}</text>`);
    lines.push(`<rect class="${kind}" x="${LABELS}" y="${y + 3}" width="${width.toFixed(1)}" height="16" rx="2"/>`);
    if (ratio > LONGEST) {
      const x = LABELS + width - 24;
      lines.push(`<path class="cut" d="M${x} ${y + 22}l6 -22m5 22l6 -22"/>`);
    }
    lines.push(
      `<text x="${(LABELS + width + 8).toFixed(1)}" y="${y + 15}">${figure(ratio)} <tspan class="n">${figure(ms)} ms</tspan></text>`,
    );
  });
  lines.push(
    `<text class="n" x="0" y="${height - 6}">Median wall time, Node ${machine.node}, ${machine.cores} cores. npm run bench</text>`,
  );
  writeFileSync(CHART, `${[...lines, "</svg>"].join("\n")}\n`);
}

/** @param {number} value */
function figure(value) {
  return value >= 10 ? value.toFixed(0) : value >= 1 ? value.toFixed(1) : value.toFixed(2);
}

if (process.argv[1] === fileURLToPath(import.meta.url)) drawChart();
