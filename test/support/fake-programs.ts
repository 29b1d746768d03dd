/** Programs of the test's own on a PATH of its own, which note what they were given. */

import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { DialogQuestion, Surroundings } from "../../src/dialogs/driver.ts";

export class FakePrograms {
  readonly path = mkdtempSync(join(tmpdir(), "fakes-"));

  /** A program: lines of sh, after its arguments and its environment were noted. */
  write(name: string, lines: string): string {
    const file = join(this.path, name);
    const note = `for word; do printf '%s\\0' "$word"; done >'${file}.argv'; /usr/bin/env -0 >'${file}.env'`;
    writeFileSync(file, `#!/bin/sh\n${note}\n${lines}\n`, { mode: 0o755 });
    return file;
  }

  hasRun(name: string): boolean {
    return existsSync(join(this.path, `${name}.env`));
  }

  argv(name: string): string[] {
    return readFileSync(join(this.path, `${name}.argv`), "utf8")
      .split("\0")
      .slice(0, -1);
  }

  environment(name: string): Record<string, string> {
    const entries = readFileSync(join(this.path, `${name}.env`), "utf8")
      .split("\0")
      .slice(0, -1)
      .map((entry) => [entry.slice(0, entry.indexOf("=")), entry.slice(entry.indexOf("=") + 1)] as const);
    return Object.fromEntries(entries);
  }

  here(env: Record<string, string> = {}, platform: NodeJS.Platform = "linux"): Surroundings {
    return { env: { PATH: this.path, ...env }, platform, directory: undefined };
  }

  dispose(): void {
    rmSync(this.path, { recursive: true });
  }
}

/** A question that nobody withdraws and that has time, but for what is said. */
export function questionOf(parts: Partial<DialogQuestion> = {}): DialogQuestion {
  return {
    lines: ["askonce · MFA session for work", "  device phone"],
    label: "Code",
    withinMs: 60_000,
    signal: new AbortController().signal,
    ...parts,
  };
}
