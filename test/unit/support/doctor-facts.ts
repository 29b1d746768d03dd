/** What doctor's checks judge, of a machine where all is well; a test changes what it is about. */

import type { ProfileKeys } from "../../../src/aws-files/read.ts";
import type { AwsFacts, CallingProfile, Facts, FileFacts, ProfileFacts } from "../../../src/doctor/facts.ts";
import type { Finding, State } from "../../../src/doctor/finding.ts";
import { resolveRequest } from "../../../src/profile/request.ts";
import { walk } from "../../../src/profile/walk.ts";
import { AskonceError } from "../../../src/runtime/errors.ts";
import { DEVICE, KEYS, sharedFiles } from "./profiles.ts";

export const NOW_MS = Date.UTC(2026, 5, 15);
export const LAUNCHER = "/opt/askonce/askonce-get";

export type Profiles = Record<string, Record<string, string>>;

/** As the README has it. */
export const CONFIG: Profiles = {
  "work-keys": {},
  work: { region: "eu-west-1", credential_process: `${LAUNCHER} work-keys` },
};
export const CREDENTIALS: Profiles = { "work-keys": KEYS };

export function fileFacts(
  file: "config" | "credentials",
  profiles: Profiles,
  changes: Partial<FileFacts> = {},
): FileFacts {
  return {
    path: `/home/jane/.aws/${file}`,
    setBy: undefined,
    isThere: true,
    mode: 0o600,
    owner: 1000,
    directory: { path: "/home/jane/.aws", mode: 0o755, owner: 1000 },
    link: undefined,
    hasMark: false,
    strays: [],
    profiles: new Map<string, ProfileKeys>(Object.entries(profiles)),
    ...changes,
  };
}

export function factsOf(changes: Partial<Facts> = {}, config = CONFIG, credentials = CREDENTIALS): Facts {
  const names = new Set([...Object.keys(config), ...Object.keys(credentials)]);
  const merged = [...names].map(
    (name) => [name, { ...config[name], ...credentials[name] }] as [string, Record<string, string>],
  );
  return {
    platform: "linux",
    nowMs: NOW_MS,
    uid: 1000,
    home: "/home/jane",
    env: { AWS_SDK_LOAD_CONFIG: "1" },
    verbs: new Set(["doctor"]),
    files: {
      config: fileFacts("config", config),
      credentials: fileFacts("credentials", credentials),
      shared: sharedFiles(merged),
      complaint: undefined,
    },
    program: {
      version: "1.2.3",
      node: "/usr/bin/node",
      nodeVersion: "24.1.0",
      script: "/opt/askonce/askonce.cjs",
      launcher: LAUNCHER,
      isNodeOnBarePath: true,
      extraCertificates: undefined,
      log: undefined,
      remembered: undefined,
    },
    cache: {
      root: "/home/jane/.cache/askonce",
      isThere: true,
      mode: 0o700,
      why: undefined,
      closed: undefined,
      foreign: undefined,
      complaint: undefined,
      network: undefined,
      freeBytes: 2 ** 30,
      sessions: 2,
      locks: [],
      locksDirectory: "/home/jane/.cache/askonce/locks",
      tellsTime: true,
    },
    asked: "work-keys",
    subjects: [],
    ...changes,
  };
}

/** A calling profile whose line is sound. */
export function callerOf(changes: Partial<CallingProfile> = {}): CallingProfile {
  const command = changes.command ?? `${LAUNCHER} work-keys`;
  const words = command.split(" ");
  return {
    profile: "work",
    command,
    name: "work-keys",
    complaint: undefined,
    words,
    needsShell: false,
    path: words[0],
    isExecutable: true,
    isLauncher: /askonce-get$/.test(words[0] ?? ""),
    needsNodeOnPath: false,
    isOnBarePath: true,
    ...changes,
  };
}

/** What is known of a profile among these facts' files. */
export function subjectOf(facts: Facts, changes: Partial<ProfileFacts> = {}, name = "work-keys"): ProfileFacts {
  const files = facts.files.shared;
  const known: { -readonly [K in "levels" | "request" | "complaint"]: ProfileFacts[K] } = {
    levels: [],
    request: undefined,
    complaint: undefined,
  };
  try {
    if (files === undefined) throw new AskonceError("configuration", "unread");
    known.levels = walk(name, {}, files).levels;
    known.request = resolveRequest(name, {}, files, facts.env);
  } catch (error) {
    known.complaint = error as AskonceError;
  }
  const prompt = { terminal: "ours", terminalName: "pts/3", driver: undefined, program: undefined } as const;
  return { name, ...known, missing: undefined, callers: [callerOf()], prompt, aws: undefined, ...changes };
}

/** What AWS says of jane, whose policy asks for MFA. */
export function awsFacts(changes: Partial<AwsFacts> = {}): AwsFacts {
  return {
    host: "sts.eu-west-1",
    region: "eu-west-1",
    because: "by region of profile work",
    proxy: undefined,
    answeredInMs: 240,
    clockOffsetMs: 0,
    keysFailed: undefined,
    accessKeyId: KEYS.aws_access_key_id,
    identity: { kind: "identity", account: "123456789012", arn: "arn:aws:iam::123456789012:user/jane" },
    devices: { kind: "allowed", value: [{ serial: DEVICE, userName: "jane", enabledAtMs: undefined }] },
    users: { kind: "denied", how: "explicitly" },
    accessKeys: { kind: "denied", how: "explicitly" },
    accessKeysBySession: undefined,
    ...changes,
  };
}

/** `ok text` or `fail text -> cure`, one a finding: what a person sees of them. */
export function said(findings: readonly Pick<Finding, "state" | "text" | "cure">[]): string[] {
  return findings.map(({ state, text, cure }) => `${state} ${text}${cure === undefined ? "" : ` -> ${cure}`}`);
}

export function states(findings: readonly { readonly state: State }[]): State[] {
  return findings.map(({ state }) => state);
}
