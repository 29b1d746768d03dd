/** What follows from a code that STS did not accept. */

import type { CodeRejection } from "../../aws/failure.ts";
import { shortName } from "../../aws-names/arn.ts";
import { now } from "../../runtime/clock.ts";
import { AskonceError } from "../../runtime/errors.ts";
import { userIdOf } from "../../session/mfa-identity.ts";
import { isUsable } from "../../session/session.ts";
import { shellWord } from "../../text/shell-words.ts";
import { lookUpDevice } from "../device/look-up.ts";
import type { MfaWork, StartOver } from "./mfa-work.ts";

/** The failure after so many rejected codes. */
export function notAccepted({ identity, request }: MfaWork, reason: CodeRejection, rejections: number): AskonceError {
  const name = shortName(identity.device);
  const how = rejections === 1 ? "the code" : `${rejections} codes`;
  if (reason === "not-this-users-device") {
    return new AskonceError(
      "no-code",
      `AWS did not accept ${how}: ${name} is not a device of this user`,
      `\`askonce mfa list ${shellWord(request.source.profile)}\` shows those that are: mend mfa_serial`,
      "wrong-device",
    );
  }
  return new AskonceError(
    "no-code",
    `AWS did not accept ${how} of ${name}`,
    "check the clock of the device, and that it is the right one, then try again",
    "code-rejected",
  );
}

/** A discovered device no longer belongs to the user. If IAM lists another one, the code may be of that. */
export async function lookUpAgain(work: MfaWork, code: string): Promise<StartOver | undefined> {
  const { identity, request, keys, store, context, announcements } = work;
  const { accessKeyId, device } = identity;
  // Announced before other processes can learn of the new device.
  await announcements.announce("has-code");
  const found = await lookUpDevice({ request, accessKeyId, keys, store, context, announcements, insteadOf: device });
  const isStillListed = found.kind === "several" ? found.serials.includes(device) : found.device.serial === device;
  if (!isStillListed)
    return { kind: "start-over", otherwise: notAccepted(work, "not-this-users-device", 1), typed: code };
  await announcements.withdraw("has-code");
  return undefined;
}

/**
 * Three wrong codes may be right for another device, so the user chooses again. The choice is kept while a session made
 * with this device is usable: without it that session could not be found.
 */
export function forgetChoice({ request, identity, store }: MfaWork): void {
  const id = userIdOf(request, identity.accessKeyId);
  const kept = [identity.sessionId, ...identity.roleIds].map((one) => store.sessions.read(one));
  if (kept.some((session) => session !== undefined && isUsable(session, now()))) return;
  if (request.source.mfa.serial === undefined && store.users.read(id).choices !== undefined) store.users.forget(id);
}
