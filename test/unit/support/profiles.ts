/** Shared files, requests and contexts as values. */
import type { Flags } from "../../../src/args.ts";
import type { SharedFiles } from "../../../src/aws-files/read.ts";
import { resolveRequest, type SessionRequest } from "../../../src/profile/request.ts";
import type { Context } from "../../../src/runtime/context.ts";
import { childEnvironment, type Environment } from "../../../src/runtime/environment.ts";

export const DEVICE = "arn:aws:iam::123456789012:mfa/jane";
export const KEYS = { aws_access_key_id: "AKIAEXAMPLE", aws_secret_access_key: "secret" };
export const ROLE = "arn:aws:iam::210987654321:role/admin";
export const OTHER_KEYS = { aws_access_key_id: "AKIAOTHER", aws_secret_access_key: "other" };
export const WORK_KEYS = { ...KEYS, mfa_serial: DEVICE };
/** A calling profile, the profile with its keys, and a role that is taken with it. */
export const HOUSE = {
  "work-keys": WORK_KEYS,
  work: { region: "eu-west-1", credential_process: "/home/jane/.local/bin/askonce get work-keys" },
  admin: { role_arn: ROLE, source_profile: "work" },
};

export function sharedFiles(profiles: Iterable<[string, Record<string, string>]>): SharedFiles {
  return {
    profiles: new Map(profiles),
    services: new Map(),
    configPath: "/home/jane/.aws/config",
    credentialsPath: "/home/jane/.aws/creds",
  };
}

/** Resolves NAME among these profiles. */
export function resolve(
  name: string,
  profiles: Record<string, Record<string, string>>,
  flags: Flags = {},
  env: Environment = {},
): SessionRequest {
  return resolveRequest(name, flags, sharedFiles(Object.entries(profiles)), env);
}

/** The request of a plain profile with keys and a device. */
export function plainRequest(changes: Partial<SessionRequest> = {}): SessionRequest {
  return { ...resolve("work", { work: { ...KEYS, mfa_serial: DEVICE } }), ...changes };
}

/** The source of a plain request with some of it changed; its keys are static. */
export function plainSource(changes: Partial<KeysSource> = {}): KeysSource {
  const { source } = plainRequest();
  if (source.kind !== "keys") throw new Error("a plain request has static keys");
  return { ...source, ...changes };
}

type KeysSource = Extract<SessionRequest["source"], { kind: "keys" }>;

export function contextOf(env: Environment = {}): Context {
  return {
    env,
    childEnvironment: childEnvironment(env),
    uid: process.geteuid?.(),
    afterwards: [],
    startedAtMs: Date.now(),
    deadline: { endsAtMs: Number.POSITIVE_INFINITY, signal: new AbortController().signal },
    endAfter: () => {},
    log: () => {},
    logTo: () => {},
    waiting: { for: "nothing", profile: "work" },
  };
}
