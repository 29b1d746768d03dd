import type { Session } from "./session.ts";

/**
 * The credential_process answer: one compact line with its line end, to be written in a single write.
 *
 * Expiration has whole seconds and a `Z`, the one form every SDK reads: Swift takes a fraction for no expiry, Java 1 wants
 * the `Z`, Go and botocore refuse a time without a zone.
 */
export function credentialProcessLine(session: Session): string {
  const answer = {
    Version: 1,
    AccessKeyId: session.accessKeyId,
    SecretAccessKey: session.secretAccessKey,
    SessionToken: session.sessionToken,
    Expiration: `${new Date(session.expiresAtMs).toISOString().slice(0, -".000Z".length)}Z`,
    ...(session.accountId === undefined ? {} : { AccountId: session.accountId }),
  };
  return `${JSON.stringify(answer)}\n`;
}
