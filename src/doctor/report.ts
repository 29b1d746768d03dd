/** Findings on a screen, or as JSON. Pure. */

import { oneLine } from "../runtime/errors.ts";
import { type Colour, inColour } from "../text/style.ts";
import { widthOf, wrap } from "../text/terminal-text.ts";
import { type CheckId, type Finding, type State, TITLES } from "./finding.ts";

/** What `doctor --json` prints, on one line. Fields may be added; none changes or goes while `version` is 1. */
export interface DoctorReport {
  readonly version: 1;
  /** False when something fails: the exit status is 1 then. */
  readonly ok: boolean;
  /** The profiles that were looked at. */
  readonly profiles: readonly string[];
  /** What `--fix` did before the look. */
  readonly fixed: readonly string[];
  readonly findings: readonly ReportedFinding[];
}

export interface ReportedFinding {
  readonly check: CheckId;
  readonly state: State;
  readonly title: string;
  readonly text: string;
  /** The command or edit that mends it; null where nothing is to be done. */
  readonly cure: string | null;
  /** True for what `askonce doctor --fix` would do. */
  readonly fixable: boolean;
  /** null for what all profiles share. */
  readonly profile: string | null;
}

export function toReport(
  findings: readonly Finding[],
  profiles: readonly string[],
  fixed: readonly string[],
): DoctorReport {
  return {
    version: 1,
    ok: !findings.some(({ state }) => state === "fail"),
    profiles,
    fixed,
    findings: findings.map(({ check, state, text, cure, fix, profile }) => ({
      check,
      state,
      title: TITLES[check],
      text: oneLine(text),
      cure: cure === undefined ? null : oneLine(cure),
      fixable: fix !== undefined,
      profile: profile ?? null,
    })),
  };
}

/** A screen of so many columns; Infinity for what is no screen. */
export interface ReportLayout {
  readonly columns: number;
  readonly colours: boolean;
}

const MARKS: Readonly<Record<State, readonly [mark: string, colour: Colour]>> = {
  ok: ["✓", "green"],
  warn: ["!", "yellow"],
  fail: ["✗", "red"],
};
const TITLE_WIDTH = Math.max(...Object.values(TITLES).map((title) => title.length));
/** Where the sentences begin. */
const INDENT = 2 + TITLE_WIDTH + 2;
/** On less the sentence stands below its title. */
const LEAST_COLUMNS = 60;

/** Lines with their ends. A profile's findings have its name above them, where there are several. */
export function findingLines(findings: readonly Finding[], profiles: readonly string[], screen: ReportLayout): string {
  let above: string | undefined;
  return findings
    .map((finding) => {
      const isNew = profiles.length > 1 && finding.profile !== undefined && finding.profile !== above;
      above = finding.profile ?? above;
      return `${isNew ? `\n${oneLine(finding.profile)}\n` : ""}${linesOf(finding, screen)}`;
    })
    .join("");
}

function linesOf({ check, state, text, cure, fix }: Finding, screen: ReportLayout): string {
  const [sign, colour] = MARKS[state];
  const mark = inColour(sign, colour, screen.colours);
  const title = TITLES[check];
  const orFix = fix === undefined || cure?.includes("--fix") ? "" : "; or askonce doctor --fix";
  const texts = [text, ...(cure === undefined ? [] : [`→ ${cure}${orFix}`])].map(oneLine);
  if (screen.columns < LEAST_COLUMNS) {
    const below = texts.flatMap((one, index) => wrapped(one, screen.columns, 2, index > 0));
    return `${[`${mark} ${title}`, ...below].join("\n")}\n`;
  }
  const [first = "", ...rest] = texts.flatMap((one, index) => wrapped(one, screen.columns, INDENT, index > 0));
  return `${[`${mark} ${title.padEnd(TITLE_WIDTH)}  ${first.trimStart()}`, ...rest].join("\n")}\n`;
}

/** Broken between words, each line with the same indent; what goes on below an arrow stands behind it. */
function wrapped(text: string, columns: number, indent: number, hasArrow = false): string[] {
  const space = " ".repeat(indent);
  if (widthOf(text) + indent <= columns) return [space + text];
  const lines = wrap(text, columns - indent);
  return lines.map((line, index) => space + (index === 0 || hasArrow ? line : line.trimStart()));
}

/** What it comes to, with the first failure once more: the checks stand in the order of causes. */
export function lastLine(findings: readonly Finding[], { columns }: ReportLayout): string {
  const failures = findings.filter(({ state }) => state === "fail");
  const warnings = findings.filter(({ state }) => state === "warn").length;
  const [first] = failures;
  if (first === undefined) {
    const better = warnings === 0 ? "" : `; ${warnings} ${warnings === 1 ? "thing" : "things"} could be better`;
    return `\n${wrapped(`Nothing is wrong${better}.`, columns, 0).join("\n")}\n`;
  }
  const many = failures.length === 1 ? "1 thing is wrong" : `${failures.length} things are wrong; the first`;
  const text = oneLine(`${many}: ${first.text}${first.cure === undefined ? "" : `; do: ${first.cure}`}`);
  return `\n${wrapped(text, columns, 0).join("\n")}\n`;
}
