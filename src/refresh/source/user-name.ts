/** The name of the IAM user behind the keys. */

import type { SigningKeys } from "../../aws/connection.ts";
import { shortName } from "../../aws-names/arn.ts";
import { AskonceError } from "../../runtime/errors.ts";
import { userIdOf } from "../../session/mfa-identity.ts";
import { openCredentials, type StoredSession } from "../../session/stored-session.ts";
import { connectionFor } from "../connection.ts";
import type { MfaWork } from "./mfa-work.ts";

/**
 * Asks AWS once and remembers the answer.
 *
 * @param session signs the question in place of the long-term keys, if it is the MFA session
 */
export async function userNameOf(work: MfaWork, session?: StoredSession): Promise<string> {
  const { request, identity, keys, store, context } = work;
  const id = userIdOf(request, identity.accessKeyId);
  const known = store.users.read(id).userName;
  if (known !== undefined) return known;
  const { getCallerIdentity } = await import("../../aws/sts.ts");
  const ask = (signer: SigningKeys) =>
    getCallerIdentity(connectionFor(work, identity.region), signer, { keysOf: request.source.profile });
  const isMfaSession = session?.id === identity.mfaSessionId;
  const bySession = isMfaSession ? await ask(await openCredentials(session)).catch(unlessDead) : undefined;
  const { arn } = bySession ?? (await ask(await keys.get(context)));
  const name = shortName(arn);
  store.users.keep(id, { userName: name });
  return name;
}

/** AssumeRole will find out by itself that the session is dead, and then it is made again. */
function unlessDead(error: unknown): undefined {
  if (!(error instanceof AskonceError && error.code === "refused")) throw error;
}
