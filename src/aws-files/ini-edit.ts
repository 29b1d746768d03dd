/**
 * Changes to the text of an AWS config or credentials file that leave every other byte as it is: comments, order, blank
 * lines, indentation, line ends, a byte order mark. Lines are told apart as ini.ts does. Pure.
 */

/** One change. Sections are named by their header as it stands between the brackets, keys in any case. */
export type IniEdit =
  /** Sets a key in place, keeping the comment behind it, or adds it below the section's last one; the section is made where it is missing. */
  | { readonly kind: "set"; readonly section: string; readonly key: string; readonly value: string }
  /** Removes a key with the indented lines that belong to it. */
  | { readonly kind: "remove"; readonly section: string; readonly key: string }
  /** Adds a section at the end, below a blank line. */
  | {
      readonly kind: "add-section";
      readonly section: string;
      readonly keys: readonly (readonly [key: string, value: string])[];
    }
  /** Removes a section down to its last key; comments below that, and above its header, stay. */
  | { readonly kind: "remove-section"; readonly section: string }
  | { readonly kind: "rename-section"; readonly section: string; readonly to: string };

interface Line {
  readonly text: string;
  /** Its line end; none at the end of some files. */
  readonly end: string;
  /** `more` belongs to the key above it. */
  readonly kind: "header" | "key" | "more" | "blank" | "comment" | "other";
  /** The header it stands under, or its own. */
  readonly section: string | undefined;
  /** A key's name in lower case. */
  readonly key?: string;
}

const BOM = "\ufeff";
/** What a value of these says behind a # is for a program (ini.ts). */
const COMMANDS = ["credential_process", "mfa_process"];

/**
 * The text after these changes, made one after the other. What they name and is not there is left alone; a section that is
 * there twice is removed and renamed twice, and its last one is set. Throws an Error for a value that would not be read
 * back: it is to be checked by whoever takes it from a person.
 */
export function editIni(text: string, edits: readonly IniEdit[]): string {
  const mark = text.startsWith(BOM) ? BOM : "";
  const end = /\r\n|\r|\n/.exec(text)?.[0] ?? "\n";
  const all = edits.reduce((lines, edit) => scan(joined(apply(lines, edit, end))), scan(text.slice(mark.length)));
  return mark + joined(all);
}

/** The header that the AWS CLI gives a profile in the config file: `default`, `profile work`, `profile "a b"`. */
export function configHeader(profile: string): string {
  if (profile === "default") return profile;
  const isPlain = !/[\s'"\\]/.test(profile);
  return `profile ${isPlain ? profile : `"${profile.replace(/["\\]/g, "\\$&")}"`}`;
}

function apply(lines: readonly Line[], edit: IniEdit, end: string): readonly Line[] {
  switch (edit.kind) {
    case "set":
      return set(lines, edit, end);
    case "remove":
      return without(lines, keyRange(lines, edit));
    case "add-section":
      return addSection(lines, edit.section, edit.keys, end);
    case "remove-section":
      return removeSection(lines, edit.section);
    case "rename-section":
      return lines.map((line) => (isHeaderOf(line, edit.section) ? renamed(line, edit) : line));
  }
}

/** The lines as ini.ts reads them: an indented one belongs to the key above it, whatever it looks like. */
function scan(text: string): Line[] {
  const lines: Line[] = [];
  let section: string | undefined;
  let hasKey = false;
  let indent = 0;
  for (const [whole, content = "", end = ""] of text.matchAll(/([^\r\n]*)(\r\n|\r|\n|$)/g)) {
    if (whole === "") continue;
    const trimmed = content.trim();
    const line = (kind: Line["kind"]): Line => ({ text: content, end, kind, section });
    if (/^[#;]/.test(trimmed) || trimmed === "") {
      lines.push(line(trimmed === "" ? "blank" : "comment"));
      continue;
    }
    const depth = depthOf(content);
    if (hasKey && depth > indent) {
      lines.push(line("more"));
      continue;
    }
    indent = depth;
    const header = /^\[(.+)\]/s.exec(trimmed)?.[1];
    const delimiter = trimmed.search(/[=:]/);
    hasKey = header === undefined && section !== undefined && delimiter > 0;
    if (header !== undefined) section = header;
    lines.push({
      ...line(header !== undefined ? "header" : hasKey ? "key" : "other"),
      ...(hasKey ? { key: trimmed.slice(0, delimiter).trimEnd().toLowerCase() } : {}),
    });
  }
  return lines;
}

function set(lines: readonly Line[], edit: Extract<IniEdit, { kind: "set" }>, end: string): Line[] {
  const { section, key, value } = edit;
  mustBeReadBack(key, value);
  const at = lines.findLastIndex((line) => isKey(line, section, key));
  const found = lines[at];
  if (found !== undefined) {
    const more = keyRange(lines, edit).filter((index) => index > at);
    return without(lines.with(at, { ...found, text: withValue(found, value) }), more);
  }
  const header = lines.findLastIndex((line) => isHeaderOf(line, section));
  if (header < 0) return addSection(lines, section, [[key, value]], end);
  const next = lines.findIndex((line, index) => index > header && line.kind === "header");
  const last = lines.findLastIndex(
    (line, index) => index > header && (next < 0 || index < next) && ["key", "more"].includes(line.kind),
  );
  const lastKey = lines.findLast((line, index) => index <= last && line.kind === "key");
  // Without a key above it, a header that is indented must not become a part of the new one.
  const neighbour = last < 0 ? lines[next] : lastKey;
  const indent = /^\s*/.exec(neighbour?.text ?? "")?.[0] ?? "";
  return inserted(lines, Math.max(last, header) + 1, [`${indent}${key} = ${value}`], end);
}

/** The line with another value between its delimiter and its comment. */
function withValue({ text, key = "" }: Line, value: string): string {
  const at = text.search(/[=:]/) + 1;
  const [before, rest] = [text.slice(0, at), text.slice(at)];
  const comment = COMMANDS.includes(key) ? -1 : rest.search(/\s[#;]/);
  const body = comment < 0 ? rest : rest.slice(0, comment);
  const isEmpty = body.trim() === "";
  const gap = isEmpty ? (/\s[=:]$/.test(before) ? " " : "") : /^\s*/.exec(body)?.[0];
  const behind = isEmpty ? "" : /\s*$/.exec(body)?.[0];
  return `${before}${gap}${value}${behind}${comment < 0 ? "" : rest.slice(comment)}`;
}

/** The numbers of the lines that say something of a key. */
function keyRange(lines: readonly Line[], { section, key }: { readonly section: string; readonly key: string }) {
  let isIts = false;
  return lines.flatMap((line, index) => {
    if (line.kind === "key" || line.kind === "header") isIts = isKey(line, section, key);
    return isIts && (line.kind === "key" || line.kind === "more") ? [index] : [];
  });
}

function addSection(
  lines: readonly Line[],
  section: string,
  keys: readonly (readonly [string, string])[],
  end: string,
): Line[] {
  for (const [key, value] of keys) mustBeReadBack(key, value);
  const isBelowSomething = lines.length > 0 && lines.at(-1)?.kind !== "blank";
  const texts = [`[${section}]`, ...keys.map(([key, value]) => `${key} = ${value}`)];
  return inserted(lines, lines.length, [...(isBelowSomething ? [""] : []), ...texts], end);
}

function removeSection(lines: readonly Line[], section: string): Line[] {
  const gone = bodyOf(lines, section);
  const kept: Line[] = [];
  let indent: number | undefined;
  for (const [index, line] of lines.entries()) {
    // One gap is enough where two meet.
    const isSecondGap = line.kind === "blank" && (kept.at(-1) ?? line).kind === "blank";
    if (gone.has(index) || (line.section === section && isSecondGap)) continue;
    // What stood between kept it from being a part of the value above.
    const isTooDeep = line.kind === "header" && indent !== undefined && depthOf(line.text) > indent;
    kept.push(isTooDeep ? { ...line, text: line.text.trimStart() } : line);
    if (line.kind === "key") indent = depthOf(line.text);
    else if (line.kind === "header") indent = undefined;
  }
  return kept;
}

/** The numbers of a section's lines from its header to its last value. */
function bodyOf(lines: readonly Line[], section: string): Set<number> {
  const body = new Set<number>();
  let between: number[] = [];
  for (const [index, line] of lines.entries()) {
    between = line.section === section ? [...between, index] : [];
    if (line.kind === "blank" || line.kind === "comment") continue;
    for (const one of between) body.add(one);
    between = [];
  }
  return body;
}

function renamed(line: Line, { section, to }: { readonly section: string; readonly to: string }): Line {
  const at = line.text.indexOf("[") + 1;
  return { ...line, text: line.text.slice(0, at) + to + line.text.slice(at + section.length) };
}

/** With these lines put in, each with this end. */
function inserted(lines: readonly Line[], at: number, texts: readonly string[], end: string): Line[] {
  const before = lines.slice(0, at).map((line) => (line.end === "" ? { ...line, end } : line));
  const added = texts.map((text): Line => ({ text, end, kind: "other", section: undefined }));
  return [...before, ...added, ...lines.slice(at)];
}

function without(lines: readonly Line[], gone: readonly number[]): Line[] {
  return lines.filter((_, index) => !gone.includes(index));
}

function joined(lines: readonly Line[]): string {
  return lines.map(({ text, end }) => text + end).join("");
}

function isHeaderOf(line: Line, section: string): boolean {
  return line.kind === "header" && line.section === section;
}

function isKey(line: Line, section: string, key: string): boolean {
  return line.kind === "key" && line.section === section && line.key === key.toLowerCase();
}

function depthOf(text: string): number {
  return text.length - text.trimStart().length;
}

function mustBeReadBack(key: string, value: string): void {
  const isCut = !COMMANDS.includes(key) && /^[#;]|\s[#;]/.test(value);
  if (value === "" || value.trim() !== value || /[\r\n]/.test(value) || isCut)
    throw new Error(`this cannot be the value of ${key}`);
}
