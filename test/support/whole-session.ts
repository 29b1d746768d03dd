/** Sessions that say by themselves whether they are of one piece. */

import type { Credentials, SessionRecord } from "../../src/session/stored-session.ts";

/** The same session with other credentials: each part says which, and no two follow each other that have the same length. */
export function variant(record: SessionRecord, number: number): SessionRecord & Credentials {
  const mark = String(number).padStart(8, "0");
  const length = 500 + ((number * 7919) % 3000);
  return {
    ...record,
    accessKeyId: `ASIA${mark}`,
    secretAccessKey: `secret-${mark}`,
    sessionToken: mark.padEnd(length, "x") + mark,
  };
}

/** False for one that is made of two. */
export function isOfOnePiece({ accessKeyId, secretAccessKey, sessionToken }: Credentials): boolean {
  const mark = accessKeyId.slice("ASIA".length);
  return secretAccessKey === `secret-${mark}` && sessionToken.startsWith(mark) && sessionToken.endsWith(`x${mark}`);
}
