import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { describe, expect, test } from "vitest";
import {
  commandId,
  currentProcess,
  isAlive,
  isProcessIdentity,
  parseProcessRow,
  parsePs,
} from "../../../src/locking/process-identity.ts";
import { startZombie } from "../../support/lock-files.ts";

const onLinux = process.platform === "linux";

describe("isAlive", () => {
  test("this process is alive", () => {
    expect(isAlive(currentProcess())).toBe("alive");
  });

  test("a later process with the same number is not the same process", () => {
    expect(isAlive({ ...currentProcess(), startTime: "1" })).toBe("dead");
  });

  test.each(["host", "bootId", "pidNamespace"] as const)("another %s cannot be judged from here", (field) => {
    expect(isAlive({ ...currentProcess(), [field]: "elsewhere", startTime: "1" })).toBe("unknown");
  });

  test("an ended process is dead", async () => {
    const child = spawn("sleep", ["60"]);
    const identity = { ...currentProcess(), pid: Number(child.pid), startTime: "" };
    expect(isAlive(identity)).toBe("alive");
    child.kill("SIGKILL");
    await once(child, "exit");
    expect(isAlive(identity)).toBe("dead");
  });

  test.runIf(onLinux)("a zombie is dead, though a signal still reaches it", async () => {
    const zombie = await startZombie();
    try {
      expect(process.kill(zombie.pid, 0)).toBe(true);
      expect(isAlive({ ...currentProcess(), pid: zombie.pid, startTime: "" })).toBe("dead");
    } finally {
      zombie.stop();
    }
  });

  test("a number that no process can have is not called dead", () => {
    expect(isAlive({ ...currentProcess(), pid: 2 ** 40 })).not.toBe("dead");
  });
});

describe("commandId", () => {
  test.runIf(onLinux)("ends with the number of our process group, which a child shares", () => {
    const { stdout } = spawnSync("cat", ["/proc/self/stat"], { encoding: "utf8" });
    expect(commandId()?.split(" ").at(-1)).toBe(String(parseProcessRow(stdout)?.pgid));
  });
});

describe("parsing", () => {
  test("a command name may hold spaces and parentheses", () => {
    const fields = ["S", "1", "77", ...Array.from({ length: 16 }, (_, index) => String(index)), "4711", "rest"];
    expect(parseProcessRow(`12 (a) Z (b) ${fields.join(" ")}`)).toEqual({ state: "S", pgid: 77, startTime: "4711" });
    expect(parseProcessRow("")).toBeUndefined();
  });

  test("ps pads its columns", () => {
    const line = "Ss+    77 Mon Jan  1 00:00:00 2024    \n";
    expect(parsePs(line)).toEqual({ state: "S", pgid: 77, startTime: "Mon Jan  1 00:00:00 2024" });
    expect(parsePs("")).toBeUndefined();
  });

  test.each([null, 1, {}, { ...currentProcess(), pid: 0 }, { ...currentProcess(), pid: -1 }])(
    "%j is nobody",
    (value) => {
      expect(isProcessIdentity(value)).toBe(false);
    },
  );
});
