/** Whose keys make the MFA session: those of a profile, or new ones. */

import { usage } from "../args.ts";
import { AskonceError } from "../errors.ts";
import { hasStaticKeys } from "../profile/key-source.ts";
import type { SharedFiles } from "../profile/shared-files.ts";
import { keyIdComplaint, secretComplaint } from "./options.ts";
import { type KeyHolder, keyHolders } from "./situation.ts";
import type { Wizard } from "./wizard.ts";

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
    {
      lines: ["Several profiles have keys: which ones make the MFA session?"],
      message: "Keys",
      open: `several profiles have keys (${holders.map(({ profile }) => profile).join(", ")})`,
      flag: "--keys NAME",
    },
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
        ...{ message: "Access key ID", open: "no profile has long-term keys", flag: "--access-key-id ID" },
      },
      undefined,
      keyIdComplaint,
    ));
  const secretAccessKey = options.secretFromStdin
    ? (await readSecret()).trim()
    : await interview.secret(
        {
          lines: [`The secret access key of …${accessKeyId.slice(-4)}: it is not shown.`],
          ...{ message: "Secret access key", open: "the secret is missing", flag: "--secret-key -, on standard input" },
        },
        secretComplaint,
      );
  const complaint = secretComplaint(secretAccessKey);
  if (complaint !== undefined) throw usage("setup", `standard input: ${complaint}`);
  await say("keys", `…${accessKeyId.slice(-4)}, new`);
  return { profile: undefined, fresh: { accessKeyId, secretAccessKey } };
}

function noKeys(name: string, files: SharedFiles): AskonceError {
  const there = files.profiles.get(name);
  const what = there === undefined ? `there is no profile ${name}` : `profile ${name} has no long-term keys`;
  const names = keyHolders(files).map(({ profile }) => profile);
  const hint = names.length === 0 ? "give new ones with --access-key-id" : `these have some: ${names.join(", ")}`;
  return new AskonceError("usage", what, hint);
}
