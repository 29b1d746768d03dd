import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { parseIni, type Section } from "../../../src/aws-files/ini.ts";
import { configHeader, editIni, type IniEdit } from "../../../src/aws-files/ini-edit.ts";
import { profilesOf } from "../../../src/aws-files/profile-map.ts";

const FILE = `# mine
[default]
region = eu-west-1

[profile work]   ; the one I use
  Region   =  eu-west-1   # home
  s3 =
    region = nowhere
    max_queue_size = 10
  credential_process = old # not a comment
  output=

# about b
[profile b]
mfa_serial: arn
   and more
`;

const edit = (text: string, ...edits: IniEdit[]): string => editIni(text, edits);
const set = (section: string, key: string, value: string): IniEdit => ({ kind: "set", section, key, value });

describe("a key", () => {
  test.each<[string, IniEdit, string, string]>([
    [
      "is set in place, with its comment",
      set("profile work", "region", "us-east-1"),
      "eu-west-1   # home",
      "us-east-1   # home",
    ],
    ["without one for a command", set("profile work", "credential_process", "new"), "old # not a comment", "new"],
    ["with nothing behind it so far", set("profile work", "output", "json"), "output=", "output=json"],
    ["in several lines", set("profile b", "mfa_serial", "x"), "mfa_serial: arn\n   and more", "mfa_serial: x"],
    [
      "that holds others",
      set("profile work", "s3", "x"),
      "s3 =\n    region = nowhere\n    max_queue_size = 10",
      "s3 = x",
    ],
    ["is added below the last, indented as that", set("profile work", "mfa", "x"), "output=\n", "output=\n  mfa = x\n"],
    ["or to a section that is not there", set("new", "k", "v"), "   and more\n", "   and more\n\n[new]\nk = v\n"],
    [
      "is removed with what belongs to it",
      { kind: "remove", section: "profile work", key: "s3" },
      "  s3 =\n    region = nowhere\n    max_queue_size = 10\n",
      "",
    ],
    [
      "is not removed where another holds it",
      { kind: "remove", section: "profile work", key: "max_queue_size" },
      "",
      "",
    ],
  ])("%s", (_, change, before, after) => {
    const [head = "", tail = ""] = FILE.replaceAll(
      "\n[default]\nregion = eu-west-1",
      "\n[default]\nregion = eu-west-1 ",
    ).split(before === "" ? "\0" : before);
    const text = head + before + tail;
    expect(edit(text, change)).toBe(before === "" ? text : head + after + tail);
  });

  test("goes under a header without keys in a way that leaves the next header one", () => {
    const text = edit("[a]\n  [b]\nx = 1\n", set("a", "k", "v"));
    expect(plain(parseIni(text, "f"))).toEqual({ a: { k: "v" }, b: { x: "1" } });
  });

  test("of a section that is there twice is set where it counts, and removed from both", () => {
    const text = "[a]\nk = 1\n[a]\nk = 2\n";
    expect(edit(text, set("a", "k", "v"))).toBe("[a]\nk = 1\n[a]\nk = v\n");
    expect(edit(text, { kind: "remove", section: "a", key: "K" })).toBe("[a]\n[a]\n");
  });

  test.each(["", " x", "x ", "a\nb", "a #b", "a ;b"])("takes no value that would be read as another: %j", (value) => {
    expect(() => edit("", set("a", "k", value))).toThrow("cannot be the value of k");
    expect(() => edit("", { kind: "add-section", section: "a", keys: [["k", value]] })).toThrow("value of k");
  });
});

describe("a section", () => {
  test.each([
    ["", "[a]\nk = v\n"],
    ["\ufeff", "\ufeff[a]\nk = v\n"],
    ["# nothing", "# nothing\n\n[a]\nk = v\n"],
    ["[b]\r\nx = 1", "[b]\r\nx = 1\r\n\r\n[a]\r\nk = v\r\n"],
    ["[b]\n\n", "[b]\n\n[a]\nk = v\n"],
  ])("is added at the end of %j", (text, result) => {
    expect(edit(text, { kind: "add-section", section: "a", keys: [["k", "v"]] })).toBe(result);
  });

  test("goes down to its last key; the comments around it stay", () => {
    const text = "# of a\n[a]\nk = v\n\n# of b\n[b]\n# in b\nx = 1\n\n\n# of c\n[c]\ny = 2\n";
    expect(edit(text, { kind: "remove-section", section: "b" })).toBe(
      "# of a\n[a]\nk = v\n\n# of b\n\n# of c\n[c]\ny = 2\n",
    );
    expect(edit(text, { kind: "remove-section", section: "a" })).toBe(
      "# of a\n\n# of b\n[b]\n# in b\nx = 1\n\n\n# of c\n[c]\ny = 2\n",
    );
    expect(edit("\ufeff[a]\nk = v\n\n[b]\n", { kind: "remove-section", section: "a" })).toBe("\ufeff[b]\n");
  });

  test("goes without making an indented header a part of the value above", () => {
    const text = edit("[a]\nk = v\n[b]\n  [c]\n   x = 1\n", { kind: "remove-section", section: "b" });
    expect(plain(parseIni(text, "f"))).toEqual({ a: { k: "v" }, c: { x: "1" } });
  });

  test("is renamed and keeps the rest of its line", () => {
    const change: IniEdit = { kind: "rename-section", section: "profile work", to: "profile home" };
    expect(edit(FILE, change)).toBe(FILE.replace("[profile work]", "[profile home]"));
  });

  test.each(["default", "work", "a b", "o'brien", 'say "x"', "back\\slash", "a\tb", "überall", "a]b", "x#y", "a ; b"])(
    "gets a header that means the profile %j",
    (name) => {
      const text = edit("", set(configHeader(name), "region", "eu-west-1"));
      expect([...profilesOf(parseIni(text, "f"), new Map())]).toEqual([[name, { region: "eu-west-1" }]]);
    },
  );
});

describe("in any file", () => {
  test("just what is named changes, and is read back", () => {
    fc.assert(
      fc.property(files, edits, (file, change) => {
        const text = textOf(file);
        fc.pre(isReadAsMade(file));
        const result = edit(text, change);
        expect(plain(parseIni(result, "f"))).toEqual(meant(plain(parseIni(text, "f")), change));
        const isAdded = change.kind === "set" && !text.includes(`[${change.section}] # <`);
        if (isAdded || change.kind === "add-section") expect(result.startsWith(text)).toBe(true);
        else expect(untouched(result, change)).toEqual(untouched(text, change));
        expect(result.startsWith("\ufeff")).toBe(file.mark !== "");
      }),
      { numRuns: 2_000 },
    );
  });

  test("line ends stay what they are", () => {
    fc.assert(
      fc.property(files, fc.array(edits, { maxLength: 4 }), (file, changes) => {
        const ends = new Set(edit(textOf(file), ...changes).match(/\r\n|\r|\n/g));
        expect([...ends].filter((end) => end !== file.end)).toEqual(
          textOf(file).includes(file.end) ? [] : expect.anything(),
        );
      }),
    );
  });
});

type Model = Record<string, Record<string, unknown>>;

function plain(sections: ReadonlyMap<string, Section>): Model {
  const value = (one: unknown): unknown => (one instanceof Map ? Object.fromEntries(one) : one);
  return Object.fromEntries(
    [...sections].map(([name, keys]) => [name, Object.fromEntries([...keys].map(([key, one]) => [key, value(one)]))]),
  );
}

/** What the sections are to be afterwards. */
function meant(model: Model, change: IniEdit): Model {
  const { [change.section]: section, ...others } = model;
  switch (change.kind) {
    case "set":
      return { ...model, [change.section]: { ...section, [change.key]: change.value } };
    case "remove": {
      if (section === undefined) return model;
      const { [change.key]: _, ...rest } = section;
      return { ...model, [change.section]: rest };
    }
    case "add-section":
      return { ...model, [change.section]: Object.fromEntries(change.keys) };
    case "remove-section":
      return others;
    case "rename-section":
      return section === undefined ? model : { ...others, [change.to]: section };
  }
}

const SECTIONS = ["a", "profile b", 'profile "c d"', "d"];
const KEYS = ["region", "s3", "credential_process", "x"];

/** The lines that a change has no business with, told by the marks that the generator has put into all of them. */
function untouched(text: string, change: IniEdit): string[] {
  const number = SECTIONS.indexOf(change.section);
  const isOf = (line: string, mark: string): boolean => line.includes(`<${mark}`);
  return (
    (text.replace("\ufeff", "").match(/[^\r\n]*(?:\r\n|\r|\n)|[^\r\n]+$/g) ?? [])
      // The last one of a file may have had no line end so far.
      .map((line) => (change.kind === "set" ? line.replace(/[\r\n]+$/, "") : line))
      .filter((line) => {
        if (/NEW/.test(line)) return false;
        if (change.kind === "set" || change.kind === "remove")
          return !isOf(line, `${number}.${KEYS.indexOf(change.key)}.`);
        if (change.kind === "remove-section") return line.includes("<") && !isOf(line, `${number}.`);
        return !isOf(line, `${number}.h`);
      })
      .map((line) => (change.kind === "remove-section" && line.includes(".h>") ? line.trimStart() : line))
  );
}

interface File {
  readonly mark: string;
  readonly end: string;
  readonly lines: readonly string[];
  readonly isEnded: boolean;
}

/** An indented header below a key is none. */
function isReadAsMade(file: File): boolean {
  try {
    return parseIni(textOf(file), "f").size === file.lines.filter((line) => line.includes(".h>")).length;
  } catch {
    return false;
  }
}

function textOf({ mark, end, lines, isEnded }: File): string {
  return mark + lines.join(end) + (isEnded && lines.length > 0 ? end : "");
}

const gap = fc.constantFrom("", " ", "\t", "  ");
const noise = fc.array(fc.constantFrom("", "  ", "# note", "   ; note = x", "#[a]"), { maxLength: 2 });

/** A key with what belongs to it; every line of it is marked with the numbers of its section and key. */
const entry = (section: number, key: number, indent: string) =>
  fc
    .record({
      delimiter: fc.constantFrom("=", ":"),
      before: gap,
      after: gap,
      comment: fc.constantFrom("", " # note", "\t; note"),
      upper: fc.boolean(),
      hasValue: fc.boolean(),
      below: fc.array(fc.constantFrom("k = v", "k2=v2", "region = z"), { maxLength: 2 }),
    })
    .map(({ delimiter, before, after, comment, upper, hasValue, below }) => {
      const name = upper ? KEYS[key]?.toUpperCase() : KEYS[key];
      const mark = `<${section}.${key}.>`;
      const value = hasValue ? `v${mark}` : "";
      // Without a value there is just the comment to carry the mark.
      const behind = hasValue && comment === "" ? "" : ` #${mark}${comment}`;
      const more = [...new Set(below)].map((line) => `${indent}    ${line}${mark}`);
      return [`${indent}${name}${before}${delimiter}${after}${value}${behind}`, ...more];
    });

const sectionLines = (section: number) =>
  fc
    .record({ indent: fc.constantFrom("", " ", "  "), deep: gap, keys: fc.subarray([0, 1, 2, 3]) })
    .chain(({ indent, deep, keys }) =>
      fc.tuple(noise, ...keys.map((key) => fc.tuple(entry(section, key, indent), noise))).map(([first, ...rest]) => [
        // A header below keys must not be deeper than they are.
        `${deep.length > 0 && section === 0 ? deep : ""}[${SECTIONS[section]}] # <${section}.h>`,
        ...first,
        ...rest.flatMap(([lines, after]) => [...lines, ...after]),
      ]),
    );

const files: fc.Arbitrary<File> = fc.record({
  mark: fc.constantFrom("", "\ufeff"),
  end: fc.constantFrom("\n", "\r\n", "\r"),
  isEnded: fc.boolean(),
  lines: fc
    .tuple(noise, fc.shuffledSubarray([0, 1, 2]))
    .chain(([first, numbers]) => fc.tuple(...numbers.map(sectionLines)).map((parts) => [...first, ...parts.flat()])),
});

const section = fc.constantFrom(...SECTIONS);
const key = fc.constantFrom(...KEYS);
const edits: fc.Arbitrary<IniEdit> = fc.oneof(
  fc.record({ kind: fc.constant("set" as const), section, key, value: fc.constantFrom("NEW", "NEW a=b c") }),
  fc.record({ kind: fc.constant("remove" as const), section, key }),
  fc.constant({ kind: "add-section" as const, section: "NEW", keys: [["k", "NEW"]] as [string, string][] }),
  fc.record({ kind: fc.constant("remove-section" as const), section }),
  fc.record({ kind: fc.constant("rename-section" as const), section, to: fc.constant("NEW x") }),
);
