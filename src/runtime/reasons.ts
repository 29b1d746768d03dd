/**
 * Why something failed, as a word that stays: code compares reasons, and the texts are free to change. A wrong command line
 * and a bug have no reason, since their error code says it.
 */
export const REASONS = [
  // The shared files, and the profiles in them.
  ...["unreadable-file", "unwritable-file", "invalid-file", "foreign-file", "changed-file", "nothing-to-undo"],
  ...["unsafe-edit", "no-such-profile", "profile-loop", "unsafe-profile-name", "invalid-setting", "unknown-prompt"],
  ...["remaining-too-long", "no-launcher"],
  // Long-term keys.
  ...["no-keys", "incomplete-keys", "temporary-keys", "changing-keys", "not-an-iam-user", "key-program-failed"],
  // MFA devices.
  ...["no-device", "several-devices", "device-not-listed", "device-exists", "too-many-devices", "security-key"],
  // The code, and asking for it.
  ...["no-prompt", "prompt-cancelled", "prompt-timed-out", "declined", "code-program-failed", "invalid-code"],
  ...["code-spent", "code-rejected", "wrong-device"],
  // What AWS answered.
  ...["keys-rejected", "session-rejected", "clock-skew", "role-denied", "role-too-long", "aws-denied", "aws-refused"],
  ...["throttled", "aws-unavailable", "not-aws"],
  // The way to AWS.
  ...["unreachable-host", "untrusted-certificate", "no-endpoint", "invalid-ca-bundle", "invalid-proxy"],
  ...["proxy-login", "proxy-refused"],
  // Other processes, the cache, and time.
  ...["lock-held", "renewal-loop", "cache-refused", "not-removed", "deadline-passed", "output-unread"],
] as const;

export type Reason = (typeof REASONS)[number];

/** True for a reason of the list; narrows what was read from a file. */
export function isReason(value: unknown): value is Reason {
  return (REASONS as readonly unknown[]).includes(value);
}
