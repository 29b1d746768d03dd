/** What follows from a code that STS did not accept. */

import type { CodeRejection } from "../../aws/failure.ts";
import { shortName } from "../../aws-names/arn.ts";
import { now } from "../../runtime/clock.ts";
import { AskonceError } from "../../runtime/errors.ts";
import { userIdOf } from "../../session/identity.ts";
import { isUsable } from "../../session/session.ts";
import { shellWord } from "../../text/shell-words.ts";
import { lookUpDevice } from "../device/look-up.ts";
import { type Refresh, StartOver } from "../work.ts";

/** The failure of a refresh with so many rejected codes. */
export function notAccepted({ identity, request }: Refresh, reason: CodeRejection, rejections: number): AskonceError {
  const name = shortName(identity.device);
  const how = rejections === 1 ? "the code" : `${rejections} codes`;
  if (reason === "not-this-users-device") {
    return new AskonceError(
      "no-code",
      `AWS did not accept ${how}: ${name} is not a device of this user`,
      `\`askonce mfa list ${shellWord(request.keys.profile)}\` shows those that are: mend mfa_serial`,
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

/** The device that was found is not the user's any more: where there is another now, the code may be of that one. */
export async function lookUpAgain(refresh: Refresh, code: string): Promise<void> {
  const { identity, request, keys, store, context, announcements } = refresh;
  const { accessKeyId, device } = identity;
  // From before the others can know of the new device.
  await announcements.announce("has-code");
  const found = await lookUpDevice({ request, accessKeyId, keys, store, context, announcements, insteadOf: device });
  const isStillListed = found.kind === "several" ? found.serials.includes(device) : found.device.serial === device;
  if (!isStillListed) throw new StartOver(notAccepted(refresh, "not-this-users-device", 1), code);
  await announcements.withdraw("has-code");
}

/**
 * Three wrong codes may be the right ones of another device: which one it is is asked again then. Not while there is a
 * session of this device: it could not be found without.
 */
export function forgetChoice({ request, identity, store }: Refresh): void {
  const id = userIdOf(request, identity.accessKeyId);
  const kept = [identity.sessionId, ...identity.roleIds].map((one) => store.sessions.read(one));
  if (kept.some((session) => session !== undefined && isUsable(session, now()))) return;
  if (request.mfaSerial === undefined && store.users.read(id).choices !== undefined) store.users.forget(id);
}
