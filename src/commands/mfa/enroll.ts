/** A new authenticator app: created, scanned, enabled by two codes. Until then it is taken back however this ends. */

import type { CodePair, IamCaller, MfaDevice } from "../../aws/iam.ts";
import { isDenied } from "../../aws/iam-denial.ts";
import { shortName } from "../../aws-names/arn.ts";
import { terminalOptions } from "../../runtime/environment.ts";
import { AskonceError, oneLine } from "../../runtime/errors.ts";
import { sayOnTerminal } from "../../terminal/ask.ts";
import type { Title } from "../../terminal/frame.ts";
import { withProgress } from "../../terminal/progress.ts";
import { shellWord } from "../../text/shell-words.ts";
import { wrap } from "../../text/terminal-text.ts";
import { askPair, needTerminal, readPair } from "./code-pair.ts";
import { kindOf } from "./list.ts";
import { createDevice, type NewDevice, namesFor } from "./new-device.ts";
import { devicesOf, iamCallerOf, type Owner, sessionOf } from "./owner.ts";
import { nameDevice } from "./profile-serial.ts";
import { otpauthUri, type QrCode, qrCode, shortOtpauthUri } from "./qr.ts";

export interface EnrolOptions {
  readonly device?: string;
  readonly fromStdin: boolean;
  readonly showSecret: boolean;
}

type Print = (lines: readonly string[]) => Promise<void>;

/** What AWS lets a user have (IAM quotas). */
const MOST_DEVICES = 8;
const SECRET_WORD = "s";

/** Throws `configuration` as AWS denies it, `no-code` when it is cancelled, `locked` while another one is under way. */
export async function enroll(owner: Owner, options: EnrolOptions, print: Print): Promise<void> {
  if (!options.fromStdin) needTerminal("mfa enroll");
  const lock = await owner.store.locks.tryLock(`${owner.id}.enroll`);
  if (lock === undefined)
    throw new AskonceError(
      "locked",
      `${owner.userName} is being enrolled elsewhere now`,
      "end that one first",
      "lock-held",
    );
  try {
    await enrolUnderLock(owner, options, print);
  } finally {
    await lock.release();
  }
}

async function enrolUnderLock(owner: Owner, options: EnrolOptions, print: Print): Promise<void> {
  const devices = await devicesOf(owner);
  if (devices.length >= MOST_DEVICES)
    throw new AskonceError(
      "configuration",
      `${owner.userName} has ${devices.length} MFA devices, and AWS allows no more`,
      "remove one in the IAM console first",
      "too-many-devices",
    );
  const names = namesFor(owner, devices, options.device);
  const makesCodes = devices.some(({ serial }) => kindOf(serial) !== "security-key");
  // AWS's own policy for users lets them enrol a first device without MFA, and a second one only with it.
  const session = makesCodes ? await sessionOf(owner, devices) : undefined;
  const caller = session?.caller ?? iamCallerOf(owner);
  const refuse = besideSecurityKey(owner, devices.length > 0 && !makesCodes);
  const device = await createDevice(owner, caller, names, !options.fromStdin).catch(refuse);
  const name = shortName(device.serial);
  try {
    if (options.fromStdin) await print(secretLines(name, owner, device));
    await enable(owner, caller, device, options).catch(refuse);
  } catch (error) {
    const left = await device.remove();
    if (left === undefined || !(error instanceof AskonceError)) throw error;
    throw new AskonceError(error.code, error.message, left, error.reason, { cause: error });
  }
  await print([`✓ ${name} is enrolled for ${owner.userName} in account ${owner.accountId}`]);
  await remember(owner, device.serial, devices, session?.device, print);
  if (devices.length === 0)
    await print([
      `  a lost phone locks you out: askonce mfa enroll ${shellWord(owner.request.name)} --device ${name}-spare`,
    ]);
}

/** Whoever has a device adds another one with it, and STS takes nothing of a security key. */
function besideSecurityKey({ userName }: Owner, hasOnlyThat: boolean): (error: unknown) => Promise<never> {
  return async (error) => {
    if (!hasOnlyThat || !isDenied(error)) throw error;
    throw new AskonceError(
      "configuration",
      `AWS denies it: ${userName} has a security key, and without that adds no device`,
      "add an authenticator app in the IAM console, where the key signs in",
      "security-key",
      { cause: error },
    );
  };
}

/** Asks for codes until AWS takes two. */
async function enable(owner: Owner, caller: IamCaller, device: NewDevice, options: EnrolOptions): Promise<void> {
  const { userName, accountId, store, streams, context } = owner;
  const { enableDevice } = await import("../../aws/iam.ts");
  const name = shortName(device.serial);
  const { colours } = terminalOptions(context.env);
  const qr = await qrCode([otpauthUri(name, accountId, device.seed), shortOtpauthUri(name, device.seed)], colours);
  let asText = options.showSecret;
  let complaint: string | undefined;
  for (;;) {
    const codes = options.fromStdin
      ? await readPair(owner)
      : await askPair(owner, {
          device: name,
          lines: scanLines(qr, device.seed, `AWS: ${name}@${accountId}`, asText, complaint),
          words: [SECRET_WORD],
          hint: asText ? "s: QR code" : "s: secret as text",
          beforeInterrupt: async () => {
            const left = await device.remove();
            const line = left === undefined ? "✗ nothing was enrolled, and nothing is left at AWS" : `✗ ${left}`;
            await sayOnTerminal(oneLine(line), terminalOptions(context.env));
          },
        });
    if ("word" in codes) {
      asText = !asText;
      continue;
    }
    const pair = { userName, serial: device.serial, codes };
    const outcome = await withProgress("enabling it", streams, () => enableSurely(owner, caller, pair, enableDevice));
    if (outcome === "accepted") {
      // They are spent: a sign-in has to wait for the next.
      for (const code of codes) store.codes.noteSent(device.serial, code);
      return;
    }
    if (options.fromStdin)
      throw new AskonceError(
        "no-code",
        `AWS did not accept these two codes of ${name}`,
        "give one, and then the next",
        "code-rejected",
      );
    complaint = "✗ AWS did not accept them: one code, then the very next. Is the clock right?";
  }
}

/** Where AWS's answer is lost, the list tells whether it has done it. */
async function enableSurely(
  owner: Owner,
  caller: IamCaller,
  pair: CodePair,
  enableDevice: (caller: IamCaller, pair: CodePair) => Promise<"accepted" | "rejected">,
): Promise<"accepted" | "rejected"> {
  try {
    return await enableDevice(caller, pair);
  } catch (error) {
    if (!(error instanceof AskonceError) || error.code !== "unreachable") throw error;
    const devices = await devicesOf(owner).catch((): MfaDevice[] => []);
    if (devices.some(({ serial }) => serial === pair.serial)) return "accepted";
    throw error;
  }
}

/** What stands above the first question: a complaint or a title, and the picture, or the secret. */
function scanLines(qr: QrCode, seed: string, shown: string, asText: boolean, complaint: string | undefined): Title {
  const title = complaint ?? `Scan with an authenticator app: ${shown}`;
  if (asText)
    return [
      complaint ?? `Add ${shown} to an authenticator app by this secret:`,
      `  ${inGroups(seed)}`,
      "  (time-based, 6 digits)",
    ];
  return (columns, rows) => {
    const beside = qr(columns, rows - wrap(title, columns - 1).length);
    if (beside !== undefined) return [title, ...beside];
    // The picture alone says enough; a complaint has to be read.
    const full = complaint === undefined ? qr(columns, rows) : undefined;
    return full ?? [title, "This window is too small for the QR code: make it larger, or type s for the secret."];
  };
}

function secretLines(name: string, { accountId }: Owner, { serial, seed }: NewDevice): string[] {
  return [`device ${serial}`, `secret ${seed}`, `uri ${otpauthUri(name, accountId, seed)}`];
}

function inGroups(seed: string): string {
  return (seed.match(/.{1,4}/g) ?? []).join(" ");
}

/** Has the next sign-in ask for a device that is there, by name: the one it asked for before, or else the new one. */
async function remember(
  owner: Owner,
  made: string,
  before: readonly MfaDevice[],
  signedInWith: string | undefined,
  print: Print,
): Promise<void> {
  const { request, files, keys, store, id, userName } = owner;
  const named = files.profiles.get(keys.profile)?.mfa_serial?.trim() || undefined;
  const makers = before.map(({ serial }) => serial).filter((serial) => kindOf(serial) !== "security-key");
  const used = signedInWith ?? made;
  store.users.keep(id, { serial: used, userName, choices: undefined });
  const isNamedGone = named !== undefined && !makers.includes(named);
  const { serial: serialOfProfile } = request.source.mfa;
  const isUnnamed = serialOfProfile === undefined && named === undefined;
  if (!isNamedGone && !isUnnamed) {
    if (serialOfProfile !== undefined && !makers.includes(serialOfProfile))
      await print([`! ${request.name} takes mfa_serial from another profile: ${serialOfProfile} is gone`]);
    return;
  }
  const serial = isNamedGone ? made : used;
  const written = await nameDevice(owner, serial).catch((error) => {
    // The device is enabled all the same.
    if (error instanceof AskonceError) return error;
    throw error;
  });
  if (written instanceof AskonceError) {
    const { message, hint } = written;
    return print([`! mfa_serial = ${serial} is not written: ${message}${hint === undefined ? "" : `; ${hint}`}`]);
  }
  const { path, backup } = written;
  await print([
    `✓ mfa_serial = ${serial}`,
    `  written to ${path}`,
    ...(backup === undefined ? [] : [`  backup ${backup}`]),
  ]);
}
