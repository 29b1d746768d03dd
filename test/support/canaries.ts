/** Files that nobody may touch or print: they stand beside a cache whose names lead to them. */

import { createHash } from "node:crypto";
import {
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { onTestFinished } from "vitest";

/** Stands in each of them. */
export const CANARY_SECRET = "CanarySecretThatNobodyMayPrint";

/** Everything below a directory: kind, mode, owner, time of change and content, by path. */
export function snapshot(directory: string): Record<string, string> {
  const found: Record<string, string> = {};
  for (const path of ["", ...readdirSync(directory, { recursive: true, encoding: "utf8" })]) {
    const at = join(directory, path);
    const stats = lstatSync(at);
    const content = stats.isFile() ? hash(readFileSync(at)) : stats.isSymbolicLink() ? readlinkSync(at) : "";
    found[path] = [stats.mode.toString(8), stats.uid, stats.mtimeMs, content].join(" ");
  }
  return found;
}

function hash(bytes: Buffer): string {
  return createHash("sha1").update(bytes).digest("hex");
}

/** A directory of canaries, gone with the test: `file` is one of those in it. */
export function canaries(session: { readonly id?: string; readonly version?: number } = {}): {
  directory: string;
  file: string;
  room: string;
  lock: string;
} {
  const directory = mkdtempSync(join(tmpdir(), "askonce-canaries-"));
  onTestFinished(() => rmSync(directory, { recursive: true, force: true }));
  const room = join(directory, "room");
  const lock = join(directory, "a.lock");
  const text = JSON.stringify({
    ...session,
    sum: undefined,
    secretAccessKey: CANARY_SECRET,
    sessionToken: CANARY_SECRET,
  });
  for (const path of [room, lock]) mkdirSync(path, { mode: 0o755 });
  for (const path of [
    join(directory, "file"),
    join(room, `${"a".repeat(40)}.json`),
    join(room, `${session.id}.json`),
    join(room, `${session.id}.refusal.json`),
    join(room, `${session.id}.x.no-code.json`),
    join(room, `${"b".repeat(40)}.json.1.x.tmp`),
  ])
    writeFileSync(path, text, { mode: 0o644 });
  writeFileSync(join(lock, `holder-${"c".repeat(24)}.json`), text);
  return { directory, file: join(directory, "file"), room, lock };
}
