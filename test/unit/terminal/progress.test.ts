import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { ownTerminal } from "../../../src/terminal/own-terminal.ts";
import type { Ownership } from "../../../src/terminal/ownership.ts";
import { withProgress as withIt } from "../../../src/terminal/progress.ts";

const ownership: { now: Ownership } = { now: "ours" };
const withProgress: typeof withIt = (text, streams, work) => withIt(text, streams, work, () => ownership.now);

beforeEach(() => {
  ownership.now = "ours";
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

function terminal(columns: number | undefined, env: Record<string, string> = { TERM: "xterm" }) {
  const writes: string[] = [];
  const writeOut = async (text: string): Promise<void> => void writes.push(text);
  return { writes, streams: { isDumb: env.TERM === "dumb", stdoutColumns: () => columns, writeOut } };
}

/** Work that takes so long by the fake clock. */
function lasting<T>(ms: number, end: () => T): () => Promise<T> {
  return () => new Promise<void>((resolve) => setTimeout(resolve, ms)).then(end);
}

it("writes nothing for what is soon over", async () => {
  const { writes, streams } = terminal(80);
  const done = withProgress(
    "asking IAM",
    streams,
    lasting(250, () => "done"),
  );
  await vi.advanceTimersByTimeAsync(1_000);
  expect(await done).toBe("done");
  expect(writes).toEqual([]);
});

it("turns in its line, and leaves nothing there", async () => {
  const { writes, streams } = terminal(80);
  const done = withProgress(
    "asking IAM",
    streams,
    lasting(650, () => "done"),
  );
  await vi.advanceTimersByTimeAsync(1_000);
  await done;
  expect(writes).toEqual([..."⠋⠙⠹⠸"].map((wheel) => `\r\x1b[K${wheel} asking IAM`).concat("\r\x1b[K"));
});

it("is gone when the work throws", async () => {
  const { writes, streams } = terminal(80);
  const failing = lasting(350, () => {
    throw new Error("no");
  });
  const done = expect(withProgress("asking IAM", streams, failing)).rejects.toThrow("no");
  await vi.advanceTimersByTimeAsync(1_000);
  await done;
  expect(writes.at(-1)).toBe("\r\x1b[K");
});

it("never reaches the last column, and shows nothing that drives the terminal", async () => {
  const { writes, streams } = terminal(12);
  const done = withProgress(
    "asking\x1b[2J IAM for the devices",
    streams,
    lasting(350, () => 0),
  );
  await vi.advanceTimersByTimeAsync(1_000);
  await done;
  expect(writes[0]).toBe("\r\x1b[K⠋ asking[2J");
});

it("writes not a byte where there is no terminal, or one that cannot go back", async () => {
  for (const { writes, streams } of [terminal(undefined), terminal(80, { TERM: "dumb" })]) {
    const done = withProgress(
      "asking IAM",
      streams,
      lasting(900, () => 0),
    );
    await vi.advanceTimersByTimeAsync(1_000);
    await done;
    expect(writes).toEqual([]);
  }
});

it("leaves the line alone in the background, also when it is sent there", async () => {
  const { writes, streams } = terminal(80);
  const done = withProgress("asking IAM", streams, async () => {
    ownership.now = "background";
    await lasting(650, () => expect(writes).toEqual([]))();
    ownership.now = "ours";
    await lasting(200, () => expect(writes.at(-1)).toMatch(/asking IAM$/))();
    ownership.now = "background";
    await lasting(200, () => writes.push("prompt"))();
  });
  await vi.advanceTimersByTimeAsync(2_000);
  await done;
  expect(writes.at(-1)).toBe("prompt");
});

it("gives way to a question, and comes back after it", async () => {
  const { writes, streams } = terminal(80);
  const done = withProgress("asking IAM", streams, async () => {
    await lasting(350, () => 0)();
    await ownTerminal.whileTaken(async () => {
      expect(writes.at(-1)).toBe("\r\x1b[K");
      writes.push("question");
      await lasting(500, () => 0)();
      expect(writes.at(-1)).toBe("question");
    });
    await lasting(200, () => 0)();
    expect(writes.at(-1)).toMatch(/asking IAM$/);
  });
  await vi.advanceTimersByTimeAsync(2_000);
  await done;
});

it("wipes off only after what was drawn is out", async () => {
  const { writes, streams } = terminal(80);
  const slow = async (text: string): Promise<void> => {
    await lasting(250, () => writes.push(text))();
  };
  const done = withProgress(
    "asking IAM",
    { ...streams, writeOut: slow },
    lasting(310, () => 0),
  );
  await vi.advanceTimersByTimeAsync(2_000);
  await done;
  expect(writes).toEqual(["\r\x1b[K⠋ asking IAM", "\r\x1b[K"]);
});
