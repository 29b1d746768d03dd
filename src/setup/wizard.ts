/** From the shared files to the choices of one setup: what the flags leave open is asked, in the order in which a person thinks of it. */

import { usage } from "../args.ts";
import { parseSharedFiles, type SharedFiles } from "../aws-files/read.ts";
import { partitionOfArn, shortName } from "../aws-names/arn.ts";
import { firstRegion } from "../aws-names/partition.ts";
import { resolveRequest } from "../profile/request.ts";
import { AskonceError } from "../runtime/errors.ts";
import { formatDuration } from "../text/times.ts";
import { chooseKeys, chooseKeysAgain, tailOf } from "./choose-keys.ts";
import { type Device, findSetupDevice } from "./device.ts";
import { mendedLine } from "./launcher-path.ts";
import { regionComplaint } from "./options.ts";
import { type Choices, planSetup, type RoleChoice } from "./plan.ts";
import {
  calledBy,
  callingNameFor,
  freeName,
  nameComplaint,
  type RoleProfile,
  rolesToMend,
  whyTaken,
} from "./situation.ts";
import type { Wizard } from "./wizard-tools.ts";

/** What is to be done, and the device where it was looked for. */
export interface Result {
  readonly choices: Choices;
  readonly device: Device | undefined;
}

/** Throws `usage` where a flag is missing or cannot be meant, and as the interview and findDevice do. */
export async function askForChoices(wizard: Wizard): Promise<Result> {
  const { texts, options, program } = wizard;
  const files = parseSharedFiles(texts);
  const keys = await chooseKeys(wizard, files);
  const calling = await chooseName(wizard, files, keys.profile);
  const isTaken = (name: string): boolean => files.profiles.has(name);
  const keysAs =
    keys.profile !== undefined && keys.profile !== calling
      ? keys.profile
      : keys.profile === undefined && options.keys !== undefined
        ? options.keys
        : freeName(calling, "-keys", isTaken);
  if (keysAs === calling)
    throw usage("setup", "--keys and --profile name the same profile: the keys need one of their own");
  const there = files.profiles.get(calling);
  const isSetUp = keys.profile === keysAs && there !== undefined && calledBy(there) === keysAs;
  const line = isSetUp ? mendedLine(there.credential_process ?? "", program) : undefined;
  const keepsLine = isSetUp && line === undefined;
  const roles = await chooseRoles(wizard, rolesToMend(files, [keys.profile ?? keysAs, calling]), calling);
  const region = options.region ?? (await chooseRegion(wizard, files, [keys.profile ?? keysAs, calling]));
  const choices: Choices = {
    ...{ keys: keys.profile ?? keysAs, keysAs, calling, program, keepsLine, roles },
    ...(line === undefined ? {} : { line }),
    ...(keys.fresh === undefined ? {} : { newKeys: keys.fresh }),
    ...(options.mfaSerial === undefined ? {} : { mfaSerial: options.mfaSerial }),
    ...(region === undefined ? {} : { region }),
  };
  if (keys.profile === calling)
    await wizard.say(
      "moving",
      `the keys of ${calling} go to ${keysAs}: under the same name clients would use them without MFA`,
    );
  return keepsLine ? { choices, device: undefined } : withDevice(wizard, files, choices);
}

/** The same with the device. What AWS says to the keys is known here: new ones that it refuses are asked for once more. */
async function withDevice(wizard: Wizard, files: SharedFiles, choices: Choices): Promise<Result> {
  try {
    const device = await chooseDevice(wizard, choices);
    return { choices: device?.serial === undefined ? choices : { ...choices, mfaSerial: device.serial }, device };
  } catch (error) {
    const isRefusal = error instanceof AskonceError && error.code === "refused" && choices.newKeys !== undefined;
    const again = isRefusal ? await chooseKeysAgain(wizard, files, error) : undefined;
    if (again?.fresh === undefined) throw error;
    return withDevice(wizard, files, { ...choices, newKeys: again.fresh });
  }
}

async function chooseName(
  { options, interview, say }: Wizard,
  files: SharedFiles,
  keys: string | undefined,
): Promise<string> {
  const check = (name: string): string | undefined => nameComplaint(name) ?? whyTaken(name, keys, files);
  if (options.profile !== undefined) {
    const why = check(options.profile);
    if (why !== undefined) throw usage("setup", `${why}: it is left as it is. Name another profile with --profile`);
    return options.profile;
  }
  const proposed = keys === undefined ? "work" : callingNameFor(keys);
  const why = check(proposed);
  const isTaken = (name: string): boolean => whyTaken(name, keys, files) !== undefined;
  // A second account beside the first.
  const instead = keys === undefined ? freeName(proposed, "", isTaken) : freeName(proposed, "-mfa", isTaken);
  const lines = [
    ...(why === undefined || keys === undefined ? [] : [`${why}: it is left as it is.`]),
    "Under which name will you use the MFA session?",
    ...(keys === proposed
      ? [
          `  ${keys} has the keys now: they would move to ${freeName(keys, "-keys", (name) => files.profiles.has(name))}`,
        ]
      : []),
  ];
  const asked = { lines, message: "Profile", open: `${why}, and is left as it is`, flag: "--profile NAME" };
  const fallback = why === undefined ? proposed : options.yes ? undefined : instead;
  const name = await interview.line(asked, fallback, check);
  await say("profile", name);
  return name;
}

async function chooseRoles(
  { options, interview, say }: Wizard,
  roles: readonly RoleProfile[],
  calling: string,
): Promise<ReadonlyMap<string, RoleChoice>> {
  const chosen = new Map<string, RoleChoice>();
  const all = ["plain", "direct", "keep"] as const;
  for (const { name, hasMfaSerial, longSeconds } of roles) {
    const long = longSeconds === undefined ? "" : `${formatDuration(longSeconds)} at a time`;
    const fallback = longSeconds === undefined ? 0 : 1;
    const why = [hasMfaSerial ? "asks for a code by itself (mfa_serial)" : "", long && `wants ${long}`];
    const index =
      options.roles === undefined
        ? await interview.choice(
            {
              lines: [`The role ${name} ${why.filter(Boolean).join(" and ")}.`],
              message: "Role",
              open: "",
              flag: "--roles",
            },
            [
              `plain: above ${calling}, no code of its own, an hour at a time`,
              `direct: a code of its own${longSeconds === undefined ? "" : `, ${long}`}`,
              "keep it as it is",
            ],
            fallback,
          )
        : all.indexOf(options.roles);
    const choice = all[index] ?? "keep";
    chosen.set(name, choice);
    await say("role", `${name}: ${choice}`);
  }
  return chosen;
}

/** undefined where one of the profiles has it. Without one the AWS CLI does next to nothing. */
async function chooseRegion(
  { options, interview, env, say }: Wizard,
  { profiles }: SharedFiles,
  names: readonly string[],
): Promise<string | undefined> {
  if (names.some((name) => profiles.get(name)?.region)) return undefined;
  const asked = { lines: ["In which region do you work?"], message: "Region", open: "", flag: "--region" };
  const serial = options.mfaSerial ?? names.map((name) => profiles.get(name)?.mfa_serial).find(Boolean) ?? "";
  const first = firstRegion(partitionOfArn(serial));
  const usual = env.AWS_REGION || env.AWS_DEFAULT_REGION || profiles.get("default")?.region || first;
  const region = await interview.line(asked, usual, regionComplaint);
  await say("region", region);
  return region;
}

/** undefined where there is nothing to look for: it is named already. */
async function chooseDevice(wizard: Wizard, choices: Choices): Promise<Device | undefined> {
  const { texts, env, context, say } = wizard;
  const planned = parseSharedFiles({ ...texts, ...planSetup(texts, choices) });
  const request = resolveRequest(choices.keysAs, {}, planned, env);
  const { serial } = request.source.mfa;
  if (serial !== undefined) {
    await say("device", shortName(serial));
    return undefined;
  }
  context.waiting.for = "nothing";
  const keysOf = choices.newKeys === undefined ? choices.keys : tailOf(choices.newKeys.accessKeyId);
  const device = await findSetupDevice({ ...wizard, request, keysOf }, choices.keysAs);
  await say("device", device.said);
  return device;
}
