import { describe, expect, test } from "vitest";
import { checkCache } from "../../../../src/doctor/checks/cache.ts";
import type { CacheFacts } from "../../../../src/doctor/facts.ts";
import { AskonceError } from "../../../../src/runtime/errors.ts";
import { factsOf, said, states } from "../../support/doctor-facts.ts";

describe("the cache", () => {
  const judge = (cache: Partial<CacheFacts>) => {
    const facts = factsOf();
    return checkCache({ ...facts, cache: { ...facts.cache, ...cache } });
  };

  test("that is ours says how many sessions there are, and what was mended", () => {
    expect(said(judge({}))).toEqual(["ok ~/.cache/askonce: 2 sessions"]);
    expect(said(judge({ sessions: 1, mode: 0o755 }))).toEqual([
      "ok ~/.cache/askonce: 1 session; its mode was 755, now 700",
    ]);
    expect(said(judge({ isThere: false, mode: undefined }))).toEqual([
      "ok ~/.cache/askonce will be made with the first session",
    ]);
  });

  test("that cannot be used fails: each call asks again", () => {
    expect(said(judge({ why: "/home/jane/.cache/askonce belongs to another user (0)" }))).toEqual([
      "fail no session is kept, each call asks again: ~/.cache/askonce belongs to another user (0) -> set ASKONCE_CACHE_DIR to a directory of your own",
    ]);
    expect(states(judge({ complaint: new AskonceError("configuration", "is a link", "remove it") }))).toEqual(["fail"]);
    expect(states(judge({ freeBytes: 4096 }))).toEqual(["fail"]);
    expect(said(judge({ closed: "/home/jane/.cache/askonce/locks" }))).toEqual([
      "fail no session is kept, each call asks again: nothing can be written in ~/.cache/askonce/locks -> let yourself write there, or set ASKONCE_CACHE_DIR to a directory of your own",
    ]);
    expect(said(judge({ foreign: "/home/jane/.cache/askonce/sessions/a b.json" }))).toEqual([
      "fail ~/.cache/askonce/sessions/a b.json belongs to another user: calls for its session are refused -> rm '/home/jane/.cache/askonce/sessions/a b.json'",
    ]);
  });

  test("on a network file system, or one whose clock is another's, is a warning", () => {
    expect(said(judge({ network: "NFS" }))[0]).toMatch(/^warn ~\/\.cache\/askonce is on NFS/);
    expect(states(judge({ tellsTime: false }))).toEqual(["warn"]);
    expect(states(judge({ tellsTime: undefined }))).toEqual(["ok"]);
  });

  test("tells whose locks are left, who holds one for long, and who works now", () => {
    const gone = judge({ locks: [{ name: "a", verdict: "dead", pid: 4242, ageMs: 1_000 }] });
    expect(said(gone)).toEqual([
      "warn 1 lock of a process that is gone (4242): the next call takes it away -> askonce doctor --fix does so now",
    ]);
    expect(gone[0]?.fix).toEqual({ kind: "locks", directory: "/home/jane/.cache/askonce/locks" });
    expect(said(judge({ locks: [{ name: "a", verdict: "held", pid: 17, ageMs: 20 * 60_000 }] }))).toEqual([
      "warn process 17 has held a lock for 20 min: others wait for it -> answer its question, or kill 17",
    ]);
    expect(said(judge({ locks: [{ name: "a", verdict: "held", pid: 17, ageMs: 12_000 }] }))).toEqual([
      "ok ~/.cache/askonce: 2 sessions",
      "ok process 17 has been at work for 12 s",
    ]);
    // It has one for each thing it does.
    const two = [12_000, 13_000].map((ageMs) => ({ name: "a", verdict: "held", pid: 17, ageMs }) as const);
    expect(said(judge({ locks: two }))[1]).toBe("ok process 17 has been at work for 13 s");
    expect(judge({ locks: two })).toHaveLength(2);
  });
});
