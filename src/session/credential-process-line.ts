import type { Session } from "./session.ts";
import type { Credentials } from "./stored-session.ts";

/**
 * The credential_process answer: one compact line with its line end, to be written in a single write.
 *
 * Expiration has whole seconds and a `Z`, the one form every SDK reads: Swift takes a fraction for no expiry, Java 1 wants
 * the `Z`, Go and botocore refuse a time without a zone.
 */
export function credentialProcessLine({ expiresAtMs, accountId }: Session, credentials: Credentials): string {
  const answer = {
    Version: 1,
    AccessKeyId: credentials.accessKeyId,
    SecretAccessKey: credentials.secretAccessKey,
    SessionToken: credentials.sessionToken,
    Expiration: `${new Date(expiresAtMs).toISOString().slice(0, -".000Z".length)}Z`,
    ...(accountId === undefined ? {} : { AccountId: accountId }),
  };
  return `${JSON.stringify(answer)}\n`;
}
