/**
 * What `askonce status --json` prints: one line of JSON in this shape.
 *
 * Later versions may add fields; what is here keeps its name and meaning for as long as `version` is 1. Nothing in it is a
 * secret: no secret key, no session token, no code, and of a long-term access key four characters at most. Texts are as
 * they stand in files, with control and format characters escaped.
 */

/** Times are ISO 8601 in UTC with milliseconds, such as `2026-03-01T21:40:00.000Z`. */
export type Time = string;

export interface StatusReport {
  readonly version: 1;
  /** When this was true, by this machine's clock. */
  readonly at: Time;
  /** Where sessions are kept, and why nothing can be kept there; null where something can. */
  readonly cache: { readonly directory: string; readonly problem: string | null };
  /** Those that AWS still takes: MFA sessions in the order of the config, each followed by the roles taken with it. */
  readonly sessions: readonly SessionReport[];
  /** Profiles that call askonce and would ask for a code now, one entry for all that share the session. */
  readonly withoutSession: readonly MissingReport[];
  /** Codes that are asked for now, the oldest question first. */
  readonly waiting: readonly WaitingReport[];
  /** Steps of a refresh that are done now, under a lock, the oldest first. */
  readonly working: readonly WorkingReport[];
  /** What was found amiss on the way, one line each; empty as a rule. */
  readonly problems: readonly string[];
}

export interface SessionReport {
  /** Forty hexadecimal digits: the session's name as others refer to it. */
  readonly id: string;
  readonly kind: "mfa" | "role";
  /** The `id` of the session a role was taken with; null for an MFA session, and for a role that took a code of its own. */
  readonly source: string | null;
  /** The profile it was made for: the one with the long-term keys, or the role's. */
  readonly profile: string;
  /** The profiles that call askonce for it now. */
  readonly calledBy: readonly string[];
  /** false where no profile leads to it any more: the keys, the device or the profile were changed; null where that cannot be told. */
  readonly inUse: boolean | null;
  /** Twelve digits. */
  readonly account: string | null;
  /** ARN or serial number of the MFA device. */
  readonly device: string | null;
  /** ARN of the role. */
  readonly role: string | null;
  /** The last four characters of the long-term access key's id, where the shared files have it. */
  readonly keyEnd: string | null;
  readonly issuedAt: Time;
  /** As AWS has it, by AWS's clock. */
  readonly expiresAt: Time;
  /** When that is by this machine's clock. */
  readonly expiresAtHere: Time;
  /** Whole seconds until it expires, by AWS's clock; 0 or more. */
  readonly secondsLeft: number;
  /** Seconds from its making to its end. */
  readonly lifetimeSeconds: number;
  /** `fresh`: served as it is. `due`: served, and the next call renews it. `ending`: a minute or less is left, too little to be served. */
  readonly state: "fresh" | "due" | "ending";
  /** true for a role whose session lives: it is taken again without a code. */
  readonly renewsWithoutCode: boolean;
}

export interface MissingReport {
  /** The profiles that call askonce for it. */
  readonly calledBy: readonly string[];
  /** The profile with the long-term keys; null where the way there is broken. */
  readonly profile: string | null;
  readonly role: string | null;
  readonly device: string | null;
  readonly keyEnd: string | null;
  /** What is wrong with the profile; null where signing in is all that is missing. */
  readonly problem: string | null;
  /** What to type to sign in. */
  readonly login: string;
}

export interface WaitingReport {
  /** The process that asks. */
  readonly pid: number;
  /** The program it asks for, `terraform apply`; null where a person typed askonce. */
  readonly program: string | null;
  readonly profile: string;
  /** The `id` of the session that is asked for. */
  readonly session: string;
  /** How people call where it is asked: `pts/3`, `a window`, `a notification`, `mfa_process`, `login`. */
  readonly where: string;
  readonly since: Time;
  readonly seconds: number;
  /** What to type to answer from elsewhere; null where a program or a person is at it already. */
  readonly login: string | null;
}

export interface WorkingReport {
  readonly pid: number;
  /** `sending`: AWS is asked for a session. `device`: it is asked for MFA devices. `choice`: a person is asked which device. `keys`: a program is run for the long-term keys. */
  readonly step: "sending" | "device" | "choice" | "keys";
  /** The profile it is for, where that can be told. */
  readonly profile: string | null;
  readonly since: Time;
  readonly seconds: number;
}
