import { mkdirSync, mkdtempSync, readdirSync, renameSync, rmSync, statSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { type HeldLock, heldLocks, holderOf, tryLock } from "../../../src/locking/lock.ts";
import { currentProcess } from "../../../src/locking/process-identity.ts";
import { deadProcess, plant, processOfAnotherBoot, setAge, startZombie } from "../../support/lock-files.ts";

let directory: string;
const held: HeldLock[] = [];

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), "askonce-lock-"));
});

afterEach(async () => {
  vi.useRealTimers();
  await Promise.all(held.splice(0).map((lock) => lock.release()));
  rmSync(directory, { recursive: true, force: true });
});

async function attempt(name = "a", note?: Record<string, string>): Promise<HeldLock | undefined> {
  const lock = await tryLock(directory, name, note);
  if (lock) held.push(lock);
  return lock;
}

async function take(name = "a", note?: Record<string, string>): Promise<HeldLock> {
  const lock = await attempt(name, note);
  if (!lock) throw new Error("the lock is held");
  return lock;
}

function makeStale(lock: HeldLock, name = "a"): void {
  setAge(join(directory, `${name}.lock`, `holder-${lock.id}.json`), 11_000);
}

const entries = () => readdirSync(directory).sort();

describe("one lock", () => {
  test("is held by one, then by the next", async () => {
    const first = await take();
    expect(await attempt()).toBeUndefined();
    expect(await first.stillOurs()).toBe(true);
    await first.release();
    expect(await first.stillOurs()).toBe(false);
    const second = await take();
    expect(second.id).not.toBe(first.id);
    expect(await second.stillOurs()).toBe(true);
  });

  test("of many tries at once in one process one succeeds", async () => {
    const locks = await Promise.all(Array.from({ length: 20 }, () => attempt()));
    expect(locks.filter(Boolean)).toHaveLength(1);
  });

  test("says who holds it and what for", async () => {
    expect(holderOf(directory, "a")).toBeUndefined();
    const lock = await take("a", { purpose: "ask" });
    expect(holderOf(directory, "a")).toMatchObject({ id: lock.id, pid: process.pid, note: { purpose: "ask" } });
    await lock.release();
    expect(holderOf(directory, "a")).toBeUndefined();
  });

  test("is for its owner's eyes, in a directory made for it", async () => {
    const made = join(directory, "not", "there");
    const lock = await tryLock(made, "a");
    const mode = (...path: string[]) => statSync(join(made, ...path)).mode & 0o777;
    expect([mode(), mode("a.lock"), mode("a.lock", `holder-${lock?.id}.json`)]).toEqual([0o700, 0o700, 0o600]);
    await lock?.release();
  });

  test("losers leave nothing behind", async () => {
    const lock = await take();
    await Promise.all([attempt(), attempt(), attempt()]);
    expect(entries()).toEqual(["a.lock"]);
    await lock.release();
    expect(entries()).toEqual([`gone-${lock.id}`]);
  });

  test("may be released twice", async () => {
    const first = await take();
    await first.release();
    const second = await take();
    await first.release();
    expect(await second.stillOurs()).toBe(true);
  });

  test("real trouble is not mistaken for a held lock", async () => {
    const file = join(directory, "file");
    writeFileSync(file, "");
    await expect(tryLock(file, "a")).rejects.toMatchObject({ code: "ENOTDIR" });
    await expect(tryLock(directory, "../a")).rejects.toThrow(TypeError);
  });
});

describe("takeover", () => {
  test("of a dead holder is immediate", async () => {
    const id = plant(directory, "a.lock", deadProcess());
    expect(holderOf(directory, "a")).toBeUndefined();
    const lock = await take();
    expect(await lock.stillOurs()).toBe(true);
    expect(entries()).toEqual(["a.lock", `gone-${id}`]);
  });

  test.runIf(process.platform === "linux")("of a killed holder does not wait for its parent to reap it", async () => {
    const zombie = await startZombie();
    try {
      plant(directory, "a.lock", { ...currentProcess(), pid: zombie.pid, startTime: "" });
      await take();
    } finally {
      zombie.stop();
    }
  });

  test("of a holder from another boot waits until it is stale", async () => {
    const id = plant(directory, "a.lock", processOfAnotherBoot(), 5_000);
    expect(await attempt()).toBeUndefined();
    expect(holderOf(directory, "a")?.id).toBe(id);
    setAge(join(directory, "a.lock", `holder-${id}.json`), 11_000);
    await take();
  });

  test("a holder that wrote under a clock far ahead does not lock for years", async () => {
    plant(directory, "a.lock", processOfAnotherBoot(), -365 * 86_400_000);
    await take();
  });

  test("leaves a former holder harmless", async () => {
    const former = await take();
    makeStale(former);
    const lock = await take();
    expect(await former.stillOurs()).toBe(false);
    await former.release();
    expect(await lock.stillOurs()).toBe(true);
    expect(holderOf(directory, "a")?.id).toBe(lock.id);
  });

  test("a former holder keeps neither its successor's lock fresh nor its own", async () => {
    const former = await take();
    makeStale(former);
    const lock = await take();
    makeStale(lock);
    const path = join(directory, "a.lock", `holder-${lock.id}.json`);
    const stale = statSync(path).mtimeMs;
    const gone = statSync(join(directory, `gone-${former.id}`, `holder-${former.id}.json`)).mtimeMs;
    // The former holder beat for the first time before its successor did.
    while (statSync(path).mtimeMs === stale) await sleep(20);
    expect(statSync(join(directory, `gone-${former.id}`, `holder-${former.id}.json`)).mtimeMs).toBe(gone);
    expect(await former.stillOurs()).toBe(false);
    expect(await lock.stillOurs()).toBe(true);
  });

  test("cannot happen twice for one holder, even if the second contender slept since it judged", async () => {
    const id = plant(directory, "a.lock", deadProcess());
    const lock = await take();
    expect(() => renameSync(join(directory, "a.lock"), join(directory, `gone-${id}`))).toThrow(
      /ENOTEMPTY|EEXIST|EPERM/,
    );
    expect(await lock.stillOurs()).toBe(true);
  });

  test.each([9_000, -9_000])(
    "a clock that jumps by %d ms costs the lock, for others may call it stale",
    async (jumpMs) => {
      const lock = await take();
      vi.useFakeTimers({ toFake: ["Date"], now: Date.now() + jumpMs });
      expect(await lock.stillOurs()).toBe(false);
      vi.useRealTimers();
      expect(await lock.stillOurs()).toBe(false);
      await lock.release();
      await take();
    },
  );
});

describe("what does not belong in a lock's place", () => {
  test("a link is not followed and goes when it is stale", async () => {
    const target = join(directory, "target");
    plant(directory, "target", deadProcess());
    symlinkSync(target, join(directory, "a.lock"));
    expect(await attempt()).toBeUndefined();
    expect(holderOf(directory, "a")).toBeUndefined();
    vi.useFakeTimers({ toFake: ["Date"], now: Date.now() + 11_000 });
    await take();
    expect(readdirSync(target)).toHaveLength(1);
  });

  test("a file goes when it is stale", async () => {
    writeFileSync(join(directory, "a.lock"), "");
    expect(await attempt()).toBeUndefined();
    setAge(join(directory, "a.lock"), 11_000);
    await take();
  });

  test("an empty directory goes when it is stale", async () => {
    mkdirSync(join(directory, "a.lock"));
    expect(await attempt()).toBeUndefined();
    setAge(join(directory, "a.lock"), 11_000);
    await take();
  });

  test("a directory of something else is moved when it is stale", async () => {
    mkdirSync(join(directory, "a.lock"));
    writeFileSync(join(directory, "a.lock", "else"), "");
    expect(await attempt()).toBeUndefined();
    setAge(join(directory, "a.lock"), 11_000);
    await take();
    expect(entries()).toEqual(["a.lock", expect.stringMatching(/^gone-x/)]);
  });

  test.each([
    ["empty", ""],
    ["garbled", "{"],
    ["no object", "null"],
    ["without a process", '{"note":{},"sinceMs":1}'],
    ["huge", JSON.stringify({ identity: deadProcess(), sinceMs: 1, note: { long: "x".repeat(100_000) } })],
  ])("a holder file that is %s counts by its age alone", async (_, content) => {
    const id = plant(directory, "a.lock", deadProcess(), 0, content);
    expect(await attempt()).toBeUndefined();
    expect(holderOf(directory, "a")).toBeUndefined();
    setAge(join(directory, "a.lock", `holder-${id}.json`), 11_000);
    await take();
  });

  test("a holder file that is a link is not read", async () => {
    const id = plant(directory, "elsewhere", deadProcess());
    mkdirSync(join(directory, "a.lock"));
    symlinkSync(join(directory, "elsewhere", `holder-${id}.json`), join(directory, "a.lock", `holder-${id}.json`));
    expect(await attempt()).toBeUndefined();
  });
});

describe("two locks in one process", () => {
  test("do not know of each other", async () => {
    const first = await take("a");
    const second = await take("b");
    await first.release();
    expect(await second.stillOurs()).toBe(true);
    expect(await attempt("b")).toBeUndefined();
  });

  test("are listed by their prefix while they are held", async () => {
    expect(heldLocks(join(directory, "none"), () => true)).toEqual([]);
    await take("ask-1");
    await take("exchange-1");
    const released = await take("ask-2");
    await released.release();
    plant(directory, "ask-3.lock", deadProcess());
    plant(directory, "ask-4.lock", processOfAnotherBoot());
    const asking = heldLocks(directory, (name) => name.startsWith("ask-"));
    expect(asking.map(({ name }) => name).sort()).toEqual(["ask-1", "ask-4"]);
  });
});
