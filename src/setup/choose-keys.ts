/** Whose keys make the MFA session: those of a profile, or new ones. */

import { usage } from "../args.ts";
import type { SharedFiles } from "../aws-files/read.ts";
import { hasStaticKeys } from "../profile/key-source.ts";
import { AskonceError } from "../runtime/errors.ts";
import { keyIdComplaint, secretComplaint } from "./options.ts";
import { callersOf, type KeyHolder, keyHolders, nameComplaint } from "./situation.ts";
import type { Wizard } from "./wizard-tools.ts";

/** One of the two. */
export interface Keys {
  /** The profile that has them. */
  readonly profile: string | undefined;
  readonly fresh?: { readonly accessKeyId: string; readonly secretAccessKey: string };
}

/** Throws `usage` where a flag is missing or names no keys, and as the interview does. */
export async function chooseKeys(wizard: Wizard, files: SharedFiles): Promise<Keys> {
  const { options, interview } = wizard;
  const holders = keyHolders(files);
  if (options.accessKeyId !== undefined) return newKeys(wizard, files, []);
  if (options.keys !== undefined) {
    const holder = holders.find(({ profile }) => profile === options.keys);
    if (holder === undefined) throw noKeys(options.keys, files);
    return taken(wizard, holder);
  }
  const [only, ...others] = holders;
  if (only === undefined)
    return newKeys(wizard, files, ["No profile has long-term keys yet: take those of your IAM user."]);
  const unused = holders.filter(({ profile }) => callersOf(profile, files).length === 0);
  // Whoever comes again may have a second account.
  if (others.length === 0 && (options.yes || unused.length > 0)) return taken(wizard, only);
  const [next, ...more] = unused;
  const index = await interview.choice(
    {
      lines: ["Which keys make the MFA session?"],
      message: "Keys",
      open: `several profiles have keys (${holders.map(({ profile }) => profile).join(", ")})`,
      flag: "--keys NAME",
    },
    [...holders.map((holder) => describeHolder(holder, files)), "other keys, which I have at hand"],
    options.yes || next === undefined || more.length > 0 ? undefined : holders.indexOf(next),
  );
  const holder = holders[index];
  return holder === undefined ? newKeys(wizard, files, ["Take the keys of your IAM user."]) : taken(wizard, holder);
}

/** New keys once more, where AWS refused those that were typed; undefined where they were not. Throws as chooseKeys does. */
export async function chooseKeysAgain(
  wizard: Wizard,
  files: SharedFiles,
  refusal: AskonceError,
): Promise<Keys | undefined> {
  const { accessKeyId, yes } = wizard.options;
  if (accessKeyId !== undefined || yes) return undefined;
  return newKeys(wizard, files, [`✗ ${refusal.message}; try again`]);
}

async function taken({ say }: Wizard, holder: KeyHolder): Promise<Keys> {
  if (nameComplaint(holder.profile) !== undefined)
    throw new AskonceError(
      "configuration",
      `the name ${holder.profile} cannot stand in a credential_process for every client`,
      "give the profile another one, of letters, digits and -_.@",
      "unsafe-profile-name",
    );
  await say("keys", describeHolder(holder));
  return { profile: holder.profile };
}

function describeHolder({ profile, accessKeyId }: KeyHolder, files?: SharedFiles): string {
  const callers = files === undefined ? [] : callersOf(profile, files);
  const used = callers.length === 0 ? "" : `, used by ${callers.join(", ")}`;
  return `${profile} (${accessKeyId === undefined ? "from a program" : tailOf(accessKeyId)})${used}`;
}

/** How keys are called that have no name yet. */
export function tailOf(accessKeyId: string): string {
  return `…${accessKeyId.slice(-4)}`;
}

async function newKeys(wizard: Wizard, files: SharedFiles, above: readonly string[]): Promise<Keys> {
  const { options, interview, readSecret, say } = wizard;
  const existing = options.keys === undefined ? undefined : files.profiles.get(options.keys);
  const isSame = existing?.aws_access_key_id !== undefined && existing.aws_access_key_id === options.accessKeyId;
  if (
    existing !== undefined &&
    !isSame &&
    (hasStaticKeys(existing) || existing.credential_process || existing.role_arn)
  )
    throw usage("setup", `${options.keys} has credentials already: give the new keys another name with --keys`);
  const accessKeyId =
    options.accessKeyId ??
    (await interview.line(
      {
        lines: [...above, "  IAM console > Users > you > Security credentials > Create access key"],
        ...{ message: "Access key ID", open: "no profile has long-term keys", flag: "--access-key-id ID" },
      },
      undefined,
      keyIdComplaint,
    ));
  const secretAccessKey = options.secretFromStdin
    ? (await readSecret()).trim()
    : await interview.secret(
        {
          lines: [`The secret access key of ${tailOf(accessKeyId)}: it is not shown.`],
          ...{ message: "Secret access key", open: "the secret is missing", flag: "--secret-key -, on standard input" },
        },
        secretComplaint,
      );
  const complaint = secretComplaint(secretAccessKey);
  if (complaint !== undefined) throw usage("setup", `standard input: ${complaint}`);
  const holder = keyHolders(files).find((one) => one.accessKeyId === accessKeyId);
  if (holder !== undefined) {
    if (files.profiles.get(holder.profile)?.aws_secret_access_key === secretAccessKey) return taken(wizard, holder);
    throw usage("setup", `${describeHolder(holder)} is there with another secret: it is left as it is`);
  }
  await say("keys", `${tailOf(accessKeyId)}, new`);
  return { profile: undefined, fresh: { accessKeyId, secretAccessKey } };
}

function noKeys(name: string, files: SharedFiles): AskonceError {
  const there = files.profiles.get(name);
  const what = there === undefined ? `there is no profile ${name}` : `profile ${name} has no long-term keys`;
  const names = keyHolders(files).map(({ profile }) => profile);
  const hint = names.length === 0 ? "give new ones with --access-key-id" : `these have some: ${names.join(", ")}`;
  return new AskonceError("usage", what, hint);
}
