/** The user's home directory. */

import { homedir, userInfo } from "node:os";
import { isAbsolute } from "node:path";

/** Where the system knows no home, as for a user that is a mere number: what container runtimes set HOME to then. */
const NOWHERE = "/";

/** HOME, else what the system has for this user. An empty or relative HOME would have the directory we are in say what is done. */
export function homeDirectory(): string {
  for (const ask of [homedir, () => userInfo().homedir]) {
    try {
      const path = ask();
      if (isAbsolute(path)) return path;
    } catch {
      // Node throws for a user without an entry.
    }
  }
  return NOWHERE;
}
