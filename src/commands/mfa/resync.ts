/** Has AWS go by a device's clock. */

import { shortName } from "../../aws-names/arn.ts";
import { terminalOptions } from "../../runtime/environment.ts";
import { AskonceError } from "../../runtime/errors.ts";
import { askChoice } from "../../terminal/line-question.ts";
import { withProgress } from "../../terminal/progress.ts";
import { askPair, needTerminal, readPair } from "./code-pair.ts";
import { kindOf, usedSerial } from "./list.ts";
import { devicesOf, type Owner, withEitherKeys } from "./owner.ts";

/** What to say when it is done. Throws `configuration` for no such device, `no-code` when codes are refused or not given. */
export async function resync(
  owner: Owner,
  { device, fromStdin }: { readonly device?: string; readonly fromStdin: boolean },
): Promise<string[]> {
  if (!fromStdin) needTerminal("mfa resync");
  const serial = await chosenSerial(owner, device, fromStdin);
  const name = shortName(serial);
  const { resyncDevice } = await import("../../aws/iam.ts");
  let complaint: string | undefined;
  for (;;) {
    const lines = [
      `askonce · resync ${name} of user ${owner.userName}`,
      complaint ?? "Two codes, one right after the other: AWS takes its clock from them.",
    ];
    const codes = fromStdin ? await readPair(owner) : await askPair(owner, { device: name, lines });
    if ("word" in codes) continue;
    const outcome = await withProgress("asking AWS", owner.streams, () =>
      withEitherKeys(owner, (caller) => resyncDevice(caller, { userName: owner.userName, serial, codes })),
    );
    if (outcome === "accepted") {
      for (const code of codes) owner.store.codes.noteSent(serial, code);
      return [`✓ AWS goes by the clock of ${name} now`, "  its next code signs you in"];
    }
    if (fromStdin)
      throw new AskonceError(
        "no-code",
        `AWS did not accept these two codes of ${name}`,
        "give one, and then the next",
        "code-rejected",
      );
    complaint = "✗ AWS did not accept them: they have to be of this device, and the second one the next";
  }
}

async function chosenSerial(owner: Owner, device: string | undefined, fromStdin: boolean): Promise<string> {
  const devices = await devicesOf(owner);
  const makers = devices.map(({ serial }) => serial).filter((serial) => kindOf(serial) !== "security-key");
  const there = makers.length === 0 ? "there is none" : `there are ${makers.map(shortName).join(", ")}`;
  const named = makers.find((serial) => device !== undefined && [serial, shortName(serial)].includes(device));
  if (named !== undefined) return named;
  if (device !== undefined || makers.length === 0)
    throw new AskonceError(
      "configuration",
      `${owner.userName} has no device ${device ?? "that makes codes"}`,
      makers.length === 0 ? `enrol one: askonce mfa enroll ${owner.request.name}` : there,
      "no-device",
    );
  const used = usedSerial(owner, devices);
  if (used !== undefined && makers.includes(used)) return used;
  if (fromStdin)
    throw new AskonceError(
      "configuration",
      "which device is meant is not clear",
      `--device: ${there}`,
      "several-devices",
    );
  const index = await askChoice(
    { lines: [], message: "Device", what: "resync", ...terminalOptions(owner.context.env) },
    makers.map(shortName),
    undefined,
  );
  return makers[index] as string;
}
