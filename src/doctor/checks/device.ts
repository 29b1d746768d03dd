/** The MFA device: there, this user's, and one that makes codes. */

import type { MfaDevice } from "../../aws/iam.ts";
import { accountOfArn, isAwsArn, partitionOfArn, shortName } from "../../aws-names/arn.ts";
import { isSecurityKey } from "../../aws-names/mfa-serial.ts";
import { shellWord } from "../../text/shell-words.ts";
import type { AwsIdentity, Facts, ProfileFacts } from "../facts.ts";
import { fail, ok, type Verdict, warn } from "../finding.ts";
import { asList, nearestName } from "../wording.ts";
import { notReached } from "./network.ts";

export function checkDevice({ verbs }: Facts, { aws, request }: ProfileFacts): Verdict[] {
  if (aws === undefined || request === undefined || aws.identity.kind === "failed") return [];
  const { devices, identity } = aws;
  const { profile, mfa } = request.source;
  const named = mfa.serial;
  const enroll = verbs.has("mfa")
    ? `askonce mfa enroll ${shellWord(profile)}`
    : "add an authenticator app in the IAM console, under Security credentials";
  if (devices === undefined) return [];
  if (devices.kind === "failed") {
    if (notReached(devices) === undefined) return [fail(devices.error.message, devices.error.hint)];
    // Only who has to look for the device needs IAM.
    if (named !== undefined)
      return [warn(`${shortName(named)} could not be looked up: ${devices.error.message}`, devices.error.hint)];
    return [
      fail(
        `IAM has to tell the device, and ${devices.error.message}`,
        `name it: mfa_serial of profile ${profile}; ${devices.error.hint}`,
      ),
    ];
  }
  if (devices.kind === "denied") return [denied(named, identity, profile)];
  const serials = devices.value.map(({ serial }) => serial);
  const makers = serials.filter((serial) => !isSecurityKey(serial));
  if (named !== undefined) {
    const found = devices.value.find(({ serial }) => serial === named);
    if (found !== undefined) return [ok(soundDevice(found))];
    return [
      fail(
        otherAccount(named, identity.account) ??
          `mfa_serial names ${shortName(named)}, which is no device of this user`,
        notListed(named, makers, profile, identity.arn) ?? enroll,
      ),
    ];
  }
  const [first] = makers;
  if (serials.length === 0) return [fail("this user has no MFA device", enroll)];
  if (first === undefined)
    return [
      fail(
        `this user has ${serials.length === 1 ? "a security key" : "security keys"} only, and STS takes six-digit codes`,
        `${enroll}, as a second device`,
      ),
    ];
  if (makers.length > 1)
    return [
      warn(
        `${makers.length} devices (${asList(makers.map(shortName))}): whoever cannot ask does not know which`,
        `mfa_serial = ${first} in profile ${profile}, or another of them`,
      ),
    ];
  const only = devices.value.find(({ serial }) => serial === first);
  return only === undefined ? [] : [ok(soundDevice(only))];
}

function soundDevice({ serial, enabledAtMs }: MfaDevice): string {
  const since = enabledAtMs === undefined ? "" : `, enabled ${new Date(enabledAtMs).toISOString().slice(0, 10)}`;
  return `${shortName(serial)}, ${kindOf(serial)}${since}`;
}

function kindOf(serial: string): string {
  return isAwsArn(serial) ? "an authenticator app (TOTP)" : "a hardware token (TOTP)";
}

/** Which of the user's devices was meant, or what else is wrong with the name. */
function notListed(named: string, makers: readonly string[], profile: string, arn: string): string | undefined {
  if (isAwsArn(named) && partitionOfArn(named) !== partitionOfArn(arn))
    return `it is of partition ${partitionOfArn(named)}, the keys are of ${partitionOfArn(arn)}`;
  const meant = nearestName(named, makers) ?? makers[0];
  return meant && `mfa_serial = ${meant} in profile ${profile}`;
}

function otherAccount(named: string, account: string): string | undefined {
  const other = accountOfArn(named);
  if (other === undefined || other === account) return undefined;
  return `mfa_serial names a device of account ${other}, and the keys are of account ${account}`;
}

function denied(named: string | undefined, { account, arn }: AwsIdentity, profile: string): Verdict {
  if (named === undefined)
    return fail(
      "no mfa_serial is set, and this user may not list MFA devices (iam:ListMFADevices)",
      `mfa_serial = arn:${partitionOfArn(arn)}:iam::${account}:mfa/NAME in profile ${profile}`,
    );
  const text = otherAccount(named, account);
  if (text !== undefined) return fail(text, `correct it in profile ${profile}`);
  return ok(`${shortName(named)}, as mfa_serial says; this user may not list devices`);
}
