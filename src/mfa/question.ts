/** The words of the question: whose session, which account and device, for how long. Pure. */

import { accountOfArn, shortName } from "../arn.ts";
import { formatDuration } from "../duration.ts";
import type { Session } from "../session.ts";
import type { SpentCode } from "./used-codes.ts";

export interface Subject {
  /** NAME as the user knows it. */
  readonly profile: string;
  readonly device: string;
  readonly accountId: string | undefined;
  readonly userName: string | undefined;
  readonly sessionSeconds: number;
  /** The role that the code is sent with, where it is not for an MFA session. */
  readonly role: string | undefined;
}

/** What stands above the input line. */
export function questionLines(subject: Subject, complaint: string | undefined): string[] {
  const account = subject.accountId ?? accountOfArn(subject.device);
  const about = [
    account === undefined ? "" : `account ${account}`,
    subject.userName === undefined ? "" : `user ${subject.userName}`,
    `device ${shortName(subject.device)}`,
  ].filter((part) => part !== "");
  return [
    `askonce · ${what(subject.role)} for ${subject.profile}`,
    `  ${about.join(" · ")}`,
    ...(complaint === undefined ? [] : [`✗ ${complaint}`]),
  ];
}

/** What stands above the question which of several devices is at hand. */
export function choiceLines(profile: string, serials: readonly string[], userName: string | undefined): string[] {
  const account = serials.map(accountOfArn).find((one) => one !== undefined);
  const about = [
    account === undefined ? "" : `account ${account}`,
    userName === undefined ? "" : `user ${userName}`,
    `${serials.length} MFA devices`,
  ].filter((part) => part !== "");
  return [
    `askonce · which MFA device for ${profile}?`,
    `  ${about.join(" · ")}`,
    ...serials.map((serial, index) => `  ${index + 1}  ${shortName(serial)}`),
  ];
}

/** What stands beside the input. */
export function questionHint(subject: Subject): string {
  return `answers for ${formatDuration(subject.sessionSeconds)}`;
}

/** The one line that stays when the session came, with the time as the user's own clock will show it. */
export function answeredLine(profile: string, session: Session, nowMs: number): string {
  return `✓ ${what(session.role)} for ${profile} until ${clockTime(session.expiresAtMs - session.clockOffsetMs, nowMs)}`;
}

function what(role: string | undefined): string {
  return role === undefined ? "MFA session" : `role ${shortName(role)}`;
}

function clockTime(atMs: number, nowMs: number): string {
  const at = new Date(atMs);
  const two = (value: number): string => String(value).padStart(2, "0");
  const time = `${two(at.getHours())}:${two(at.getMinutes())}`;
  if (new Date(nowMs).toDateString() === at.toDateString()) return time;
  const days = ["Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday"];
  return `${days[at.getDay()]} ${time}`;
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
