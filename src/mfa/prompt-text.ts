/** The words of the question: who asks, whose session, which account and device, for how long. Pure. */

import { accountOfArn, shortName } from "../aws-names/arn.ts";
import { oneLine } from "../runtime/errors.ts";
import type { Session } from "../session/session.ts";
import { listed } from "../terminal/choice.ts";
import { shellWord, splitWords } from "../text/shell-words.ts";
import { clockTime, formatDuration } from "../text/times.ts";
import type { SpentCode } from "./used-codes.ts";

export interface PromptSubject {
  /** The program askonce runs for, as `caller/caller.ts` tells it; undefined where a person typed askonce. */
  readonly caller: string | undefined;
  /** NAME as the user knows it. */
  readonly profile: string;
  readonly device: string;
  readonly accountId: string | undefined;
  readonly userName: string | undefined;
  readonly sessionSeconds: number;
  /** The role that the code is sent with, where it is not for an MFA session. */
  readonly role: string | undefined;
  /** ARNs of the roles above the session that is asked for, the last one being what is wanted in the end. */
  readonly roles: readonly string[];
}

/** A question that stands elsewhere. */
export interface StandingPrompt {
  /** A phrase: `pts/3`, `a dialog`, `mfa_process`. */
  readonly where: string;
  /** The program that it is asked for. */
  readonly caller: string | undefined;
}

/** Below it a line says the same in fewer words. */
const WIDE_COLUMNS = 60;
const LONGEST_PROGRAM = 40;

/** What stands above the input line. */
export function questionLines(subject: PromptSubject, complaint: string | undefined, columns = 80): string[] {
  const need = needOf(subject);
  const title = columns < WIDE_COLUMNS ? `${need}: ${subject.profile}` : `askonce · ${need} for ${subject.profile}`;
  return [title, accountLine(subject, columns), ...complaintLines(complaint)].map(oneLine);
}

/** What stands above the input line of a second terminal, where the question is asked as well. */
export function besideLines(
  subject: PromptSubject,
  asked: StandingPrompt,
  complaint: string | undefined,
  columns: number,
): string[] {
  const title =
    columns < WIDE_COLUMNS ? `${elsewhere(asked)}; or here:` : `${waitingLine(asked)}. You can type it here instead:`;
  return [title, accountLine(subject, columns), ...complaintLines(complaint)].map(oneLine);
}

/** Said once where nothing can be typed. */
export function waitingLine(asked: StandingPrompt): string {
  return oneLine(`askonce · waiting for ${elsewhere(asked, "the code ")}`);
}

/** Said once when a program takes its time, by `programNameOf` its command. */
export function slowProgramLine(program: string): string {
  return oneLine(`askonce · waiting for the code from ${program}; a security key may want a touch`);
}

/** The program of an mfa_process without its path; `mfa_process` where only a shell could tell. Never an argument, which may be a secret. */
export function programNameOf(command: string): string {
  const split = splitWords(command);
  const path = split === undefined || split.needsShell ? "" : (split.words[0] ?? "");
  const name = oneLine(path.split(/[\\/]/).at(-1) ?? "").trim();
  return [...name].slice(0, LONGEST_PROGRAM).join("") || "mfa_process";
}

/** A desktop notification that nobody can answer in. */
export function notificationText(subject: PromptSubject): { title: string; body: string } {
  const command = `askonce login ${shellWord(subject.profile)}`;
  return {
    title: "askonce",
    body: oneLine(`${needOf(subject)} for ${subject.profile}: run \`${command}\` in a terminal`),
  };
}

/** What a dialog shows above its input field. */
export function dialogLines(subject: PromptSubject, complaint: string | undefined): string[] {
  const [title = "", account = ""] = questionLines(subject, undefined);
  return [title, account.trimStart(), questionHint(subject), ...complaintLines(complaint).map(oneLine)];
}

/** What stands above the question which of several devices is at hand. */
export function choiceLines(profile: string, serials: readonly string[], userName: string | undefined): string[] {
  const account = serials.map(accountOfArn).find((one) => one !== undefined);
  const about = [
    account === undefined ? "" : `account ${account}`,
    userName === undefined ? "" : `user ${userName}`,
    `${serials.length} MFA devices`,
  ].filter((part) => part !== "");
  return [`askonce · which MFA device for ${profile}?`, `  ${about.join(" · ")}`, ...listed(serials.map(shortName))];
}

/** What stands above the question which of several profiles is meant. */
export function profileLines(names: readonly string[]): string[] {
  return ["askonce · sign in for which profile?", ...listed(names)];
}

/** What stands beside the input. */
export function questionHint(subject: PromptSubject): string {
  return `answers for ${formatDuration(subject.sessionSeconds)}`;
}

/** The one line that stays when the session came, with the time as the user's own clock will show it. */
export function answeredLine(profile: string, session: Session, nowMs: number): string {
  return `✓ ${what(session.role)} for ${profile} until ${clockTime(session.expiresAtMs - session.clockOffsetMs, nowMs)}`;
}

/** `aws s3 needs an MFA session`, `MFA session`, `aws s3 needs role admin`. */
function needOf({ caller, role }: PromptSubject): string {
  if (caller === undefined) return what(role);
  return `${caller} needs ${role === undefined ? "an " : ""}${what(role)}`;
}

function accountLine(subject: PromptSubject, columns: number): string {
  const isWide = columns >= WIDE_COLUMNS;
  const account = subject.accountId ?? accountOfArn(subject.device);
  const role = subject.roles.at(-1);
  const about = [
    ...named("account", account, isWide),
    ...named("user", subject.userName, isWide),
    ...named("device", shortName(subject.device), isWide),
    ...named("role", role && shortName(role), true),
  ];
  return `${isWide ? "  " : ""}${about.join(" · ")}`;
}

function named(what: string, name: string | undefined, isWide: boolean): string[] {
  return name === undefined ? [] : [isWide ? `${what} ${name}` : name];
}

function complaintLines(complaint: string | undefined): string[] {
  return complaint === undefined ? [] : [`✗ ${complaint}`];
}

/** `asked in pts/3 by terraform` behind what is asked, `mfa_process, run by terraform`. */
function elsewhere({ where, caller }: StandingPrompt, before = ""): string {
  const by = caller === undefined ? "" : `by ${caller}`;
  if (where === "mfa_process") return by === "" ? where : `${where}, run ${by}`;
  return `${before}asked in ${where} ${by}`.trimEnd();
}

function what(role: string | undefined): string {
  return role === undefined ? "MFA session" : `role ${shortName(role)}`;
}

/** Why a code has to be typed again. `left` counts the tries after this one. */
export function rejectionComplaint(reason: "wrong" | "not-this-users-device", device: string, nextTry: number): string {
  const name = shortName(device);
  if (reason === "not-this-users-device") return `AWS says ${name} is not this user's device (try ${nextTry} of 3)`;
  return `AWS rejected that code; wait for the next on ${name} (try ${nextTry} of 3)`;
}

/** Said without asking STS: a code works once, and what STS rejected it would reject again. */
export function spentComplaint({ was, agoMs }: SpentCode, nextInMs: number): string {
  return `that code was ${was} ${Math.round(agoMs / 1000)} s ago; the next one comes in ${Math.ceil(nextInMs / 1000)} s`;
}
