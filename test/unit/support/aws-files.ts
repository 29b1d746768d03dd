/** Config and credentials files as people have them, and worse, for fast-check. */
import fc from "fast-check";

/** A file as it lies there, and the same without what we read differently from botocore, on purpose. */
export interface FileText {
  readonly written: string;
  readonly plain: string;
}

interface Line {
  readonly indent: string;
  readonly text: string;
  /** A comment after a value; it stands behind a blank. */
  readonly comment: string;
  readonly isCommand: boolean;
}

const of = fc.constantFrom;
/** Not in them: control characters and U+FEFF, of which Python's and JavaScript's strip() and trim() differ in a few. */
const anyText = fc
  .string({ unit: "grapheme", maxLength: 6 })
  .filter((text) => !/[\p{Cc}\p{Zl}\p{Zp}\ufeff]|\s[#;]|^[#;]/u.test(text));
const name = fc.oneof(
  {
    weight: 6,
    arbitrary: of("a", "b", "work", "my work", "default", "x.y", "me@example.com", "it's", 'say "hi"', "back\\slash"),
  },
  { weight: 2, arbitrary: of("__proto__", "constructor", "😀", "Ünï", "", "a]b", "a=b", "a#b", "profile a", "\u00a0") },
  { weight: 1, arbitrary: anyText },
);

const quote = of<(text: string) => string>(
  (text) => text,
  (text) => `"${text}"`,
  (text) => `'${text}'`,
  (text) => `"${text.replace(/["\\]/g, "\\$&")}"`,
  (text) => text.replace(/[^\w.]/gu, "\\$&"),
  (text) => `"${text}`,
  (text) => text.replace(/^(.)(.*)$/su, '$1"$2"'),
  (text) => `${text}\\`,
);
const kind = fc.oneof(
  { weight: 8, arbitrary: of("profile ") },
  { weight: 4, arbitrary: of("", "services ", "profile\t", "profile  ") },
  { weight: 1, arbitrary: of("sso-session ", "profile", "profiles ", " profile ", "services", "Profile ") },
);
const named = fc.tuple(kind, quote, name).map(([before, quoted, text]) => `[${before}${quoted(text)}]`);
const header = fc.oneof(
  { weight: 8, arbitrary: named },
  {
    weight: 2,
    arbitrary: of(
      "[default]",
      "[profile default]",
      "[DEFAULT]",
      "[]",
      "[a",
      "[ a ]",
      "[x]y",
      "[default] # [x]",
      "[a]]",
    ),
  },
);

const COMMAND = /^(credential|mfa)_process$/i;
const key = fc.oneof(
  {
    weight: 8,
    arbitrary: of(
      "region",
      "Region",
      "mfa_serial",
      "MFA_Serial",
      "sts",
      "iam",
      "STS",
      "s3",
      "services",
      "role_arn",
      "output",
      "external_id",
      "endpoint_url",
    ),
  },
  { weight: 3, arbitrary: of("credential_process", "mfa_process", "Credential_Process") },
  { weight: 1, arbitrary: of("__proto__", "constructor", "a b", "É", "[x", "aws secret") },
);
const value = fc.oneof(
  { weight: 3, arbitrary: of("eu-west-1", "key=value=more", "a: b", "x#y", "x;y", '"quoted"', "[x]", "=", "é😀") },
  { weight: 2, arbitrary: of("") },
  { weight: 1, arbitrary: anyText },
);
const delimiter = of("=", " = ", ": ", " : ", "\t=\t", "= ", ":");
const comment = fc.oneof(
  { weight: 4, arbitrary: of("") },
  { weight: 1, arbitrary: of(" # c", "\t; c = d", "  #", " ;x") },
);
const indent = fc.oneof({ weight: 12, arbitrary: of("") }, { weight: 1, arbitrary: of(" ", "\t", "    ") });
const deeper = of(" ", "  ", "\t", "    ", "\u00a0");

const setting = fc
  .record({ indent, key, delimiter, value, comment })
  .map(({ key: left, delimiter: between, value: right, ...rest }): Line => {
    return { ...rest, text: `${left}${between}${right}`, isCommand: COMMAND.test(left) };
  });
const nestedText = fc.oneof(
  {
    weight: 12,
    arbitrary: fc
      .tuple(of("endpoint_url", "endpoint_url", "A", "B", "a b", "__proto__", ""), of("=", " = "), value)
      .map((all) => all.join("")),
  },
  { weight: 1, arbitrary: value },
);
const nested = fc.record({ indent: deeper, text: nestedText, comment, isCommand: of(false) });
const other = fc
  .oneof(
    { weight: 20, arbitrary: of("", "  ", "\t", "# comment", "; a = b", "  # [x]", "\t;") },
    { weight: 1, arbitrary: of("garbage", "= x", "profile a]", "[]") },
  )
  .map((text): Line => ({ indent: "", text, comment: "", isCommand: false }));
const heading = fc
  .record({ indent, text: header })
  .map((line): Line => ({ ...line, comment: "", isCommand: false }))
  .filter((line) => line.indent === "" || !/\s[#;]/.test(line.text));
const sound = named.map((text): Line => ({ indent: "", text, comment: "", isCommand: false }));
const line = fc.oneof(
  { weight: 5, arbitrary: setting },
  { weight: 4, arbitrary: nested },
  { weight: 3, arbitrary: heading },
  { weight: 2, arbitrary: other },
);
const lineEnd = fc.oneof({ weight: 4, arbitrary: of("\n", "\r\n") }, { weight: 1, arbitrary: of("\r") });

const lines = fc
  .record({
    first: fc.oneof({ weight: 9, arbitrary: sound }, { weight: 1, arbitrary: line }),
    rest: fc.array(line, { maxLength: 9 }),
    end: lineEnd,
    isMarked: fc.boolean(),
  })
  .map(({ first, rest, end, isMarked }): FileText => {
    const all = [first, ...rest];
    const written = withComments(all, (shown) => shown.comment);
    const plain = withComments(all, () => "");
    return { written: `${isMarked ? "\ufeff" : ""}${written.join(end)}`, plain: plain.join(end) };
  });

/** In a command and below it a `#` is no comment; where we cannot tell whether that is so, there is none. */
function withComments(all: readonly Line[], shown: (line: Line) => string): string[] {
  let isBelowCommand = false;
  return all.map((one) => {
    const text = one.indent + one.text;
    if (one.isCommand) isBelowCommand = true;
    else if (!/^(\s|[#;]|$)/.test(text)) isBelowCommand = false;
    if (one.isCommand && one.indent === "") return text + one.comment;
    // With nothing before it, it is a line of its own; with the first = in it, it is a part of the key.
    const isPart = one.text.trim() === "" || (one.comment.includes("=") && !one.text.includes("="));
    return isBelowCommand || one.isCommand || isPart ? text : text + shown(one);
  });
}

/** Any order of what means something in such a file. Comments have a line of their own here. */
const soup = fc
  .array(
    of(
      "[",
      "]",
      "=",
      ":",
      " ",
      "\t",
      "\n",
      "\n ",
      "\r\n",
      "\r",
      "a",
      "profile ",
      '"',
      "'",
      "\\",
      "\n# ",
      "\n[default]\n",
    ),
    {
      maxLength: 24,
    },
  )
  .map((parts) => parts.join(""))
  .map((text): FileText => ({ written: text, plain: text }));

const awsFile = fc.oneof({ weight: 9, arbitrary: lines }, { weight: 1, arbitrary: soup });

export interface FilePair {
  readonly config: FileText;
  readonly credentials: FileText;
}

/** Pairs of files, many at once, since asking about many costs what asking about one does. */
export const filePairs = fc.array(fc.record<FilePair>({ config: awsFile, credentials: awsFile }), {
  minLength: 1,
  maxLength: 50,
  size: "max",
});
