/** What the tests of secrets share: secrets of a caller, and files beside the homes. */

import { mkdirSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll } from "vitest";
import type { Home } from "./askonce.ts";
import type { Fault } from "./fake-aws/faults.ts";

/** What the caller has in its environment, which askonce does not use. */
export const CALLER = {
  AWS_ACCESS_KEY_ID: "AKIACALLERSOWNKEYID0",
  AWS_SECRET_ACCESS_KEY: "Callers/Own+Secret0Key1Of2Forty3Letters4",
  AWS_SESSION_TOKEN: "CallersOwnSessionToken//0123456789abcdefghij==",
  AWS_SECURITY_TOKEN: "CallersOwnSecurityToken/9876543210zyxwvutsrq==",
};
/** A secret on the command line of the calling program. */
export const ARGUMENT = "Callers-Own-Argument-Hunter2";

/** Control sequences that would drive a terminal. */
export const ESCAPE = "\u001b]0;owned\u0007\u001b[2J\u009b31m";
export const ON_LINUX = process.platform === "linux";
/** A directory beside the homes, for what a test must not find in its home. */
export let outside: string;

/** Makes the directory beside the homes for a file of tests. */
export function withOutsideDirectory(): void {
  beforeAll(() => {
    outside = mkdtempSync(join(tmpdir(), "askonce-outside-"));
  });
  afterAll(() => rmSync(outside, { recursive: true, force: true }));
}

/** The path of a file beside the homes, which is removed if it is there. */
export function emptyFile(name: string): string {
  const path = join(outside, name);
  rmSync(path, { force: true });
  return path;
}

export function readOutside(name: string): string {
  try {
    return readFileSync(join(outside, name), "utf8");
  } catch {
    return "";
  }
}

/** Gives a home a phone that leaves no trace and runs long enough to be seen. */
export function prepareHome(home: Home): void {
  mkdirSync(join(home.path, "tmp"));
  home.executable("bin/phone", `sleep 0.15; cat ${home.path}/code`);
  home.configure(`mfa_process = ${join(home.path, "bin/phone")}`);
  home.showCode();
}

export const awsError = (code: string, message: string): Fault => ({ kind: "error", status: 400, code, message });
