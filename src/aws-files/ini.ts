/**
 * The text of an AWS config or credentials file -> its sections, as the AWS CLI reads them: Python's
 * configparser.RawConfigParser and raw_config_parse of botocore's configloader.py. The SDK's own loader
 * (@smithy/core, parseIni) loses names with blanks in them, takes a duplicate for an addition and garbage for nothing. Pure.
 */

import { AskonceError } from "../runtime/errors.ts";

/** Keys in lower case; a key without text of its own may have lines below it: `s3 =` and an indented `a = b`. */
export type Section = ReadonlyMap<string, string | ReadonlyMap<string, string>>;

interface Entry {
  /** The value, and the lines below it that belong to it. */
  readonly lines: string[];
  nested?: Map<string, string>;
  readonly isCommand: boolean;
}

/** Its keys are part of every other section: configparser's rule. */
const DEFAULTS = "DEFAULT";

/** Their text belongs to a program, which may mean something by a `#`. */
const COMMANDS = ["credential_process", "mfa_process"];

/**
 * The sections by their header, in the order of the file. Throws `configuration` with the line that botocore cannot parse
 * either; never with its text, which may be a secret in the wrong place.
 *
 * One difference, on purpose: botocore keeps a comment that stands after a value as a part of it, and cannot work with
 * what it has then. It is cut at a blank and `#` or `;`, as the SDKs do (JavaScript: parseIni; Go: internal/ini/strings.go;
 * Java: ProfileFileReader).
 */
export function parseIni(text: string, path: string): ReadonlyMap<string, Section> {
  const sections = new Map<string, Map<string, Entry>>();
  const defaults = new Map<string, Entry>();
  let section: Map<string, Entry> | undefined;
  let entry: Entry | undefined;
  let indent = 0;
  let lineNumber = 0;
  const refuse = (what: string, hint: string): never => {
    throw new AskonceError("configuration", `${path}, line ${lineNumber}: ${what}`, hint, "invalid-file");
  };
  for (const line of text.split(/\r\n|\r|\n/)) {
    lineNumber += 1;
    // A byte order mark, which Windows editors write, is a blank to trim().
    const content = line.trim();
    if (content.startsWith("#") || content.startsWith(";")) continue;
    if (content === "") {
      // A value may go on below it.
      entry?.lines.push("");
      continue;
    }
    const depth = line.length - line.trimStart().length;
    if (entry !== undefined && depth > indent) {
      if (!goOn(entry, content)) refuse("an indented line without =", "write it as name = value");
      continue;
    }
    indent = depth;
    const header = /^\[(.+)\]/s.exec(content)?.[1];
    if (header !== undefined) {
      if (sections.has(header)) refuse(`[${header}] is there twice`, "make one section of the two");
      section = header === DEFAULTS ? defaults : new Map();
      if (section !== defaults) sections.set(header, section);
      entry = undefined;
      continue;
    }
    const delimiter = content.search(/[=:]/);
    if (/^\[[^\]]*$/.test(content) && (section === undefined || delimiter < 1))
      return refuse("a [section] without its ]", "close the bracket");
    if (section === undefined) return refuse("text before the first [section]", "put it under a [section]");
    if (delimiter < 1) return refuse("no name = value", "mend the line, or make it a comment with #");
    const key = content.slice(0, delimiter).trimEnd().toLowerCase();
    if (section.has(key)) refuse("the section has this key already", "remove one of the two");
    const isCommand = COMMANDS.includes(key);
    const rest = content.slice(delimiter + 1);
    entry = { isCommand, lines: [isCommand ? rest.trim() : withoutComment(rest)] };
    section.set(key, entry);
  }
  return new Map([...sections].map(([header, own]) => [header, valuesOf([...own, ...without(defaults, own)])]));
}

/** Adds an indented line; false when it should be a `name = value` and is none. */
function goOn(entry: Entry, content: string): boolean {
  if (entry.lines[0] !== "") {
    entry.lines.push(entry.isCommand ? content : withoutComment(content));
    return true;
  }
  const delimiter = content.indexOf("=");
  if (delimiter < 0) return false;
  entry.nested ??= new Map();
  entry.nested.set(content.slice(0, delimiter).trim(), withoutComment(content.slice(delimiter + 1)));
  return true;
}

function withoutComment(text: string): string {
  return text.replace(/\s[#;].*$/s, "").trim();
}

function without<T>(all: ReadonlyMap<string, T>, some: ReadonlyMap<string, T>): [string, T][] {
  return [...all].filter(([key]) => !some.has(key));
}

function valuesOf(entries: readonly [string, Entry][]): Section {
  return new Map(entries.map(([key, { nested, lines }]) => [key, nested ?? lines.join("\n").trimEnd()]));
}
