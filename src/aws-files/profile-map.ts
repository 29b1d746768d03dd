/** The sections of the two AWS files -> profiles and services by name, as botocore's build_profile_map and Session.full_config do. Pure. */

import type { Section } from "./ini.ts";

/** The keys of one profile; undefined for one that has no text but lines below it. */
export type ProfileKeys = Readonly<Record<string, string | undefined>>;

/** `[services NAME]` of the config file: NAME -> service id (`sts`) -> its keys (`endpoint_url`). */
export type Services = ReadonlyMap<string, ReadonlyMap<string, ProfileKeys>>;

/**
 * The profiles of both files, in the order the AWS CLI lists them. A key of the credentials file stands above the same key
 * of the config file. Of two sections with the same name in different words, `[default]` and `[profile default]`, the last
 * one counts and nothing of the first.
 */
export function profilesOf(
  config: ReadonlyMap<string, Section>,
  credentials: ReadonlyMap<string, Section>,
): ReadonlyMap<string, ProfileKeys> {
  const profiles = new Map<string, ProfileKeys>();
  for (const [header, section] of config) {
    const name = profileInHeader(header);
    if (name !== undefined) profiles.set(name, keysOf(section));
  }
  for (const [name, section] of credentials) profiles.set(name, { ...profiles.get(name), ...keysOf(section) });
  return profiles;
}

/** The profile that a header of the config file is about; undefined for one of something else. */
export function profileInHeader(header: string): string | undefined {
  return header === "default" ? header : nameAfter("profile", header);
}

export function servicesOf(config: ReadonlyMap<string, Section>): Services {
  const services = new Map<string, ReadonlyMap<string, ProfileKeys>>();
  for (const [header, section] of config) {
    const name = nameAfter("services", header);
    if (name === undefined) continue;
    const ids = [...section].flatMap(([id, keys]) => (typeof keys === "string" ? [] : [[id, keysOf(keys)] as const]));
    services.set(name, new Map(ids));
  }
  return services;
}

function keysOf(section: Section): ProfileKeys {
  return Object.fromEntries([...section].map(([key, value]) => [key, typeof value === "string" ? value : undefined]));
}

/** The name in a header of two words, of which botocore looks just at the beginning of the first. */
function nameAfter(kind: string, header: string): string | undefined {
  const words = header.startsWith(kind) ? shellWords(header) : undefined;
  return words?.length === 2 ? words[1] : undefined;
}

const WORD = /(?:[^ \t'"\\]|\\.|'[^']*'|"(?:[^"\\]|\\.)*")+/gs;

/** Words with quotes and backslashes as Python's shlex.split takes them; undefined for a quote that does not end. */
function shellWords(text: string): string[] | undefined {
  if (/[^ \t]/.test(text.replace(WORD, ""))) return undefined;
  return text
    .match(WORD)
    ?.map((word) =>
      word.replace(
        /\\(.)|'([^']*)'|"((?:[^"\\]|\\.)*)"/gs,
        (_, escaped?: string, single?: string, double?: string) =>
          escaped ?? single ?? double?.replace(/\\(["\\])/g, "$1") ?? "",
      ),
    );
}
