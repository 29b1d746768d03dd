/** Runs a `credential_process` that is not askonce, such as a password manager's: it prints the long-term keys of an IAM user. */

import { runProgram } from "../processes/child-program.ts";
import { AskonceError } from "../runtime/errors.ts";
import { type KeyProgram, type LongTermKeys, refuseTemporary } from "./long-term-keys.ts";

/**
 * The keys that the program prints, as JSON of the credential_process form
 * (docs.aws.amazon.com/sdkref, "Process credential provider").
 *
 * It runs until `signal` ends it, with all its children. Throws `configuration` when it fails or prints something else.
 * Neither its command nor its output gets into the text, since both may hold a secret.
 */
export async function keysFromProgram(
  { profile, command }: KeyProgram,
  environment: NodeJS.ProcessEnv,
  signal: AbortSignal,
): Promise<LongTermKeys> {
  const whose = `credential_process of ${profile}`;
  const ended = await runProgram(command, environment, signal);
  if (ended === undefined) throw failed(`${whose} is empty`, "name a program that prints the keys");
  if (signal.aborted) throw failed(`${whose} gave no keys in time`, "run it by hand to see what it waits for");
  if (ended.status !== 0) throw failed(`${whose} failed (${ended.status})`, "run it by hand to see why");
  const keys = parseKeys(ended.output);
  if (keys === undefined) {
    throw failed(
      `${whose} did not print keys`,
      'it has to print JSON with "Version": 1, AccessKeyId and SecretAccessKey',
    );
  }
  refuseTemporary(profile, keys.accessKeyId, keys.sessionToken);
  return { profile, accessKeyId: keys.accessKeyId, secretAccessKey: keys.secretAccessKey };
}

/** What a program printed as keys; undefined for anything else. */
export function parseKeys(
  output: string,
): { accessKeyId: string; secretAccessKey: string; sessionToken: string | undefined } | undefined {
  let value: unknown;
  try {
    value = JSON.parse(output);
  } catch {
    return undefined;
  }
  const { Version, AccessKeyId, SecretAccessKey, SessionToken } = (value ?? {}) as Record<string, unknown>;
  if (Version !== 1 || !isText(AccessKeyId) || !isText(SecretAccessKey)) return undefined;
  return {
    accessKeyId: AccessKeyId,
    secretAccessKey: SecretAccessKey,
    sessionToken: isText(SessionToken) ? SessionToken : undefined,
  };
}

function isText(value: unknown): value is string {
  return typeof value === "string" && value !== "";
}

function failed(what: string, hint: string): AskonceError {
  return new AskonceError("configuration", what, hint, "key-program-failed");
}
