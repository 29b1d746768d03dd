/** What a check has found, and what `--fix` could do about it. */

/** `warn` leaves the exit status alone. */
export type State = "ok" | "warn" | "fail";

/** What `--fix` may do: plain values, so that it can be shown before it is done. */
export type Fix =
  /** Permission bits of a file or directory of the user's own. */
  | { readonly kind: "mode"; readonly path: string; readonly mode: number }
  /** Long-term keys that stand in the calling profile, to the profile that askonce is called for; or away, where that has them too. */
  | {
      readonly kind: "move-keys";
      readonly from: string;
      readonly to: string;
      readonly path: string;
      readonly isThere: boolean;
    }
  /** Locks of processes that are gone. */
  | { readonly kind: "locks"; readonly directory: string }
  /** Another first word for a credential_process. */
  | {
      readonly kind: "command";
      readonly profile: string;
      readonly path: string;
      /** The value as it stands, and what takes its place. */
      readonly was: string;
      readonly now: string;
    };

/** What one check says. The texts may hold names from files and servers; whoever shows them makes one printable line of each. */
export interface Verdict {
  readonly state: State;
  /** One sentence, without a full stop. */
  readonly text: string;
  /** The command or edit that mends it. */
  readonly cure?: string;
  readonly fix?: Fix;
}

/** The checks by the names that `--json` has for them, and how people read them. In the order of the screen. */
export const TITLES = {
  files: "shared files",
  profile: "profile",
  environment: "environment",
  program: "program",
  cache: "cache",
  keys: "keys",
  shadowing: "shadowing",
  command: "command line",
  settings: "settings",
  prompt: "prompt",
  network: "AWS",
  clock: "clock",
  identity: "identity",
  device: "device",
  policy: "policy",
  "key-age": "key age",
} as const;

export type CheckId = keyof typeof TITLES;

export interface Finding extends Verdict {
  readonly check: CheckId;
  /** The profile it is about; undefined for what all of them share. */
  readonly profile?: string;
}

export function ok(text: string): Verdict {
  return { state: "ok", text };
}

export function warn(text: string, cure?: string, fix?: Fix): Verdict {
  return { state: "warn", text, ...(cure === undefined ? {} : { cure }), ...(fix === undefined ? {} : { fix }) };
}

export function fail(text: string, cure?: string, fix?: Fix): Verdict {
  return { ...warn(text, cure, fix), state: "fail" };
}
