/** Plants locks and leftovers of other processes as they stand on disk. */
import { spawn } from "node:child_process";
import { randomBytes } from "node:crypto";
import { once } from "node:events";
import { mkdirSync, readFileSync, utimesSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { currentProcess, type ProcessIdentity, parseProcessRow } from "../../src/locking/process-identity.ts";

/** A process of this machine that is no more: its number is this one's, its start time nobody's. */
export function deadProcess(): ProcessIdentity {
  return { ...currentProcess(), startTime: "1" };
}

/** A process that cannot be seen from here. */
export function processOfAnotherBoot(): ProcessIdentity {
  return { ...currentProcess(), bootId: "00000000-0000-4000-8000-000000000000" };
}

/** Makes `<directory>/<name>` with a holder file of that process and returns the holder's id. */
export function plant(directory: string, name: string, identity: ProcessIdentity, ageMs = 0, content?: string): string {
  const id = name.startsWith("new-") || name.startsWith("gone-") ? name.replace(/^\w+-/, "") : randomId();
  const path = join(directory, name);
  mkdirSync(path, { recursive: true, mode: 0o700 });
  const file = join(path, `holder-${id}.json`);
  writeFileSync(file, content ?? JSON.stringify({ identity, sinceMs: Date.now() - ageMs, note: { kind: "planted" } }));
  setAge(file, ageMs);
  setAge(path, ageMs);
  return id;
}

/** Dates a file that long ago. */
export function setAge(path: string, ageMs: number): void {
  const then = (Date.now() - ageMs) / 1_000;
  utimesSync(path, then, then);
}

function randomId(): string {
  return randomBytes(12).toString("hex");
}

/** Starts a process with a child that has ended and stays a zombie until `stop` is called. Linux only. */
export async function startZombie(): Promise<{ pid: number; stop: () => void }> {
  // A shell would reap its child; the program it turns into does not.
  const parent = spawn("sh", ["-c", "sleep 0.1 & echo $!; exec sleep 60"], { stdio: ["ignore", "pipe", "ignore"] });
  const [line] = await once(parent.stdout, "data");
  const pid = Number(String(line));
  while (parseProcessRow(readFileSync(`/proc/${pid}/stat`, "latin1"))?.state !== "Z") await sleep(5);
  return { pid, stop: () => parent.kill("SIGKILL") };
}
