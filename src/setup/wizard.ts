/** From the shared files to the choices of one setup: what the flags leave open is asked, in the order in which a person thinks of it. */

import { usage } from "../args.ts";
import type { Context } from "../context.ts";
import { formatDuration } from "../duration.ts";
import type { Environment } from "../environment.ts";
import { AskonceError } from "../errors.ts";
import { hasStaticKeys } from "../profile/key-source.ts";
import { resolveRequest } from "../profile/request.ts";
import { parseSharedFiles, type SharedFiles, type SharedTexts } from "../profile/shared-files.ts";
import type { Store } from "../refresh/store.ts";
import { type Device, findDevice } from "./device.ts";
import type { Interview } from "./interview.ts";
import { keyIdComplaint, type Options, secretComplaint } from "./options.ts";
import { type Choices, planSetup, type RoleChoice } from "./plan.ts";
import {
  calledBy,
  callingNameFor,
  freeName,
  type KeyHolder,
  keyHolders,
  nameComplaint,
  type RoleProfile,
  rolesToMend,
  whyTaken,
} from "./situation.ts";

export interface Wizard {
  readonly texts: SharedTexts;
  readonly options: Options;
  readonly interview: Interview;
  readonly env: Environment;
  readonly store: Store;
  readonly context: Context;
  readonly program: string;
  /** One line for the user: a label, and what it is about. */
  say(label: string, text: string): Promise<void>;
  readSecret(): Promise<string>;
}

/** What is to be done, and the device where it was looked for. */
export interface Result {
  readonly choices: Choices;
  readonly device: Device | undefined;
}

interface Keys {
  readonly profile: string | undefined;
  readonly fresh?: { readonly accessKeyId: string; readonly secretAccessKey: string };
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
  const keepsLine = keys.profile === keysAs && there !== undefined && calledBy(there) === keysAs;
  const roles = await chooseRoles(wizard, rolesToMend(files, [keys.profile ?? keysAs, calling]), calling);
  const choices: Choices = {
    ...{ keys: keys.profile ?? keysAs, keysAs, calling, program, keepsLine, roles },
    ...(keys.fresh === undefined ? {} : { newKeys: keys.fresh }),
    ...(options.mfaSerial === undefined ? {} : { mfaSerial: options.mfaSerial }),
    ...(options.region === undefined ? {} : { region: options.region }),
  };
  if (keys.profile === calling)
    await wizard.say(
      "moving",
      `the keys of ${calling} go to ${keysAs}: under the same name clients would use them without MFA`,
    );
  if (keepsLine) return { choices, device: undefined };
  const device = await chooseDevice(wizard, choices);
  return { choices: device?.serial === undefined ? choices : { ...choices, mfaSerial: device.serial }, device };
}

async function chooseKeys(wizard: Wizard, files: SharedFiles): Promise<Keys> {
  const { options, interview } = wizard;
  const holders = keyHolders(files);
  if (options.accessKeyId !== undefined) return newKeys(wizard, files);
  if (options.keys !== undefined) {
    const holder = holders.find(({ profile }) => profile === options.keys);
    if (holder === undefined) throw noKeys(options.keys, files);
    return taken(wizard, holder);
  }
  const [only, ...others] = holders;
  if (only === undefined) return newKeys(wizard, files);
  if (others.length === 0) return taken(wizard, only);
  const index = await interview.choice(
    { lines: ["Several profiles have keys: which ones make the MFA session?"], message: "Keys", flag: "--keys NAME" },
    [...holders.map(describeHolder), "other keys, which I have at hand"],
    undefined,
  );
  const holder = holders[index];
  return holder === undefined ? newKeys(wizard, files) : taken(wizard, holder);
}

async function taken({ say }: Wizard, holder: KeyHolder): Promise<Keys> {
  await say("keys", describeHolder(holder));
  return { profile: holder.profile };
}

function describeHolder({ profile, accessKeyId }: KeyHolder): string {
  return `${profile} (${accessKeyId === undefined ? "from a program" : `…${accessKeyId.slice(-4)}`})`;
}

async function newKeys({ options, interview, readSecret, say }: Wizard, files: SharedFiles): Promise<Keys> {
  const existing = options.keys === undefined ? undefined : files.profiles.get(options.keys);
  if (existing !== undefined && (hasStaticKeys(existing) || existing.credential_process || existing.role_arn))
    throw usage("setup", `${options.keys} has credentials already: give the new keys another name with --keys`);
  const accessKeyId =
    options.accessKeyId ??
    (await interview.line(
      {
        lines: [
          "No profile has long-term keys yet: take those of your IAM user.",
          "  IAM console > Users > you > Security credentials > Create access key",
        ],
        ...{ message: "Access key ID", flag: "--access-key-id ID" },
      },
      undefined,
      keyIdComplaint,
    ));
  const secretAccessKey = options.secretFromStdin
    ? (await readSecret()).trim()
    : await interview.secret(
        {
          lines: [`The secret access key of …${accessKeyId.slice(-4)}: it is not shown.`],
          ...{ message: "Secret access key", flag: "--secret-key - (and write it to standard input)" },
        },
        secretComplaint,
      );
  const complaint = secretComplaint(secretAccessKey);
  if (complaint !== undefined) throw usage("setup", `standard input: ${complaint}`);
  await say("keys", `…${accessKeyId.slice(-4)}, new`);
  return { profile: undefined, fresh: { accessKeyId, secretAccessKey } };
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
  const fallback = why === undefined ? proposed : freeName(proposed, "-mfa", (name) => check(name) !== undefined);
  const lines = [
    "Under which name will you use the MFA session?",
    ...(why === undefined ? [] : [`  ${why}, and stays as it is`]),
    ...(keys === proposed
      ? [
          `  ${keys} has the keys now: they would move to ${freeName(keys, "-keys", (name) => files.profiles.has(name))}`,
        ]
      : []),
  ];
  const asked = { lines, message: "Profile", flag: "--profile NAME" };
  const name = await interview.line(
    why === undefined ? asked : { ...asked, lines: [`${why}: it is left as it is.`] },
    options.yes && why !== undefined ? undefined : fallback,
    check,
  );
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
            { lines: [`The role ${name} ${why.filter(Boolean).join(" and ")}.`], message: "Role", flag: "--roles" },
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

/** undefined where there is nothing to look for: it is named already. */
async function chooseDevice(wizard: Wizard, choices: Choices): Promise<Device | undefined> {
  const { texts, env, context, say } = wizard;
  const planned = parseSharedFiles({ ...texts, ...planSetup(texts, choices) });
  const request = resolveRequest(choices.keysAs, {}, planned, env);
  if (request.mfaSerial !== undefined) {
    await say("device", request.mfaSerial);
    return undefined;
  }
  await say("", "looking for your MFA devices at AWS ...");
  context.waitingFor = "nothing";
  const device = await findDevice({ ...wizard, request }, choices.keysAs);
  await say("device", device.said);
  return device;
}

function noKeys(name: string, files: SharedFiles): AskonceError {
  const there = files.profiles.get(name);
  const what = there === undefined ? `there is no profile ${name}` : `profile ${name} has no long-term keys`;
  const names = keyHolders(files).map(({ profile }) => profile);
  const hint = names.length === 0 ? "give new ones with --access-key-id" : `these have some: ${names.join(", ")}`;
  return new AskonceError("usage", what, hint);
}
