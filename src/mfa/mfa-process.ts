/** Runs `mfa_process`, a command that prints the code. */

import { runProgram } from "../processes/child-program.ts";
import { AskonceError } from "../runtime/errors.ts";

/**
 * The code that the command prints: its last line that is not empty, exactly six digits.
 *
 * Throws `no-code` when it fails, prints something else, or `signal` ends it.
 */
export async function codeFromProcess(
  command: string,
  environment: NodeJS.ProcessEnv,
  signal: AbortSignal,
): Promise<string> {
  const ended = await runProgram(command, environment, signal);
  if (ended === undefined) throw failed("is empty", "name a command that prints six digits");
  if (signal.aborted) throw failed("gave no code in time", "run it by hand to see what it waits for");
  if (ended.status !== 0) throw failed(`failed (${ended.status})`, "run it by hand to see why");
  const code = codeInOutput(ended.output);
  if (code === undefined) throw failed("did not end with a line of six digits", "run it by hand to see what it prints");
  return code;
}

/** The six digits that are the last line of an output; undefined when something else is. */
export function codeInOutput(output: string): string | undefined {
  const lastLine = output.split(/\r?\n/).findLast((line) => line.trim() !== "");
  return lastLine !== undefined && /^\d{6}$/.test(lastLine) ? lastLine : undefined;
}

function failed(what: string, hint: string): AskonceError {
  return new AskonceError("no-code", `mfa_process ${what}`, hint, "code-program-failed");
}
