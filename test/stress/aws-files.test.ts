/** Any text as an AWS file: its profiles, or one error without a secret, soon. */

import fc from "fast-check";
import { expect } from "vitest";
import { parseIni } from "../../src/aws-files/ini.ts";
import { profilesOf, servicesOf } from "../../src/aws-files/profile-map.ts";
import { isAwsArn } from "../../src/aws-names/arn.ts";
import { resolveRequest } from "../../src/profile/request.ts";
import { AskonceError } from "../../src/runtime/errors.ts";
import { of, outcomeOf, SECRET, tryAll } from "../support/any-input.ts";
import { guarantee, roundsOf } from "../support/guarantee.ts";

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
          for (const role of [...request.roles, ...(request.source.direct ? [request.source.direct] : [])])
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
