/**
 * The AWS files are read as botocore reads them, which is asked. What we do differently, on purpose:
 * - A comment after a value is cut, except in commands: botocore keeps it and cannot work with the value.
 * - A byte order mark is no part of the text: Windows editors write it, and the JavaScript SDK reads on.
 * - A file that may not be read, a directory and a FIFO are refused: botocore takes them for missing (shared-files.test.ts).
 * - An indented line without = in [DEFAULT] is refused even where every section has that key itself, or there is none.
 * - Control characters in the middle of a line: botocore takes some of them for blanks, or for ends of nested lines.
 */
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { expect, onTestFinished, test } from "vitest";
import { readSharedFiles } from "../../../src/aws-files/read.ts";
import { AskonceError } from "../../../src/runtime/errors.ts";
import { Botocore, pythonWithBotocore } from "../../support/botocore.ts";
import { needs } from "../../support/tools.ts";
import { type FilePair, filePairs } from "../support/aws-files.ts";
import { temporaryDirectory } from "../support/temporary.ts";

/** Each with 25 pairs of files or so. */
const RUNS = Number(process.env.ASKONCE_TEST_RUNS ?? 30);

/** Name -> keys in order of their name; null for a key that has no text but lines below it. */
type Named<T> = [string, [string, T][]][];
interface Read {
  readonly profiles: Named<string | null>;
  readonly services: [string, Named<string>][];
}

const SNIPPET = `
import os
from botocore.session import Session
def write(path, text):
    with open(path, "w", encoding="utf-8", newline="") as file:
        file.write(text)
def text_of(value):
    return value if isinstance(value, str) else None
def evaluate(case):
    os.environ["AWS_CONFIG_FILE"] = case["directory"] + "/config"
    os.environ["AWS_SHARED_CREDENTIALS_FILE"] = case["directory"] + "/credentials"
    write(os.environ["AWS_CONFIG_FILE"], case["config"])
    write(os.environ["AWS_SHARED_CREDENTIALS_FILE"], case["credentials"])
    session = Session(include_builtin_handlers=False)
    profiles = []
    for name in session.available_profiles:
        session.set_config_variable("profile", name)
        profiles.append([name, sorted([key, text_of(value)] for key, value in session.get_scoped_config().items())])
    services = [
        [name, [[id, sorted(map(list, keys.items()))] for id, keys in ids.items() if isinstance(keys, dict)]]
        for name, ids in session.full_config["services"].items()
    ]
    return {"profiles": profiles, "services": services}
`;

/** What we read; the message where we refuse it. */
async function ours(directory: string, { config, credentials }: FilePair): Promise<Read | string> {
  const env = {
    AWS_CONFIG_FILE: join(directory, "config"),
    AWS_SHARED_CREDENTIALS_FILE: join(directory, "credentials"),
  };
  writeFileSync(env.AWS_CONFIG_FILE, config.written);
  writeFileSync(env.AWS_SHARED_CREDENTIALS_FILE, credentials.written);
  try {
    const { profiles, services } = await readSharedFiles(env);
    return {
      profiles: [...profiles].map(([name, keys]) => [name, sorted(keys).map(([key, text]) => [key, text ?? null])]),
      services: [...services].map(([name, ids]) => [
        name,
        [...ids].map(([id, keys]) => [id, sorted(keys).map(([key, text = ""]) => [key, text])]),
      ]),
    };
  } catch (error) {
    if (error instanceof AskonceError && error.code === "configuration") return error.message;
    throw error;
  }
}

/** The exception that can only be told from the outcome. */
function isUnusedDefault(read: Read | string, { config, credentials }: FilePair): boolean {
  return (
    typeof read === "string" &&
    read.endsWith("indented line without =") &&
    `${config.plain}${credentials.plain}`.includes("[DEFAULT]")
  );
}

/** By code point, as Python sorts. */
function sorted<T>(keys: Readonly<Record<string, T>>): [string, T][] {
  return Object.entries(keys).sort(([a], [b]) => Buffer.compare(Buffer.from(a), Buffer.from(b)));
}

test("every profile and key is what botocore has, and what it cannot parse is refused with file and line", async (context) => {
  needs(context, pythonWithBotocore() !== undefined, "a Python with botocore");
  const python = new Botocore(SNIPPET);
  onTestFinished(() => python.close());
  const [directory, theirs] = [temporaryDirectory(), join(temporaryDirectory(), "theirs")];
  mkdirSync(theirs);
  const seen = { read: 0, refused: 0 };
  await fc.assert(
    fc.asyncProperty(filePairs, async (pairs) => {
      const answers = await python.evaluate<Read>(
        pairs.map(({ config, credentials }) => ({
          directory: theirs,
          config: config.plain,
          credentials: credentials.plain,
        })),
      );
      for (const [index, pair] of pairs.entries()) {
        const answer = answers[index];
        const read = await ours(directory, pair);
        if (answer !== undefined && "value" in answer) {
          if (isUnusedDefault(read, pair)) continue;
          expect(read).toEqual(answer.value);
          seen.read += 1;
        } else {
          expect(answer?.error).toBe("ConfigParseError");
          expect(read).toMatch(/\/(config|credentials), line \d+: /);
          seen.refused += 1;
        }
      }
    }),
    { numRuns: RUNS },
  );
  // Of each kind enough to mean something.
  expect(Math.min(seen.read, seen.refused)).toBeGreaterThan(3 * RUNS);
}, 600_000);
