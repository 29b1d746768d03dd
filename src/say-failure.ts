/** Says a failure on the terminal, once for each command that meets it. */

import { closeSync, constants, lstatSync, openSync } from "node:fs";
import { join } from "node:path";
import { cacheRoot, lookAtCache } from "./cache/directory.ts";
import { makeCache } from "./cache/make-directory.ts";
import { digest } from "./digest.ts";
import { commandId } from "./locking/process-identity.ts";
import { sayOnTerminal } from "./mfa/code-source.ts";
import { terminalId } from "./mfa/terminal-ownership.ts";
import type { Ports } from "./ports.ts";
import { removeFile } from "./private-file.ts";

/** An SDK tries again at once, not after minutes. */
const SAID_MS = 60_000;

/** Never throws: the failure itself is on stderr already. */
export async function sayOncePerCommand(
  line: string,
  ports: Ports,
  options: { colours: boolean; searchPath: string },
): Promise<void> {
  try {
    const terminal = terminalId();
    if (terminal === undefined || !isFirst(line, terminal, ports)) return;
    await sayOnTerminal(line, options);
  } catch {
    // A cache that is refused has been told of already.
  }
}

/** Whoever of a command makes the file is the first; without a cache everybody is. */
function isFirst(line: string, terminal: string, ports: Ports): boolean {
  const found = lookAtCache(cacheRoot(ports.env), ports.uid);
  const cache = found.usable ? makeCache(found, ports.uid) : found;
  const command = commandId();
  if (!cache.usable || command === undefined) return true;
  const path = join(cache.notes, `${digest("said", terminal, command, line)}.said`);
  try {
    // A group's number comes back some day, for another command.
    if (Date.now() - lstatSync(path).mtimeMs > SAID_MS) removeFile(path);
  } catch {
    // Not said yet.
  }
  try {
    closeSync(openSync(path, constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL, 0o600));
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code !== "EEXIST";
  }
}
