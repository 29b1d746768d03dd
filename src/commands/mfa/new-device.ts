/** A virtual device that is created and not enabled yet: it is deleted again unless it gets there. */

import type { IamCaller, MfaDevice } from "../../aws/iam.ts";
import { awsErrorName, isDenied } from "../../aws/iam-denial.ts";
import { shortName } from "../../aws-names/arn.ts";
import { terminalOptions } from "../../runtime/environment.ts";
import { AskonceError, oneLine } from "../../runtime/errors.ts";
import { sayOnTerminal } from "../../terminal/ask.ts";
import { askYesNo } from "../../terminal/line-question.ts";
import { withProgress } from "../../terminal/progress.ts";
import { shellWord } from "../../text/shell-words.ts";
import type { Owner } from "./owner.ts";

/** Of what CreateVirtualMFADevice takes (IAM API Reference). */
const NAME = /^[\w+=,.@-]{1,226}$/;

/** AWS allows eight devices a user; more that were left are no accident. */
const MOST_NAMES = 20;

export interface NewDevice {
  readonly serial: string;
  /** Base32: what the app makes codes from. It is nowhere but here. */
  readonly seed: string;
  /** Deletes it, once; returns how to do it by hand where that fails. */
  remove(): Promise<string | undefined>;
}

/**
 * The name that was given, else those that may be taken, in order: the user's, then with a number, without those the user has.
 * Throws `usage` for none that AWS takes.
 */
export function namesFor(owner: Owner, devices: readonly MfaDevice[], given: string | undefined): string[] {
  const taken = new Set(devices.map(({ serial }) => shortName(serial)));
  if (given === undefined) {
    const numbered = Array.from({ length: MOST_NAMES }, (_, index) => `${owner.userName}-${index + 1}`);
    return [owner.userName, ...numbered.slice(1)].filter((name) => !taken.has(name));
  }
  if (!NAME.test(given))
    throw new AskonceError("usage", "a device's name has letters, digits and +=,.@_- only", "give another --device");
  if (taken.has(given))
    throw new AskonceError("usage", `${owner.userName} has a device ${given} already`, "give another --device");
  return [given];
}

/**
 * Creates it by the first of the names that can be had. One of the same name that nobody has is what an enrolment left that
 * did not end: its seed is gone with it, so it is deleted and made anew, once a person says so; where AWS denies that, the
 * next name is taken. Throws `configuration` where the name is somebody's, or was left and there is no other.
 */
export async function createDevice(
  owner: Owner,
  caller: IamCaller,
  names: readonly string[],
  mayAsk: boolean,
): Promise<NewDevice> {
  const { createVirtualDevice } = await import("../../aws/iam.ts");
  const create = (name: string) =>
    withProgress(`creating ${name}`, owner.streams, () => createVirtualDevice(caller, name));
  let denied: AskonceError | undefined;
  for (const name of names) {
    let made = await create(name);
    if (made.kind === "name-taken") {
      denied = await removeLeftOver(owner, caller, name, { mayAsk, denied });
      if (denied !== undefined && name !== names.at(-1)) {
        const line = `! ${name} stays unused: AWS denies deleting it. This is another one`;
        await sayOnTerminal(oneLine(line), terminalOptions(owner.context.env));
      }
      if (denied !== undefined) continue;
      made = await create(name);
    }
    if (made.kind === "name-taken") throw taken(name);
    return newDevice(owner, caller, made);
  }
  throw denied ?? taken(owner.userName);
}

async function newDevice(
  owner: Owner,
  caller: IamCaller,
  { serial, seed }: Pick<NewDevice, "serial" | "seed">,
): Promise<NewDevice> {
  const { deleteVirtualDevice } = await import("../../aws/iam.ts");
  const name = shortName(serial);
  let removing: Promise<string | undefined> | undefined;
  const remove = async (): Promise<string | undefined> => {
    try {
      await withProgress(`removing ${name} again`, owner.streams, () => deleteVirtualDevice(caller, serial));
      return undefined;
    } catch {
      return `${name} stays unused at AWS: ${byHand(serial)}`;
    }
  };
  return {
    serial,
    seed,
    remove: () => {
      removing ??= remove();
      return removing;
    },
  };
}

/** Returns why it may not be deleted; once that is known nobody is asked again. */
async function removeLeftOver(
  owner: Owner,
  caller: IamCaller,
  name: string,
  { mayAsk, denied }: { readonly mayAsk: boolean; readonly denied: AskonceError | undefined },
): Promise<AskonceError | undefined> {
  const { deleteVirtualDevice, isUnassigned } = await import("../../aws/iam.ts");
  const serial = `arn:${owner.partition}:iam::${owner.accountId}:mfa/${name}`;
  const isLeft = await withProgress("asking IAM whose it is", owner.streams, () => isUnassigned(caller, serial)).catch(
    (error) => {
      if (isDenied(error)) return undefined;
      throw error;
    },
  );
  if (isLeft === false) throw taken(name);
  if (isLeft === undefined || !mayAsk)
    throw new AskonceError(
      "configuration",
      `there is a device ${name} already${isLeft === true ? ", which nobody has" : ""}`,
      `where it is what an enrolment left, remove it: ${byHand(serial)}`,
      "device-exists",
    );
  if (denied !== undefined) return denied;
  const isWanted = await askYesNo({
    lines: [`askonce · ${name} was created before and never enabled: its secret is gone.`],
    message: "Delete it and make it anew?",
    what: "mfa enroll",
    ...terminalOptions(owner.context.env),
  });
  if (!isWanted)
    throw new AskonceError("no-code", `${name} stays as it is`, "give the new one another name: --device", "declined");
  try {
    await withProgress(`deleting ${name}`, owner.streams, () => deleteVirtualDevice(caller, serial));
  } catch (error) {
    if (!isDenied(error)) throw error;
    return new AskonceError(
      "configuration",
      `AWS denies iam:DeleteVirtualMFADevice (${awsErrorName(error)}): ${name} stays, unused`,
      `give another --device, or have somebody run: ${byHand(serial)}`,
      "device-exists",
      { cause: error },
    );
  }
  return undefined;
}

function taken(name: string): AskonceError {
  return new AskonceError(
    "configuration",
    `somebody else in the account has a device named ${name}`,
    "give another name: --device",
    "device-exists",
  );
}

function byHand(serial: string): string {
  return `aws iam delete-virtual-mfa-device --serial-number ${shellWord(serial)}`;
}
