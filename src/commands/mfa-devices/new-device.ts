/** A virtual device that is created and not enabled yet: it is deleted again unless it gets there. */

import { shortName } from "../../arn.ts";
import type { Caller, MfaDevice } from "../../aws/iam.ts";
import { shellWord } from "../../context.ts";
import { terminalOptions } from "../../environment.ts";
import { AskonceError } from "../../errors.ts";
import { askYesNo } from "../../mfa/line-question.ts";
import { withProgress } from "../progress.ts";
import type { Owner } from "./owner.ts";

/** Of what CreateVirtualMFADevice takes (IAM API Reference). */
const NAME = /^[\w+=,.@-]{1,226}$/;

export interface NewDevice {
  readonly serial: string;
  /** Base32: what the app makes codes from. It is nowhere but here. */
  readonly seed: string;
  /** Deletes it, once; returns how to do it by hand where that fails. */
  remove(): Promise<string | undefined>;
}

/** The name that was given, else the user's, with a number where one has that. Throws `usage` for none that AWS takes. */
export function nameFor(owner: Owner, devices: readonly MfaDevice[], given: string | undefined): string {
  const taken = new Set(devices.map(({ serial }) => shortName(serial)));
  if (given === undefined) {
    for (let number = 1; ; number++) {
      const name = number === 1 ? owner.userName : `${owner.userName}-${number}`;
      if (!taken.has(name)) return name;
    }
  }
  if (!NAME.test(given))
    throw new AskonceError("usage", "a device's name has letters, digits and +=,.@_- only", "give another --device");
  if (taken.has(given))
    throw new AskonceError("usage", `${owner.userName} has a device ${given} already`, "give another --device");
  return given;
}

/**
 * Creates it. One of the same name that nobody has is what an enrolment left that did not end: its seed is gone with it, so
 * it is deleted and made anew, once a person says so. Throws `configuration` where the name is somebody's, or was left.
 */
export async function createDevice(owner: Owner, caller: Caller, name: string, mayAsk: boolean): Promise<NewDevice> {
  const { createVirtualDevice, deleteVirtualDevice } = await import("../../aws/iam.ts");
  const create = () => withProgress(`creating ${name}`, owner.ports, () => createVirtualDevice(caller, name));
  let made = await create();
  if (made === "taken") {
    await removeLeftOver(owner, caller, name, mayAsk);
    made = await create();
  }
  if (made === "taken") throw taken(name);
  const { serial, seed } = made;
  let removing: Promise<string | undefined> | undefined;
  const remove = async (): Promise<string | undefined> => {
    try {
      await withProgress(`removing ${name} again`, owner.ports, () => deleteVirtualDevice(caller, serial));
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

async function removeLeftOver(owner: Owner, caller: Caller, name: string, mayAsk: boolean): Promise<void> {
  const { awsErrorName, deleteVirtualDevice, isDenied, isUnassigned } = await import("../../aws/iam.ts");
  const serial = `arn:${owner.partition}:iam::${owner.accountId}:mfa/${name}`;
  const isLeft = await withProgress("asking IAM whose it is", owner.ports, () => isUnassigned(caller, serial)).catch(
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
    );
  const isWanted = await askYesNo({
    lines: [`askonce · ${name} was created before and never enabled: its secret is gone.`],
    message: "Delete it and make it anew?",
    what: "mfa enroll",
    ...terminalOptions(owner.context.env),
  });
  if (!isWanted) throw new AskonceError("no-code", `${name} stays as it is`, "give the new one another name: --device");
  try {
    await withProgress(`deleting ${name}`, owner.ports, () => deleteVirtualDevice(caller, serial));
  } catch (error) {
    if (!isDenied(error)) throw error;
    throw new AskonceError(
      "configuration",
      `AWS denies iam:DeleteVirtualMFADevice (${awsErrorName(error)}): ${name} stays, unused`,
      `have somebody run: ${byHand(serial)}`,
      { cause: error },
    );
  }
}

function taken(name: string): AskonceError {
  return new AskonceError(
    "configuration",
    `somebody else in the account has a device named ${name}`,
    "give another name: --device",
  );
}

function byHand(serial: string): string {
  return `aws iam delete-virtual-mfa-device --serial-number ${shellWord(serial)}`;
}
