/** Disks that are full, read-only or out of inodes: small file systems in memory, mounted for one test. Root only. */

import { execFileSync, spawnSync } from "node:child_process";
import {
  chmodSync,
  closeSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readdirSync,
  rmdirSync,
  rmSync,
  writeSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { onTestFinished } from "vitest";
import { needs, type Skippable } from "./tools.ts";

const BYTES = 256 * 1024;
const INODES = 64;

/** A disk of its own, gone with the test. */
export class Disk {
  readonly path = mkdtempSync(join(tmpdir(), "askonce-disk-"));

  constructor() {
    chmodSync(this.path, 0o755);
    const options = `size=${BYTES},nr_inodes=${INODES},mode=755`;
    execFileSync("mount", ["-t", "tmpfs", "-o", options, "askonce-test", this.path]);
    onTestFinished(() => {
      spawnSync("umount", ["--lazy", this.path]);
      rmdirSync(this.path);
    });
  }

  /** Leaves no byte. */
  fill(): void {
    const file = openSync(join(this.path, "filler"), "w");
    try {
      for (let size = 4096; size > 0; ) {
        try {
          writeSync(file, Buffer.alloc(size));
        } catch {
          size >>= 1;
        }
      }
    } finally {
      closeSync(file);
    }
  }

  /** Leaves no inode: nothing new can be made, while there is room in what is there. */
  useUpInodes(): void {
    mkdirSync(join(this.path, "inodes"));
    for (let number = 0; ; number++) {
      try {
        closeSync(openSync(join(this.path, "inodes", String(number)), "w"));
      } catch {
        return;
      }
    }
  }

  writeProtect(): void {
    execFileSync("mount", ["-o", "remount,ro", this.path]);
  }

  /** As it was before. */
  mend(): void {
    execFileSync("mount", ["-o", "remount,rw", this.path]);
    for (const name of ["filler", "inodes"]) rmSync(join(this.path, name), { recursive: true, force: true });
  }
}

let mayMount: boolean | undefined;

/** Skips where nothing can be mounted: not root, or a container without the right. */
export function needsDisks(context: Skippable): void {
  mayMount ??= tryToMount();
  needs(context, mayMount, "the right to mount");
}

function tryToMount(): boolean {
  const path = mkdtempSync(join(tmpdir(), "askonce-mount-"));
  try {
    if (spawnSync("mount", ["-t", "tmpfs", "askonce-test", path]).status !== 0) return false;
    return spawnSync("umount", [path]).status === 0 && readdirSync(path).length === 0;
  } finally {
    rmdirSync(path);
  }
}
