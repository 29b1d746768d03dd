/** What the flags of `setup` decide. Pure. */

import { quoted, usage, type Values } from "../args.ts";
import { isAwsArn } from "../aws-names/arn.ts";
import { isSecurityKey } from "../aws-names/mfa-serial.ts";
import type { RoleChoice } from "./plan.ts";
import { nameComplaint } from "./situation.ts";

export interface Options {
  readonly undo: boolean;
  readonly yes: boolean;
  readonly login: boolean;
  readonly keys?: string;
  readonly profile?: string;
  readonly mfaSerial?: string;
  readonly region?: string;
  readonly roles?: RoleChoice;
  readonly accessKeyId?: string;
  /** The secret is on standard input. */
  readonly secretFromStdin: boolean;
}

export const ROLE_CHOICES: readonly RoleChoice[] = ["plain", "direct", "keep"];

/** Throws `usage` for what cannot be meant. */
export function setupOptions(values: Values, positionals: readonly string[]): Options {
  const [extra] = positionals;
  if (extra !== undefined) throw usage("setup", `setup takes flags only, not ${quoted(extra)}`);
  const given = (flag: string, complaint: (text: string) => string | undefined) => {
    const text = values[flag];
    if (typeof text !== "string") return undefined;
    const what = complaint(text);
    if (what === undefined) return text;
    throw usage("setup", `--${flag} ${quoted(text)}: ${what}`);
  };
  if (values["secret-key"] !== undefined && values["secret-key"] !== "-")
    throw usage(
      "setup",
      "a secret on the command line can be seen by every user of this machine: --secret-key takes only -",
    );
  if (values["secret-key"] !== undefined && values["access-key-id"] === undefined)
    throw usage("setup", "--secret-key goes with --access-key-id");
  return {
    undo: values.undo === true,
    yes: values.yes === true,
    login: values["no-login"] !== true,
    secretFromStdin: values["secret-key"] === "-",
    ...defined({
      keys: given("keys", nameComplaint),
      profile: given("profile", nameComplaint),
      mfaSerial: given("mfa-serial", serialComplaint),
      region: given("region", regionComplaint),
      roles: given("roles", (text) =>
        (ROLE_CHOICES as readonly string[]).includes(text) ? undefined : "it is plain, direct or keep",
      ) as RoleChoice | undefined,
      accessKeyId: given("access-key-id", keyIdComplaint),
    }),
  };
}

export function serialComplaint(text: string): string | undefined {
  if (isSecurityKey(text)) return "that is a security key, and STS takes six-digit codes only";
  const isSerial = isAwsArn(text) ? /^arn:[a-z0-9-]+:iam::\d{12}:mfa\/\S+$/.test(text) : /^\w{9,64}$/.test(text);
  return isSerial ? undefined : "it looks like arn:aws:iam::123456789012:mfa/NAME";
}

export function keyIdComplaint(text: string): string | undefined {
  if (text.startsWith("ASIA")) return "that is a temporary key: it takes the IAM user's own, which begins with AKIA";
  return /^\w{16,128}$/.test(text) ? undefined : "it looks like AKIAIOSFODNN7EXAMPLE";
}

/** Never with its text. */
export function secretComplaint(text: string): string | undefined {
  return /^[!-~]{16,128}$/.test(text) && !/^[#;]/.test(text) ? undefined : "that is no secret access key";
}

export function regionComplaint(text: string): string | undefined {
  return /^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$/.test(text) ? undefined : "a region looks like eu-west-1";
}

function defined<T extends object>(value: T): { [K in keyof T]?: Exclude<T[K], undefined> } {
  return Object.fromEntries(Object.entries(value).filter(([, one]) => one !== undefined)) as never;
}
