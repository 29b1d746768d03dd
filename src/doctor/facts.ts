/** What the checks judge: all that was looked at, as plain values. It holds secrets; what the checks say of it must not. */

import type { AccessKey, IamAnswer, MfaDevice } from "../aws/iam.ts";
import type { ProfileKeys, SharedFiles } from "../aws-files/read.ts";
import type { DriverName } from "../profile/prompt-choice.ts";
import type { SessionRequest } from "../profile/request.ts";
import type { Level } from "../profile/settings.ts";
import type { Environment } from "../runtime/environment.ts";
import type { AskonceError } from "../runtime/errors.ts";
import type { Ownership } from "../terminal/ownership.ts";

export interface Facts {
  readonly platform: NodeJS.Platform;
  readonly nowMs: number;
  /** undefined where files have no owner (Windows). */
  readonly uid: number | undefined;
  readonly home: string;
  readonly env: Environment;
  /** The verbs that this build has, for the cures. */
  readonly verbs: ReadonlySet<string>;
  readonly files: FilesFacts;
  readonly program: ProgramFacts;
  readonly cache: CacheFacts;
  /** NAME as it was given. */
  readonly asked: string | undefined;
  readonly subjects: readonly ProfileFacts[];
}

/** The AWS files. */
export interface FilesFacts {
  readonly config: FileFacts;
  readonly credentials: FileFacts;
  /** undefined where one of them cannot be read, for the reason beside it. */
  readonly shared: SharedFiles | undefined;
  readonly complaint: AskonceError | undefined;
}

export interface FileFacts {
  readonly path: string;
  /** The variable that names it; undefined for its usual place. */
  readonly setBy: string | undefined;
  readonly isThere: boolean;
  /** Permission bits; undefined where there are none. */
  readonly mode: number | undefined;
  readonly owner: number | undefined;
  /** The one that the file is in, by the name that it has; undefined where it is not there. */
  readonly directory: { readonly path: string; readonly mode: number; readonly owner: number } | undefined;
  /** Where a link leads, be it nowhere. */
  readonly link: string | undefined;
  /** It begins with a byte order mark. */
  readonly hasMark: boolean;
  /** Sections that are read by nobody, since their header is of the other file. */
  readonly strays: readonly Stray[];
  /** What this file alone says, by profile. */
  readonly profiles: ReadonlyMap<string, ProfileKeys>;
}

export interface Stray {
  readonly header: string;
  readonly meant: string;
  /** Programs are meant to use it. */
  readonly isCall: boolean;
}

export interface ProgramFacts {
  readonly version: string;
  readonly node: string;
  /** Such as `20.11.0`. */
  readonly nodeVersion: string;
  readonly script: string;
  /** The launcher beside it, or undefined. */
  readonly launcher: string | undefined;
  /** Whether a program that was started from the desktop finds a node on its PATH. */
  readonly isNodeOnBarePath: boolean;
  /** What NODE_EXTRA_CA_CERTS names, where it is set. */
  readonly extraCertificates: { readonly path: string; readonly isThere: boolean } | undefined;
  /** What ASKONCE_LOG names, where it is set, and why nothing can be written there. */
  readonly log: { readonly path: string; readonly why: string | undefined } | undefined;
  /** The Node that the launcher remembers, and whether it is still there. */
  readonly remembered: { readonly node: string; readonly isThere: boolean } | undefined;
}

export interface CacheFacts {
  readonly root: string;
  readonly isThere: boolean;
  /** Permission bits as they were found: looking mends them. */
  readonly mode: number | undefined;
  /** Why nothing can be kept. */
  readonly why: string | undefined;
  /** The place in it, or above it, where nothing can be made or changed. */
  readonly closed: string | undefined;
  /** A file in it that belongs to another user: what needs its session is refused. */
  readonly foreign: string | undefined;
  readonly complaint: AskonceError | undefined;
  /** A network file system's name; undefined for a local one. */
  readonly network: string | undefined;
  readonly freeBytes: number | undefined;
  readonly sessions: number;
  readonly locks: readonly LockFacts[];
  readonly locksDirectory: string | undefined;
  /** False where a shell cannot tell the time from a file there; undefined where nothing was ready yet. */
  readonly tellsTime: boolean | undefined;
}

export interface LockFacts {
  readonly verdict: "held" | "stale" | "dead";
  readonly pid: number | undefined;
  readonly ageMs: number;
  /** What its holder waits for: a place to ask at, or a program. */
  readonly name: string;
}

/** A profile that was asked about, and what leads to it. */
export interface ProfileFacts {
  readonly name: string;
  /** From NAME down to the keys; empty where the way is broken. */
  readonly levels: readonly Level[];
  readonly request: SessionRequest | undefined;
  readonly complaint: AskonceError | undefined;
  /** The profile of that name is not there; the one that is nearest. */
  readonly missing: { readonly near: string | undefined } | undefined;
  readonly callers: readonly CallingProfile[];
  readonly prompt: PromptFacts | undefined;
  /** undefined where AWS was not asked. */
  readonly aws: AwsFacts | undefined;
}

/** A profile whose credential_process is askonce. */
export interface CallingProfile {
  readonly profile: string;
  readonly command: string;
  /** What it asks for; undefined for a command line that askonce refuses. */
  readonly name: string | undefined;
  readonly complaint: AskonceError | undefined;
  readonly words: readonly string[];
  readonly needsShell: boolean;
  /** The program that is run: its path, where it was found. */
  readonly path: string | undefined;
  readonly isExecutable: boolean;
  readonly isLauncher: boolean;
  /** It begins with `#!/usr/bin/env node`. */
  readonly needsNodeOnPath: boolean;
  /** Found on the PATH of programs that are started from the desktop too. */
  readonly isOnBarePath: boolean;
}

export interface PromptFacts {
  readonly terminal: Ownership;
  readonly terminalName: string | undefined;
  /** What asks away from the terminal. */
  readonly driver: DriverName | undefined;
  /** Of mfa_process: what is run, where no shell has to tell, and whether it is there. */
  readonly program: { readonly name: string; readonly isThere: boolean } | undefined;
}

/** What AWS answered, or why there is no answer. */
export type AwsAnswer<T extends { readonly kind: string }> = T | Failed;

export interface Failed {
  readonly kind: "failed";
  readonly error: AskonceError;
}

/** Whose keys they are. */
export interface AwsIdentity {
  readonly kind: "identity";
  readonly account: string;
  readonly arn: string;
}

export interface AwsFacts {
  /** The host, as the user knows it. */
  readonly host: string;
  readonly region: string;
  /** Which setting chose the place. */
  readonly because: string;
  /** `proxy.example.com:3128 of HTTPS_PROXY`. */
  readonly proxy: string | undefined;
  readonly answeredInMs: number;
  /** Server clock minus local clock. */
  readonly clockOffsetMs: number | undefined;
  readonly accessKeyId: string | undefined;
  /** Why there are no keys to ask with: the program that has them failed. Nothing else was asked then. */
  readonly keysFailed: AskonceError | undefined;
  readonly identity: AwsAnswer<AwsIdentity>;
  readonly devices: AwsAnswer<IamAnswer<readonly MfaDevice[]>> | undefined;
  /** With the keys alone. */
  readonly users: AwsAnswer<IamAnswer<true>> | undefined;
  readonly accessKeys: AwsAnswer<IamAnswer<readonly AccessKey[]>> | undefined;
  /** The same with a session that was at hand. */
  readonly accessKeysBySession: AwsAnswer<IamAnswer<readonly AccessKey[]>> | undefined;
}
