/** Anything at all in a file, on the command line or out of a program: what it says, a miss or one clear error, soon. */

import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { expect, onTestFinished } from "vitest";
import { parseCommand, parseDeadline } from "../../src/args.ts";
import { parseIni } from "../../src/aws-files/ini.ts";
import { profilesOf, servicesOf } from "../../src/aws-files/profile-map.ts";
import { accountOfArn, isAwsArn, partitionOfArn, shortName } from "../../src/aws-names/arn.ts";
import { readSession, sessionPath } from "../../src/cache/session-file.ts";
import { readUser } from "../../src/cache/user-file.ts";
import { digest } from "../../src/disk/file-names.ts";
import { parseKeys } from "../../src/keys/key-program.ts";
import { inspectLock } from "../../src/locking/lock-state.ts";
import { currentProcess } from "../../src/locking/process-identity.ts";
import { findRefusal } from "../../src/locking/shared-failure.ts";
import { parseTokenCode } from "../../src/mfa/code.ts";
import { codeInOutput } from "../../src/mfa/mfa-process.ts";
import { spentCode } from "../../src/mfa/used-codes.ts";
import { askonceRequest } from "../../src/profile/credential-process.ts";
import { resolveRequest } from "../../src/profile/request.ts";
import { AskonceError } from "../../src/runtime/errors.ts";
import { credentialProcessLine } from "../../src/session/credential-process-line.ts";
import { parseDuration } from "../../src/text/times.ts";
import { guarantee, type Row, roundsOf } from "../support/guarantee.ts";
import { me } from "../unit/support/temporary.ts";

const SECRET = "wJalrXUtnFEMIK7MDENGbPxRfiCYEXAMPLEKEY";
const ID = "a".repeat(40);
/** A disk would be written to for each case. */
const IN_MEMORY = existsSync("/dev/shm") ? "/dev/shm" : tmpdir();
const of = fc.constantFrom;

/** Does it, and returns what it gave or the failure that it may end with: any but a bug. */
function outcomeOf<T>(act: () => T): T | AskonceError {
  try {
    return act();
  } catch (error) {
    if (!(error instanceof AskonceError) || error.code === "bug") throw error;
    return error;
  }
}

const PROTOTYPE = Object.getOwnPropertyNames(Object.prototype).join();

/** Tries so many cases, and notes the slowest. */
function tryAll<T>(row: Row, cases: fc.Arbitrary<T>, act: (value: T) => void): void {
  let slowestMs = 0;
  const property = fc.property(cases, (value) => {
    const startedAtMs = performance.now();
    act(value);
    slowestMs = Math.max(slowestMs, performance.now() - startedAtMs);
  });
  const found = fc.check(property, { numRuns: row.rounds });
  row.worst = found.failed ? `after ${found.numRuns} cases` : `${slowestMs.toFixed(1)} ms for a case`;
  if (found.failed) throw new Error(fc.defaultReportMessage(found));
  expect(Object.getOwnPropertyNames(Object.prototype).join()).toBe(PROTOTYPE);
  expect(slowestMs).toBeLessThan(2_000);
}

const VALUES = [
  ...[
    "a",
    "b",
    "c d",
    "s",
    "",
    "=",
    "x y",
    "eu-west-1",
    "fips-x",
    "a/../b",
    "__proto__",
    "1h",
    "99h",
    "900",
    "direct",
    "legacy",
  ],
  ...[
    "none",
    "true",
    "arn:aws:iam::123456789012:role/x",
    "arn:aws:iam::123456789012:mfa/x",
    "GAHT12345678",
    "k=v,l=w",
    ",",
    "k",
  ],
  ...[
    "http://h:99999/",
    "http://h:1",
    "https://u:p@h",
    "http://[::1",
    "http://[::1]:8080/x",
    "ftp://h",
    "😀",
    "\0",
    "\u2028",
    "\ufeff",
  ],
  ...[`http://u:${SECRET}@h/`, `https://h:${SECRET}/`, `/bin/x --password ${SECRET}`, `askonce get b --frob ${SECRET}`],
  ...[
    "askonce get b",
    "/usr/bin/askonce get a --duration 2h",
    "node /x/askonce/dist/askonce.cjs get b",
    "npx",
    "'",
    "askonce get '",
  ],
  // Lines below that belong to the value, and may be a secret in the wrong place.
  ...[
    `\n  aws_secret_access_key = ${SECRET}`,
    `a\n  ${SECRET}`,
    `1h\n\t${SECRET}`,
    `\n  endpoint_url = http://u:${SECRET}@h:x`,
  ],
];
const KEYS = [
  ...[
    "source_profile",
    "include_profile",
    "services",
    "role_arn",
    "mfa_serial",
    "region",
    "endpoint_url",
    "sts",
    "iam",
  ],
  ...[
    "sts_regional_endpoints",
    "session_duration",
    "min_remaining",
    "duration_seconds",
    "mfa_mode",
    "mfa_prompt",
    "ca_bundle",
  ],
  ...["session_tags", "transitive_session_tags", "policy_arns", "role_session_name", "external_id", "source_identity"],
  ...[
    "credential_process",
    "mfa_process",
    "__proto__",
    "constructor",
    "use_fips_endpoint",
    "ignore_configured_endpoint_urls",
  ],
];
const HEADERS = [
  "profile a",
  "a",
  "profile b",
  "b",
  "default",
  "DEFAULT",
  "services s",
  'profile "c d"',
  "profile __proto__",
  "c d",
];
const LINES = [
  ...[
    "",
    " ",
    "# x",
    "; y",
    "]",
    "[]",
    "[profile",
    "=",
    "\0",
    "\ufeff",
    "\ud800",
    "garbage",
    `${SECRET}`,
    ` ${SECRET}`,
    `= ${SECRET}`,
  ],
  ...[`aws_secret_access_key ${SECRET}`, ` aws_secret_access_key = ${SECRET}`],
];
const setting = fc.tuple(of(...KEYS), of("=", " = ", ":"), of(...VALUES));
const section = fc
  .tuple(of(...HEADERS), fc.boolean(), fc.uniqueArray(setting, { maxLength: 6, selector: ([key]) => key }))
  .map(([header, hasKeys, settings]) => [
    `[${header}]`,
    ...(hasKeys ? ["aws_access_key_id = AKIAAAAAAAAAAAAAAAAA", `aws_secret_access_key = ${SECRET}`] : []),
    ...settings.map((parts) => parts.join("")),
  ]);
/** A file as people have them, or worse: a line in a wrong place, or everything in any order. */
const awsText = fc
  .tuple(
    fc.uniqueArray(section, { maxLength: 4, selector: ([header]) => header }),
    fc.option(fc.tuple(fc.nat(20), of(...LINES)), { freq: 3 }),
    of("\n", "\r\n", "\r"),
  )
  .map(([sections, stray, end]) => {
    const lines = sections.flat();
    if (stray !== null) lines.splice(stray[0], 0, stray[1]);
    return lines.join(end);
  });
const soup = fc
  .array(
    of(...VALUES, ...LINES, ...KEYS, ...HEADERS.map((header) => `[${header}]`), "\n", "\n", "\n", "\n  ", "\r", " = "),
    {
      maxLength: 40,
      size: "max",
    },
  )
  .map((parts) => parts.join(""));
const anyText = fc.oneof(
  { weight: 4, arbitrary: awsText },
  { weight: 1, arbitrary: soup },
  { weight: 1, arbitrary: fc.string({ unit: "binary" }) },
);

/** A secret in a section's name, or as the value of a key whose value is a name or a word, is shown as what it is taken for. */
const SHOWN = new RegExp(
  `^[^\\n\\r]*(\\[|(?<!secret_access_key|session_token|_process|endpoint_url|external_id)\\s*[=:])[^\\n\\r]*${SECRET}`,
  "m",
);

guarantee(
  "any text as an AWS file: its profiles, or one error without a secret",
  { suite: 10_000, stress: 40_000 },
  async (row) => {
    let served = 0;
    tryAll(row, fc.tuple(anyText, anyText), (texts) => {
      const told = (act: () => unknown): boolean => {
        const outcome = outcomeOf(act);
        if (!(outcome instanceof AskonceError)) return true;
        if (!texts.some((text) => SHOWN.test(text))) expect(outcome.line).not.toContain(SECRET.slice(0, 12));
        expect(outcome.line).not.toMatch(/[\p{Cc}\p{Cf}]/u);
        return false;
      };
      const [config, credentials] = texts.map((text, index) => {
        let sections: ReturnType<typeof parseIni> = new Map();
        told(() => {
          sections = parseIni(text, `/home/jane/.aws/${index}`);
        });
        return sections;
      }) as [ReturnType<typeof parseIni>, ReturnType<typeof parseIni>];
      const profiles = profilesOf(config, credentials);
      const files = { profiles, services: servicesOf(config), configPath: "/c", credentialsPath: "/k" };
      for (const [name, keys] of profiles) {
        expect(Object.getPrototypeOf(keys)).toBe(Object.prototype);
        told(() => {
          const request = resolveRequest(name, {}, files, {});
          expect(request.sessionDurationSeconds).toBeGreaterThanOrEqual(900);
          expect(request.sessionDurationSeconds).toBeLessThanOrEqual(129_600);
          for (const role of [...request.roles, ...(request.direct ? [request.direct] : [])])
            expect(isAwsArn(role.arn)).toBe(true);
          for (const url of [request.endpoint.stsUrl, request.endpoint.iamUrl])
            if (url !== undefined) expect(new URL(url).password).toBe("");
          served++;
        });
      }
    });
    expect(served).toBeGreaterThan(row.rounds / 100);
  },
);

const SESSION = {
  id: ID,
  accessKeyId: "ASIAEXAMPLE",
  secretAccessKey: "secret",
  sessionToken: "token",
  profile: "work",
  issuedAtMs: 1_900_000_000_000,
  expiresAtMs: 1_900_043_200_000,
  clockOffsetMs: 0,
};
const FAILURE = { code: "no-code", message: "cancelled", hint: "ask again", firstAtMs: 1, lastAtMs: 2 };
const RECORDS = [
  { version: 1, ...SESSION },
  { serial: "GAHT12345678", userName: "jane", choices: { serials: ["a", "b"], atMs: 1 } },
  FAILURE,
  { digest: "d".repeat(40), usedAtMs: 1 },
  { identity: currentProcess(), sinceMs: 1, note: { profile: "work" } },
].map((record) => JSON.stringify(record));
const edit = fc.record({
  kind: of("flip", "cut", "insert", "double"),
  at: fc.nat(400),
  length: fc.nat(40),
  byte: fc.nat(255),
});
const damaged = fc.tuple(of(...RECORDS), fc.array(edit, { maxLength: 3 })).map(([text, edits]) =>
  edits.reduce((bytes, { kind, at, length, byte }) => {
    const from = at % (bytes.length + 1);
    const [before, after] = [bytes.subarray(0, from), bytes.subarray(from)];
    if (kind === "cut") return Buffer.concat([before, after.subarray(length)]);
    if (kind === "insert") return Buffer.concat([before, Buffer.of(byte), after]);
    if (kind === "double") return Buffer.concat([before, after.subarray(0, length), after]);
    return Buffer.concat([before, Buffer.of((after[0] ?? 0) ^ (1 << (byte % 8))), after.subarray(1)]);
  }, Buffer.from(text)),
);
const NAMES = [
  "version",
  "code",
  "message",
  "serial",
  "choices",
  "identity",
  "note",
  "__proto__",
  "digest",
  "usedAtMs",
];
const value = fc.oneof(
  fc.jsonValue({ maxDepth: 1 }),
  of<unknown>(1, 99, "bug", "no-code", "x", 1e308, [], {}, currentProcess()),
);
const misshapen = fc
  .tuple(of(...RECORDS), fc.dictionary(of(...NAMES, ...Object.keys({ ...SESSION, ...FAILURE })), value, { maxKeys: 3 }))
  .map(([text, changes]) => Buffer.from(JSON.stringify({ ...JSON.parse(text), ...changes })));
const rest = of(
  "",
  "\0",
  "\ufeff{}",
  "null",
  "[]",
  '"',
  "[".repeat(60_000),
  '{"a":'.repeat(12_000),
  "1e999",
  "x".repeat(70_000),
);
const cacheBytes = fc.oneof(
  { weight: 6, arbitrary: damaged },
  { weight: 6, arbitrary: misshapen },
  { weight: 2, arbitrary: fc.uint8Array({ maxLength: 200 }).map((bytes) => Buffer.from(bytes)) },
  { weight: 1, arbitrary: rest.map((text) => Buffer.from(text)) },
);

guarantee(
  "any bytes as a file of the cache: what it is of, or a miss",
  { suite: 10_000, stress: 40_000 },
  async (row) => {
    const directory = mkdtempSync(join(IN_MEMORY, "askonce-files-"));
    onTestFinished(() => rmSync(directory, { recursive: true }));
    const inRoom = (name: string): string => join(directory, name);
    const failures = inRoom(`${ID}.refusal.json`);
    const used = inRoom(`${digest("used", "device")}.used.json`);
    const lock = inRoom("a.lock");
    mkdirSync(lock);
    const found = { sessions: 0, failures: 0, holders: 0 };
    tryAll(row, cacheBytes, (bytes) => {
      for (const path of [sessionPath(directory, ID), failures, used, join(lock, "holder-ab.json")])
        writeFileSync(path, bytes, { mode: 0o600 });
      const session = readSession(directory, ID, me);
      if (session !== undefined) {
        expect(session.id).toBe(ID);
        expect(JSON.parse(credentialProcessLine(session)).Version).toBe(1);
        found.sessions++;
      }
      const { serial, userName, accessKeyId, choices, ...others } = readUser(directory, ID, me);
      for (const text of [serial, userName, accessKeyId, ...(choices?.serials ?? [])])
        expect(["string", "undefined"]).toContain(typeof text);
      expect(others).toEqual({});
      const failure = findRefusal(directory, ID, 0, me);
      if (failure !== undefined) {
        expect([failure.status > 1, failure.line.includes("\n")]).toEqual([true, false]);
        found.failures++;
      }
      const spent = spentCode({ directory, device: "device", uid: me }, "123456", { wallMs: 2 }, 2);
      expect(["used", "rejected", undefined]).toContain(spent?.was);
      const state = inspectLock(lock);
      expect(state?.verdict).toMatch(/^(held|stale|dead)$/);
      if (state?.holder !== undefined) {
        expect(Object.values(state.holder.note).every((text) => typeof text === "string")).toBe(true);
        found.holders++;
      }
    });
    expect(Math.min(...Object.values(found))).toBeGreaterThan(row.rounds / 200);
  },
);

const WORDS = [
  ...[
    "get",
    "login",
    "logout",
    "help",
    "--help",
    "-h",
    "--version",
    "work",
    "",
    "-",
    "--",
    "-x",
    "--all",
    "--code",
    "--code=-",
  ],
  ...[
    "--code=123456",
    "--force",
    "--no-prompt",
    "--deadline",
    "--deadline=1e9",
    "--min-remaining=1h",
    "--duration",
    "2h",
    "12h",
  ],
  ...[
    "--region=",
    "--log=/x",
    "--mfa-process=cat",
    "--__proto__",
    "--constructor=x",
    "--prompt",
    "-hx",
    "--no-help",
    "0",
    "NaN",
  ],
];
const word = fc.oneof(
  { weight: 3, arbitrary: of(...WORDS) },
  { weight: 1, arbitrary: fc.string({ unit: "binary", maxLength: 12 }) },
);
const pieces = of(
  ...[
    "arn:aws:iam::",
    "123456789012",
    ":mfa/",
    "arn",
    ":",
    "/",
    "1",
    "2",
    "3",
    "123456",
    " ",
    "\n",
    "\r\n",
    "-",
    "h",
    "m",
    "s",
    "12h",
  ],
  ...[
    "{",
    "}",
    '"',
    ",",
    '"Version":1',
    '"AccessKeyId":"AKIA"',
    '"SecretAccessKey":',
    `"${SECRET}"`,
    '"SessionToken":null',
    "١",
    "😀",
  ],
  ...[
    "askonce get ",
    "node ",
    "npx -y ",
    "'",
    "\\",
    "$(",
    ">",
    "--region x ",
    `${SECRET}`,
    "C:\\x\\askonce.cmd get x",
    "/askonce/dist/askonce.cjs",
  ],
);
const piecesText = fc.array(pieces, { maxLength: 10 }).map((parts) => parts.join(""));

guarantee(
  "any words as command, time, ARN, code or keys: read or refused",
  { suite: 10_000, stress: 40_000 },
  async (row) => {
    tryAll(row, fc.tuple(fc.array(word, { maxLength: 6 }), piecesText), ([words, text]) => {
      const command = outcomeOf(() => parseCommand(words));
      if (command instanceof AskonceError)
        expect([command.code, /\p{Cc}/u.test(command.line)]).toEqual(["usage", false]);
      else expect(command.verb).toMatch(/^(get|login|logout|help|version|other)$/);
      for (const one of [text, ...words]) {
        const seconds = parseDuration(one) ?? 0;
        expect(Number.isSafeInteger(seconds) && seconds >= 0).toBe(true);
        const deadline = outcomeOf(() => parseDeadline(one, "x"));
        if (!(deadline instanceof AskonceError)) expect(deadline ?? 1).toBeGreaterThan(0);
      }
      expect(accountOfArn(text) ?? "123456789012").toMatch(/^\d{12}$/);
      expect([typeof partitionOfArn(text), typeof shortName(text)]).toEqual(["string", "string"]);
      const typed = parseTokenCode(text);
      expect("code" in typed ? typed.code : "123456").toMatch(/^[0-9]{6}$/);
      expect(codeInOutput(text) ?? "123456").toMatch(/^[0-9]{6}$/);
      const keys = parseKeys(text);
      if (keys !== undefined)
        expect([typeof keys.accessKeyId, typeof keys.secretAccessKey]).toEqual(["string", "string"]);
      const request = outcomeOf(() => askonceRequest(text));
      if (!(request instanceof AskonceError)) expect(request?.name ?? "x").not.toBe("");
    });
  },
);

/** Ini files of that many megabytes with one thing in them; a reader takes no larger ones than 16. */
const MEGABYTES = Math.min(15, roundsOf({ suite: 1, stress: 5 }));
const filled = (unit: string): string => unit.repeat((MEGABYTES * 2 ** 20) / unit.length);
const counted = (unit: (n: number) => string): string =>
  Array.from({ length: MEGABYTES * 50_000 }, (_, n) => unit(n)).join("");
const SHAPES: Record<string, () => string> = {
  comments: () => filled("# nothing of interest\n"),
  "blank lines": () => filled("\n"),
  blanks: () => `x = 1${filled(" ")}\n`,
  "one line": () => `x = ${filled("y")}\n`,
  "a value that goes on": () => `x = 1\n${filled("  and on\n")}`,
  "blank lines in a value": () => `x = 1\n${filled("\n")}  2\n`,
  "nested lines": () => `sts =\n${counted((n) => `  k${n} = v\n`)}`,
  keys: () => counted((n) => `k${n} = v\n`),
  profiles: () => counted((n) => `[profile p${n}]\n`),
  "a long name": () => `[profile ${filled("x")}]\n`,
  "quotes in a name": () => `[profile ${filled("'x'")}]\n`,
  "backslashes in a name": () => `[profile ${filled("\\")}]\n`,
  "open quotes in a name": () => `[profile ${filled('"\\"')}]\n`,
  "a command": () => `[profile p]\ncredential_process = ${filled("x ' y \" ")}\n`,
  "a command of ours": () => `[profile p]\ncredential_process = askonce get ${filled("x ")}\n`,
  tags: () => `session_tags = ${filled("a=b,")}\n`,
};

guarantee("a huge config file is read in a time that grows with its size", { suite: 1, stress: 1 }, async (row) => {
  let worst = 0;
  for (const [shape, make] of Object.entries(SHAPES)) {
    const text = `[profile a]\naws_access_key_id = AKIAAAAAAAAAAAAAAAAA\naws_secret_access_key = s\n${make()}`;
    const yardstickMs = msOf(() => JSON.parse(JSON.stringify(text.split(/(?=[\s"'])/))));
    const ms = msOf(() => {
      outcomeOf(() => {
        const config = parseIni(text, "/c");
        const profiles = profilesOf(config, new Map());
        const files = { profiles, services: servicesOf(config), configPath: "/c", credentialsPath: "/k" };
        for (const name of ["a", "p"]) resolveRequest(name, {}, files, {});
      });
    });
    if (ms / Math.max(yardstickMs, 1) < worst) continue;
    worst = ms / Math.max(yardstickMs, 1);
    row.worst = `${worst.toFixed(1)} x JSON.parse: ${shape}`;
  }
  expect(worst).toBeLessThan(MEGABYTES * 100);
});

function msOf(act: () => unknown): number {
  const startedAtMs = performance.now();
  act();
  return performance.now() - startedAtMs;
}
