/** A status report as lines for people: one a session with a bar of the time left, and the cure beside what is missing. Pure. */

import { shortName } from "../../aws-names/arn.ts";
import { type Colour, inColour } from "../../text/style.ts";
import { cut, printable, widthOf, wrap } from "../../text/terminal-text.ts";
import { clockTime, formatDuration } from "../../text/times.ts";
import type { MissingReport, SessionReport, StatusReport, WaitingReport, WorkingReport } from "./report.ts";

/** What stands on one line: a name, a bar, a time; and the rest, in forms that become shorter. */
interface Row {
  readonly name: string;
  /** 0 to 1; undefined for a row that has none. */
  readonly share: number;
  readonly colour: Colour;
  readonly time: string;
  /** What is amiss with a profile is a sentence: it goes below, and the others do not make room for it. */
  readonly isProblem: boolean;
  readonly rest: readonly string[];
}

/** More are counted, not shown. */
const MOST_ROWS = 50;
const LONGEST_BAR = 20;
const GOOD_BAR = 12;
const SHORTEST_BAR = 6;
const LONGEST_NAME = 26;
const GAP = "  ";
const DEEPEST = 4;
/** A terminal with fewer folds the lines itself. */
const LEAST_COLUMNS = 34;

/** The picture. `columns`: of the terminal, undefined for none, where nothing is cut to fit. */
export function statusLines(report: StatusReport, columns: number | undefined, colours: boolean): string[] {
  const width = Math.max(LEAST_COLUMNS, columns ?? 120);
  const nowMs = Date.parse(report.at);
  const byId = new Map(report.sessions.map((session) => [session.id, session]));
  const rows = report.sessions.slice(0, MOST_ROWS).map((one) => sessionRow(one, depthOf(one, byId), nowMs));
  const missing = report.withoutSession.slice(0, MOST_ROWS);
  rows.push(...missing.map(missingRow));
  const hidden = report.sessions.length + report.withoutSession.length - rows.length;
  const notes = [
    ...(hidden > 0 ? [`and ${hidden.toLocaleString("en")} more: askonce status NAME, or --json`] : []),
    ...report.waiting.flatMap((one) => waitingLines(one, width)),
    ...report.working.map(workingLine),
    ...(report.cache.problem === null ? [] : [`✗ nothing is kept: ${report.cache.problem}`]),
    ...report.problems.map((problem) => `! ${problem}`),
    ...(rows.length === 0 ? emptyLines(report) : []),
  ];
  return [
    ...drawn(rows, width, colours),
    ...notes.flatMap((line) => wrap(printable(line), width).map((part) => marked(part, colours))),
  ];
}

function sessionRow(one: SessionReport, depth: number, nowMs: number): Row {
  const names = one.calledBy.length === 0 ? [one.profile] : one.calledBy;
  const until = `until ${clockTime(Date.parse(one.expiresAtHere), nowMs)}`;
  const device = one.device === null ? [] : [cut(shortName(one.device), 24)];
  const account = one.account === null ? [] : [one.account];
  const remark = remarkOf(one, depth);
  const join = (...parts: string[]): string => parts.join(" · ");
  const rest =
    depth > 0
      ? [...remark, join(...remark, until)].reverse()
      : [
          join(...device, ...account, until, ...remark),
          join(...device, until, ...remark),
          join(until, ...remark),
          remark.at(-1) ?? until,
        ];
  return {
    name: `${GAP.repeat(depth)}${names.join(", ")}`,
    share: one.lifetimeSeconds === 0 ? 0 : Math.min(1, one.secondsLeft / one.lifetimeSeconds),
    colour: one.state === "fresh" ? "green" : one.state === "due" ? "yellow" : "red",
    time: formatDuration(one.secondsLeft) + (depth === 0 ? " left" : ""),
    isProblem: false,
    rest,
  };
}

/** What there is to know of it besides how long it lasts. */
function remarkOf(one: SessionReport, depth: number): string[] {
  if (one.kind === "role") {
    const role = depth === 0 && one.role !== null ? [`role ${cut(shortName(one.role), 24)}`] : [];
    return [...role, one.renewsWithoutCode ? "renews without a code" : "renews with a code"];
  }
  return one.inUse === false ? ["no profile uses it"] : [];
}

/** How far a role is indented: below the sessions it was taken with. One in between may be over by now. */
function depthOf(one: SessionReport, byId: ReadonlyMap<string, SessionReport>): number {
  let depth = 0;
  for (let above = one.source; above !== null && depth < DEEPEST; above = byId.get(above)?.source ?? null) depth++;
  const isBelow = one.renewsWithoutCode || (one.source !== null && byId.has(one.source));
  return isBelow ? Math.max(1, depth) : 0;
}

function missingRow({ calledBy, profile, problem, login }: MissingReport): Row {
  const name = calledBy.length === 0 ? (profile ?? "") : calledBy.join(", ");
  const row = { name, share: 0, colour: "dim" } as const;
  if (problem === null) return { ...row, time: "no session", isProblem: false, rest: [login] };
  return { ...row, time: "cannot sign in", isProblem: true, rest: [`✗ ${problem}`] };
}

function waitingLines({ program, pid, profile, where, seconds, login }: WaitingReport, width: number): string[] {
  const who = program === null ? `askonce (pid ${pid})` : `${program} (pid ${pid})`;
  const since = formatDuration(seconds);
  const what = where === "login" ? "signs in to" : "waits for";
  const line = `${who} ${what} ${profile} since ${since}${where === "login" ? "" : `, asked in ${where}`}`;
  const asked = where === "mfa_process" ? `${who} ${what} ${profile} since ${since}: mfa_process runs` : line;
  if (login === null) return [asked];
  const together = `${asked}${GAP}${login}`;
  return widthOf(printable(together)) <= width ? [together] : [asked, `  ${login}`];
}

function workingLine({ pid, step, profile, seconds }: WorkingReport): string {
  const about = profile === null ? "" : ` for ${profile}`;
  const text = {
    sending: "asks AWS",
    device: "asks AWS for MFA devices",
    choice: "asks which MFA device",
    keys: "gets the keys",
  };
  return `askonce (pid ${pid}) ${text[step]}${about} since ${formatDuration(seconds)}`;
}

function emptyLines({ cache, problems }: StatusReport): string[] {
  if (cache.problem !== null || problems.length > 0) return [];
  return ["no session, and no profile that calls askonce", "  askonce login NAME makes one; askonce --help shows how"];
}

function drawn(rows: readonly Row[], width: number, colours: boolean): string[] {
  const texts = rows.map(({ name, time }) => ({ name: printable(name), time: printable(time) }));
  const timeWidth = Math.max(0, ...texts.map(({ time }) => widthOf(time)));
  const room = Math.max(6, width - timeWidth - SHORTEST_BAR - 2 * GAP.length);
  const nameWidth = Math.min(LONGEST_NAME, room, Math.max(0, ...texts.map(({ name }) => widthOf(name))));
  const least = nameWidth + timeWidth + 3 * GAP.length;
  // What the bars leave room for beside them: the longest forms that leave good bars, else the shortest with what is left.
  const brief = rows.filter(({ isProblem }) => !isProblem);
  const besides = [0, 1, 2, 3].map((level) => {
    const forms = brief.map(({ rest }) => rest[level] ?? rest.at(-1) ?? "");
    return width - least - Math.max(0, ...forms.map((form) => widthOf(printable(form))));
  });
  const beside = besides.find((one) => one >= GOOD_BAR) ?? besides.at(-1) ?? 0;
  const isBeside = beside >= SHORTEST_BAR;
  const bar = Math.min(LONGEST_BAR, isBeside ? beside : Math.max(SHORTEST_BAR, width - least + GAP.length));
  return rows.flatMap(({ share, colour, rest }, index) => {
    const { name = "", time = "" } = texts[index] ?? {};
    const head = `${padded(name, nameWidth)}${GAP}${barOf(share, bar, colour, colours)}${GAP}`;
    const left = width - least - bar;
    const forms = rest.map(printable);
    const fits = forms.find((form) => widthOf(form) <= left);
    if (fits !== undefined) return [`${head}${padded(time, timeWidth)}${GAP}${hint(fits, colours)}`.trimEnd()];
    const indent = `${/^ */.exec(name)?.[0]}${GAP}`;
    const below = forms.find((form) => widthOf(form) <= width - indent.length) ?? forms.at(-1) ?? "";
    return [head + time, ...wrap(indent + below, width).map((line) => hint(line, colours))];
  });
}

function barOf(share: number, length: number, colour: Colour, colours: boolean): string {
  const full = share <= 0 ? 0 : Math.max(1, Math.round(share * length));
  return inColour("█".repeat(full), colour, colours) + inColour("░".repeat(length - full), "dim", colours);
}

/** Cut with a mark where it is too long. */
function padded(text: string, width: number): string {
  const shown = widthOf(text) <= width ? text : `${cut(text, width - 1)}…`;
  return shown + " ".repeat(Math.max(0, width - widthOf(shown)));
}

/** What is no command to type is said quietly. */
function hint(text: string, colours: boolean): string {
  return /^ *(askonce|✗)/.test(text) ? marked(text, colours) : inColour(text, "dim", colours);
}

function marked(line: string, colours: boolean): string {
  const [, blanks = "", mark = "", rest = line] = /^( *)([✗!])(.*)$/.exec(line) ?? [];
  return mark === "" ? line : `${blanks}${inColour(mark, mark === "✗" ? "red" : "yellow", colours)}${rest}`;
}
