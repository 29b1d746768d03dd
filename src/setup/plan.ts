/** Answers -> the new texts of both shared files. Pure. */

import { parseIni, type Section } from "../aws-files/ini.ts";
import { configHeader, editIni, type IniEdit } from "../aws-files/ini-edit.ts";
import { profileInHeader } from "../aws-files/profile-map.ts";
import type { SharedTexts } from "../aws-files/read.ts";
import { partitionOfRegion } from "../aws-names/partition.ts";
import { CHAINED_ROLE_SECONDS } from "../profile/role.ts";
import { AskonceError } from "../runtime/errors.ts";
import { commandLine } from "./launcher-path.ts";
import { freeName } from "./situation.ts";

/** `plain`: a role above the calling profile. `direct`: through askonce, with a code of its own. */
export type RoleChoice = "plain" | "direct" | "keep";

export interface Choices {
  /** The profile that has the keys now, or the one that new ones go to. */
  readonly keys: string;
  /** The profile that has them afterwards: another one where the calling profile takes their name. */
  readonly keysAs: string;
  readonly newKeys?: { readonly accessKeyId: string; readonly secretAccessKey: string };
  /** What everybody uses. */
  readonly calling: string;
  /** The program in its credential_process. */
  readonly program: string;
  /** It calls askonce for these keys already, in words of its user's own. */
  readonly keepsLine: boolean;
  /** The credential_process to be written, where it is not just the program and the keys. */
  readonly line?: string;
  /** To be written as mfa_serial of the keys. */
  readonly mfaSerial?: string;
  readonly region?: string;
  readonly roles: ReadonlyMap<string, RoleChoice>;
}

/** They are about the MFA session: askonce reads them where it is called for. */
const OF_THE_SESSION = [
  ...["aws_access_key_id", "aws_secret_access_key", "credential_process", "mfa_serial", "mfa_process", "mfa_mode"],
  ...["mfa_prompt", "session_duration", "min_remaining", "include_profile"],
];
/** They are about AWS: both profiles need them. */
const OF_BOTH = [
  ...["region", "services", "endpoint_url", "ignore_configured_endpoint_urls", "ca_bundle"],
  ...["sts_regional_endpoints", "use_fips_endpoint", "use_dualstack_endpoint"],
];
const OF_THE_ROLE = [
  ...["role_arn", "source_profile", "mfa_serial", "mfa_process", "mfa_prompt", "duration_seconds", "external_id"],
  ...["role_session_name", "session_tags", "transitive_session_tags", "source_identity", "policy_arns"],
  ...["include_profile", "min_remaining"],
];

/** Both texts as they are to be; undefined for a file that is not there and not needed. Throws `configuration` for a value that cannot be moved. */
export function planSetup(texts: SharedTexts, choices: Choices): Pick<SharedTexts, "config" | "credentials"> {
  const config = parseIni(texts.config ?? "", texts.configPath);
  const credentials = parseIni(texts.credentials ?? "", texts.credentialsPath);
  return {
    config: edited(texts.config, configEdits(config, credentials, choices)),
    credentials: edited(texts.credentials, credentialsEdits(credentials, choices)),
  };
}

function edited(text: string | undefined, edits: readonly IniEdit[]): string | undefined {
  return edits.length === 0 ? text : editIni(text ?? "", edits);
}

type Sections = ReadonlyMap<string, Section>;

function credentialsEdits(credentials: Sections, { keys, keysAs, newKeys }: Choices): IniEdit[] {
  if (newKeys !== undefined)
    return [
      set(keysAs, "aws_access_key_id", newKeys.accessKeyId),
      set(keysAs, "aws_secret_access_key", newKeys.secretAccessKey),
    ];
  return keys !== keysAs && credentials.has(keys) ? [{ kind: "rename-section", section: keys, to: keysAs }] : [];
}

function configEdits(config: Sections, credentials: Sections, choices: Choices): IniEdit[] {
  const { keys, keysAs, calling, program, newKeys, mfaSerial } = choices;
  const headerOf = (profile: string): string =>
    [...config.keys()].findLast((header) => profileInHeader(header) === profile) ?? configHeader(profile);
  const [from, to, of] = [keys, keysAs, calling].map(headerOf) as [string, string, string];
  const its = config.get(from);
  const region = choices.region ?? text(its, "region") ?? text(credentials.get(keys), "region");
  const isElsewhere = newKeys !== undefined && region !== undefined && partitionOfRegion(region) !== "aws";
  return [
    ...(keys === keysAs ? [] : [...moved(its, from, to, OF_THE_SESSION), ...copied(its, to, OF_BOTH)]),
    ...(isElsewhere ? [set(to, "region", region)] : []),
    ...(mfaSerial === undefined ? [] : [set(to, "mfa_serial", mfaSerial)]),
    ...(region === undefined || (choices.region === undefined && text(config.get(of), "region") !== undefined)
      ? []
      : [set(of, "region", region)]),
    ...(choices.keepsLine ? [] : [set(of, "credential_process", choices.line ?? commandLine(program, keysAs))]),
    ...[...choices.roles].flatMap(([name, choice]) => roleEdits(config, headerOf(name), name, choice, choices)),
  ];
}

function roleEdits(config: Sections, header: string, name: string, choice: RoleChoice, choices: Choices): IniEdit[] {
  const { keys, keysAs, calling, program } = choices;
  const role = config.get(header);
  if (role === undefined) return [];
  if (choice === "keep") {
    // It signs by itself, with the keys wherever they are.
    const isLeft = text(role, "source_profile") === keys && keys !== keysAs;
    return isLeft ? [set(header, "source_profile", keysAs)] : [];
  }
  if (choice === "plain")
    return [
      { kind: "remove", section: header, key: "mfa_serial" },
      ...(Number(text(role, "duration_seconds")) > CHAINED_ROLE_SECONDS
        ? [{ kind: "remove", section: header, key: "duration_seconds" } as const]
        : []),
      set(header, "source_profile", calling),
    ];
  const isTaken = (one: string): boolean => [...config.keys()].some((other) => profileInHeader(other) === one);
  const settings = freeName(name, "-role", isTaken);
  const to = configHeader(settings);
  return [
    ...moved(role, header, to, OF_THE_ROLE),
    set(to, "source_profile", keysAs),
    set(to, "mfa_mode", "direct"),
    ...copied(role, to, OF_BOTH),
    set(header, "credential_process", commandLine(program, settings)),
  ];
}

function moved(section: Section | undefined, from: string, to: string, keys: readonly string[]): IniEdit[] {
  const there = keys.filter((key) => section?.has(key));
  return [...copied(section, to, there), ...there.map((key): IniEdit => ({ kind: "remove", section: from, key }))];
}

function copied(section: Section | undefined, to: string, keys: readonly string[]): IniEdit[] {
  return keys.flatMap((key) => {
    const value = text(section, key);
    if (value?.includes("\n"))
      throw new AskonceError(
        "configuration",
        `${key} goes on below its line`,
        "write it in one line, then try again",
        "unsafe-edit",
      );
    return value === undefined ? [] : [set(to, key, value)];
  });
}

function set(section: string, key: string, value: string): IniEdit {
  return { kind: "set", section, key, value };
}

/** A value with text in it. */
function text(section: Section | undefined, key: string): string | undefined {
  const value = section?.get(key);
  return typeof value === "string" && value !== "" ? value : undefined;
}
