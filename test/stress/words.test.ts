/** Any words on the command line or from a program: read or refused, soon. */

import fc from "fast-check";
import { expect } from "vitest";
import { parseCommand, parseDeadline } from "../../src/args.ts";
import { accountOfArn, partitionOfArn, shortName } from "../../src/aws-names/arn.ts";
import { parseKeys } from "../../src/keys/key-program.ts";
import { parseTokenCode } from "../../src/mfa/code.ts";
import { codeInOutput } from "../../src/mfa/mfa-process.ts";
import { askonceRequest } from "../../src/profile/credential-process.ts";
import { AskonceError } from "../../src/runtime/errors.ts";
import { parseDuration } from "../../src/text/times.ts";
import { of, outcomeOf, SECRET, tryAll } from "../support/any-input.ts";
import { guarantee } from "../support/guarantee.ts";

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
