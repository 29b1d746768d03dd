/** The AWS clients of this machine: each is a path, or undefined where it is missing. */

import { execFileSync, spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { delimiter, join } from "node:path";

/** Where Debian's Go libraries are. */
const GO_PATH = "/usr/share/gocode";
const GO_SDK = join(GO_PATH, "src/github.com/aws/aws-sdk-go-v2/service/sts");

/** Our program for a language: it prints the ARN of the profile that is its argument. */
export function whoAmI(extension: "go" | "mjs" | "py" | "rb"): string {
  return join(import.meta.dirname, `whoami.${extension}`);
}

/** The AWS CLI of a major version: two can be on PATH, one behind the other. */
export function findAwsCli(major: 1 | 2): string | undefined {
  return onPath("aws").find((path) => outputOf(path, ["--version"])?.includes(`aws-cli/${major}.`));
}

/** A Python with boto3: the system's before others, since those share their botocore with `aws`. */
export function findBoto3(): string | undefined {
  const pythons = ["/usr/bin/python3", ...onPath("python3")];
  return pythons.find((path) => outputOf(path, ["-c", "import boto3"]) !== undefined);
}

/** A Ruby with the SDK's core, in which STS is. */
export function findRubySdk(): string | undefined {
  return onPath("ruby").find(
    (path) => outputOf(path, ["-e", 'require "aws-sdk-core"; Aws::STS::Client']) !== undefined,
  );
}

/**
 * Builds the Go program into a directory, with Debian's SDK. A quarter of a minute, since it leaves CGO_ENABLED alone:
 * Debian's compiled standard library, which is of no use without it, needs no gcc.
 */
export function buildGoProgram(directory: string): string | undefined {
  const [go] = onPath("go");
  if (go === undefined || !existsSync(GO_SDK)) return undefined;
  const path = join(directory, "whoami");
  const cache = { GOCACHE: join(directory, "cache"), GOPATH: GO_PATH };
  const env = { ...process.env, ...cache, GO111MODULE: "off", GOFLAGS: "" };
  execFileSync(go, ["build", "-o", path, whoAmI("go")], { env, cwd: directory });
  return path;
}

/** Every place of a program on PATH. */
function onPath(name: string): string[] {
  const directories = new Set((process.env.PATH ?? "").split(delimiter));
  return [...directories].map((directory) => join(directory, name)).filter((path) => existsSync(path));
}

/** What a program printed; undefined when it failed. */
function outputOf(path: string, args: readonly string[]): string | undefined {
  const { status, stdout, stderr } = spawnSync(path, args, { encoding: "utf8" });
  return status === 0 ? stdout + stderr : undefined;
}
