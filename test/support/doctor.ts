/** Runs `askonce doctor` in a fresh home, and reads its report. */

import { expect } from "vitest";
import type { DoctorReport } from "../../src/doctor/report.ts";
import { answerOf, type Outcome, type RunOptions } from "./askonce.ts";
import { aws, home, withFreshHomes } from "./fresh-homes.ts";
import { leaks } from "./leaks.ts";

/** Gives each test a home in which doctor finds nothing wrong. */
export function withSoundHomes(): void {
  withFreshHomes(() => {
    aws.settings.clockOffsetSeconds = 0;
    // As an installation has it: a whole path to the launcher.
    home.configure();
  });
}

/** Runs doctor, whose output may hold no secret. */
export async function doctor(words: readonly string[] = [], options: RunOptions = {}): Promise<Outcome> {
  const outcome = await home.run(["doctor", ...words], options);
  expect(leaks(outcome.stdout + outcome.stderr, secrets())).toEqual([]);
  return outcome;
}

/** Runs doctor with --json; its status and the report must agree. */
export async function report(words: readonly string[] = [], options: RunOptions = {}): Promise<DoctorReport> {
  const outcome = await doctor([...words, "--json"], options);
  expect([outcome.stderr, outcome.stdout.split("\n").length]).toEqual(["", 2]);
  const parsed = JSON.parse(outcome.stdout) as DoctorReport;
  expect(outcome.status).toBe(parsed.ok ? 0 : 1);
  return parsed;
}

/** `check: state` of each finding that is not fine. */
export function troubles({ findings }: DoctorReport): string[] {
  // The tests are not about their own Node or their missing terminal.
  return findings
    .filter(({ state, check }) => state !== "ok" && check !== "program" && check !== "prompt")
    .map(({ check, state }) => `${check}: ${state}`);
}

/** The texts and cures of a check. */
export function textOf({ findings }: DoctorReport, check: string): string {
  return findings
    .filter((finding) => finding.check === check)
    .map(({ text, cure }) => `${text}${cure === null ? "" : ` -> ${cure}`}`)
    .join("\n");
}

function secrets(): Record<string, string> {
  const users = Object.entries(aws.fixture).flatMap(([name, user]) =>
    typeof user === "object" && "secretAccessKey" in user ? [[name, user.secretAccessKey] as const] : [],
  );
  return Object.fromEntries(users);
}

/** The lines of a profile with the keys of a user. */
export const keysOf = (user: { accessKeyId: string; secretAccessKey: string }): string =>
  `aws_access_key_id = ${user.accessKeyId}\naws_secret_access_key = ${user.secretAccessKey}\n`;

/** Has a session made for work-keys. */
export async function signIn(): Promise<void> {
  home.phone();
  home.showCode();
  answerOf(await home.run(["get", "work-keys", "--mfa-process", `${home.path}/bin/phone`]));
}
